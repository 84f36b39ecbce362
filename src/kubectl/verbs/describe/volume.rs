//! Where volumes come from, of pods and of the cluster.
//!
//! Left out: the sources of clouds and of storage systems that now have a CSI driver; these are `<unknown>`.

use super::storage;
use super::text::Out;
use crate::kubectl::print::go_text;
use crate::kubectl::text::fill;
use crate::value::Value;

/// The field, its type in words, and what is told of it: title, field, and what stands for one that is not there
/// (nothing is told of it for `-`).
type Source = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
);

const READ_ONLY: (&str, &str, &str) = ("ReadOnly", "readOnly", "false");
const OPTIONAL: (&str, &str, &str) = ("Optional", "optional", "false");
const PATH: (&str, &str, &str) = ("Path", "path", "");

/// upstream: describeVolumes, describePersistentVolume.
static SOURCES: [Source; 12] = [
    (
        "persistentVolumeClaim",
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        &[("ClaimName", "claimName", ""), READ_ONLY],
    ),
    (
        "emptyDir",
        "EmptyDir (a temporary directory that shares a pod's lifetime)",
        &[
            ("Medium", "medium", ""),
            ("SizeLimit", "sizeLimit", "<unset>"),
        ],
    ),
    (
        "configMap",
        "ConfigMap (a volume populated by a ConfigMap)",
        &[("Name", "name", ""), OPTIONAL],
    ),
    (
        "secret",
        "Secret (a volume populated by a Secret)",
        &[("SecretName", "secretName", ""), OPTIONAL],
    ),
    (
        "hostPath",
        "HostPath (bare host directory volume)",
        &[PATH, ("HostPathType", "type", "<none>")],
    ),
    (
        "local",
        "LocalVolume (a persistent volume backed by local storage on a node)",
        &[PATH],
    ),
    (
        "nfs",
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        &[("Server", "server", ""), PATH, READ_ONLY],
    ),
    (
        "csi",
        "CSI (a Container Storage Interface (CSI) volume source)",
        &[
            ("Driver", "driver", ""),
            ("FSType", "fsType", ""),
            ("VolumeHandle", "volumeHandle", "-"),
            READ_ONLY,
        ],
    ),
    (
        "image",
        "Image (a container image or OCI artifact)",
        &[
            ("Reference", "reference", ""),
            ("PullPolicy", "pullPolicy", ""),
        ],
    ),
    (
        "projected",
        "Projected (a volume that contains injected data from multiple sources)",
        &[],
    ),
    (
        "downwardAPI",
        "DownwardAPI (a volume populated by information about the pod)",
        &[],
    ),
    (
        "ephemeral",
        "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
        &[],
    ),
];

/// upstream: describeVolumes.
pub(super) fn volumes(out: &mut Out, volumes: &Value, indent: &str) {
    if volumes.is_empty() {
        return out.fill("{}Volumes:\t<none>", &[indent]);
    }
    out.fill("{}Volumes:", &[indent]);
    let deeper = if indent.is_empty() { "" } else { " " };
    for it in volumes.items() {
        out.fill("  {}{}:", &[deeper, it["name"].as_str()]);
        source(out, it);
    }
}

/// The source among the fields of a volume.
pub(super) fn source(out: &mut Out, volume: &Value) {
    let mut known = SOURCES.iter();
    let Some((kind, words, fields)) = known.find(|it| !volume[it.0].is_null()) else {
        return out.line(&["  <unknown>"]);
    };
    let source = &volume[*kind];
    out.field(2, "Type", words);
    told(out, source, fields);
    match *kind {
        "csi" => {
            let attributes = source["volumeAttributes"].members();
            let lines: Vec<String> = attributes
                // upstream: printCSIPersistentVolumeAttributesMultilineIndent indents the value, too.
                .map(|it| fill("    {}={}", &[it.0, it.1.as_str()]))
                .collect();
            out.lines("    ", "VolumeAttributes", &lines);
        }
        "projected" => {
            for it in source["sources"].items() {
                projection(out, it);
            }
        }
        "downwardAPI" => {
            out.line(&["    Items:"]);
            for it in source["items"].items() {
                let of = match it["fieldRef"]["fieldPath"].as_str() {
                    "" => it["resourceFieldRef"]["resource"].as_str(),
                    path => path,
                };
                out.fill("      {} -> {}", &[of, it["path"].as_str()]);
            }
        }
        "ephemeral" => storage::ephemeral_claim(out, &source["volumeClaimTemplate"]),
        _ => {}
    }
}

fn told(out: &mut Out, source: &Value, fields: &[(&str, &str, &str)]) {
    for (title, field, default) in fields {
        match &source[*field] {
            Value::Null if *default == "-" => {}
            Value::Null => out.field(2, title, default),
            value => out.field(2, title, &go_text(value)),
        }
    }
}

/// upstream: printProjectedVolumeSource.
fn projection(out: &mut Out, it: &Value) {
    if !it["secret"].is_null() {
        told(out, &it["secret"], &[("SecretName", "name", ""), OPTIONAL]);
    } else if !it["downwardAPI"].is_null() {
        out.field(2, "DownwardAPI", "true");
    } else if !it["configMap"].is_null() {
        let fields = [("ConfigMapName", "name", ""), OPTIONAL];
        told(out, &it["configMap"], &fields);
    } else if !it["serviceAccountToken"].is_null() {
        let fields = [("TokenExpirationSeconds", "expirationSeconds", "3600")];
        told(out, &it["serviceAccountToken"], &fields);
    }
}
