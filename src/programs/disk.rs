//! The files of containers: in which volume a path lies, and what programs have written there.
//!
//! A volume's files live as long as the volume does: those of a claim outlive the pod, an emptyDir's end with it, and
//! what lies in no volume ends with the container. Left out: what images bring along (but nginx' page and ZooKeeper's settings), owners, modes
//! and links.

use super::environment::files;
use super::http::WELCOME;
use super::image::{Application, Image};
use super::{Container, zookeeper};
use crate::api::{Key, Kind};
use crate::dns::resolv::{ResolvConf, hostname, hosts_text};
use crate::process::Files;
use crate::sort;
use crate::value::{Text, Value};

/// What programs have written, by volume and path; what they removed of an image's own holds `REMOVED`.
#[allow(
    clippy::disallowed_types,
    reason = "it lives while one program runs: the world hands its files out before and takes them back after"
)]
pub type Disks = core::cell::RefCell<Files>;

const REMOVED: &str = "\0";
/// The most bytes of all files of the cluster together.
const MOST_BYTES: usize = 1 << 22;
/// The most files and folders, and the most bytes of a path.
const MOST_FILES: usize = 4096;
const LONGEST_PATH: usize = 4096;
/// Folders that every image has.
const FOLDERS: [&str; 20] = [
    "/bin",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/share",
    "/var",
    "/var/log",
];
/// Where nginx' pages lie.
pub(super) const PAGES: &str = "/usr/share/nginx/html";

/// What a container sees as its file system.
#[derive(Clone, Copy)]
pub(crate) struct Disk<'a>(pub &'a Container<'a>);

/// Where a path lies.
struct Place {
    /// The volume and the path in it, as a key of [`Disks`].
    key: Text,
    /// What the volume is; null for the container's own files.
    volume: Value,
    /// The path in the volume.
    rest: Text,
    is_read_only: bool,
}

impl Disk<'_> {
    /// The path from the root, without `.` and `..`.
    pub fn absolute(self, path: &str) -> Text {
        let mut parts: Vec<&str> = Vec::new();
        let before = if path.starts_with('/') {
            ""
        } else {
            self.0.folder
        };
        for part in before.split('/').chain(path.split('/')) {
            match part {
                "" | "." => {}
                ".." => _ = parts.pop(),
                _ => parts.push(part),
            }
        }
        crate::text!("/{}", parts.join("/"))
    }

    fn place(self, path: &str) -> Place {
        let pod = self.0.pod;
        let inside = |it: &&Value| below(path, it["mountPath"].as_str()).is_some();
        let mounts = self.0.spec()["volumeMounts"].items().iter();
        let mount = mounts
            .filter(inside)
            .max_by_key(|it| it["mountPath"].as_str().len());
        let Some(mount) = mount else {
            let status = &pod.value["status"]["containerStatuses"].item("name", self.0.name);
            let id = status["containerID"].as_str();
            let uid = pod.uid();
            return Place {
                key: crate::text!("{uid} {} {id}\n{path}", self.0.name),
                volume: Value::Null,
                rest: path.into(),
                is_read_only: false,
            };
        };
        let rest = below(path, mount["mountPath"].as_str()).unwrap_or_default();
        let sub = mount["subPath"].as_str().trim_matches('/');
        let rest = match (sub, rest) {
            ("", _) => rest.into(),
            (_, "") => crate::text!("/{sub}"),
            _ => crate::text!("/{sub}{rest}"),
        };
        let name = mount["name"].as_str();
        let volume = pod.value["spec"]["volumes"].item("name", name).clone();
        let claim = match volume["persistentVolumeClaim"]["claimName"].as_str() {
            "" if !volume["ephemeral"].is_null() => crate::text!("{}-{name}", pod.name()),
            claim => claim.into(),
        };
        let id = if !claim.is_empty() {
            let key = Key::new(Kind::PersistentVolumeClaim, pod.namespace(), claim);
            let claim = self.0.objects.get(&key);
            claim
                .map_or("", |it| it.value["spec"]["volumeName"].as_str())
                .into()
        } else if let Some(path) = volume["hostPath"]["path"].text() {
            crate::text!("{} {path}", pod.node_name())
        } else {
            crate::text!("{} {name}", pod.uid())
        };
        let is_given = ["configMap", "secret", "projected", "downwardAPI"];
        Place {
            key: crate::text!("{id}\n{rest}"),
            is_read_only: mount["readOnly"].is_true()
                || is_given.iter().any(|it| !volume[*it].is_null()),
            volume,
            rest,
        }
    }

    /// A file's text.
    pub fn read(self, path: &str) -> Option<Text> {
        let path = self.absolute(path);
        let place = self.place(&path);
        match self.0.disks.borrow().get(&place.key) {
            Some(text) if text == REMOVED => return None,
            Some(text) => return Some(text.clone()),
            None => {}
        }
        if Image::parse(self.0.image).application == Application::ZooKeeper
            && let Some(text) = zookeeper::file(self.0, &path)
        {
            return Some(text);
        }
        if place.volume.is_null() {
            let (pod, config) = (self.0.pod, self.0.config);
            return Some(match path.as_str() {
                "/dev/null" => Text::new(),
                "/etc/hosts" => hosts_text(pod, config),
                "/etc/resolv.conf" => ResolvConf::of_pod(pod, config).text(),
                "/etc/hostname" => crate::text!("{}\n", hostname(pod, config)),
                "/usr/share/nginx/html/index.html" if is_nginx(self.0.image) => WELCOME.into(),
                _ => return None,
            });
        }
        let mut given = files(self.0, &place.volume).into_iter();
        given
            .find(|it| place.rest.strip_prefix('/') == Some(it.0.as_str()))
            .map(|it| it.1)
    }

    /// Whether there is such a folder.
    pub fn is_folder(self, path: &str) -> bool {
        let path = self.absolute(path);
        let is_mount = |it: &Value| below(it["mountPath"].as_str(), &path).is_some();
        path == "/"
            || FOLDERS.contains(&path.as_str())
            || is_nginx(self.0.image) && below(PAGES, &path).is_some()
            || self.0.spec()["workingDir"].as_str() == path
            || self.0.spec()["volumeMounts"].items().iter().any(is_mount)
            || self.written(&path).next().is_some()
    }

    /// What was written below a folder: the paths in it.
    fn written(&self, folder: &str) -> impl Iterator<Item = Text> {
        let start = self.place(folder).key;
        let start = crate::text!("{}/", start.trim_end_matches('/'));
        let files = self.0.disks.borrow();
        let kept = files
            .from(start.as_str())
            .take_while(|it| it.0.starts_with(start.as_str()));
        let kept = kept
            .filter(|it| it.1 != REMOVED)
            .map(|it| it.0[start.len()..].into());
        kept.collect::<Vec<Text>>().into_iter()
    }

    /// The names in a folder, in order.
    pub fn list(self, path: &str) -> Vec<Text> {
        let path = self.absolute(path);
        let mut names: Vec<Text> = self.written(&path).collect();
        let place = self.place(&path);
        names.extend(files(self.0, &place.volume).into_iter().map(|it| it.0));
        if place.volume.is_null() {
            let own = [
                "/etc/hosts",
                "/etc/hostname",
                "/etc/resolv.conf",
                "/usr/share/nginx/html/index.html",
            ];
            let here = |it: &&str| self.read(it).is_some();
            let mounts = self.0.spec()["volumeMounts"].items().iter();
            let paths = FOLDERS.into_iter().chain(own.into_iter().filter(here));
            let paths = paths.chain(mounts.map(|it| it["mountPath"].as_str()));
            let below = paths
                .filter_map(|it| below(it, &path))
                .filter(|it| !it.is_empty());
            names.extend(below.map(|it| it.trim_start_matches('/').into()));
        }
        let first = |it: &Text| Text::from(it.split('/').next().unwrap_or_default());
        let mut names: Vec<Text> = names
            .iter()
            .map(first)
            .filter(|it| !it.is_empty())
            .collect();
        sort::by(&mut names, Ord::cmp);
        names.dedup();
        names
    }

    /// Writes a file.
    ///
    /// # Errors
    /// Why it cannot, in the words of the C library.
    pub fn write(self, path: &str, text: Text) -> Result<(), &'static str> {
        let path = self.absolute(path);
        if path == "/dev/null" {
            return Ok(());
        }
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        let place = self.place(&path);
        if self.is_folder(&path) {
            Err("Is a directory")
        } else if !self.is_folder(if folder.is_empty() { "/" } else { folder }) {
            Err("No such file or directory")
        } else {
            self.keep(place.is_read_only, place.key, text)
        }
    }

    fn keep(self, is_read_only: bool, key: Text, text: Text) -> Result<(), &'static str> {
        let mut files = self.0.disks.borrow_mut();
        let bytes: usize = files.iter().map(|it| it.1.len()).sum();
        let count = files.iter().len();
        if is_read_only {
            return Err("Read-only file system");
        }
        if key.len() > LONGEST_PATH {
            return Err("File name too long");
        }
        if bytes + text.len() > MOST_BYTES || count >= MOST_FILES {
            return Err("No space left on device");
        }
        files.insert(key, text);
        Ok(())
    }

    /// Makes a folder, which is a file of no name in it.
    pub fn make(self, path: &str) -> Result<(), &'static str> {
        let path = self.absolute(path);
        let place = self.place(&path);
        let key = crate::text!("{}/", place.key);
        self.keep(place.is_read_only, key, Text::new())
    }

    /// Removes a file, or a folder with all that is in it.
    pub fn remove(self, path: &str) -> Result<(), &'static str> {
        let path = self.absolute(path);
        let place = self.place(&path);
        if place.is_read_only {
            return Err("Read-only file system");
        }
        for name in self.written(&path) {
            self.0
                .disks
                .borrow_mut()
                .remove(&crate::text!("{}/{name}", place.key.trim_end_matches('/')));
        }
        if self.read(&path).is_some() {
            self.0.disks.borrow_mut().insert(place.key, REMOVED.into());
        }
        Ok(())
    }
}

/// What of a path lies below a folder: empty for the folder itself.
fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// Whether an image is one of nginx'.
pub(super) fn is_nginx(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or_default();
    name.split([':', '@'])
        .next()
        .is_some_and(|it| it.starts_with("nginx"))
}
