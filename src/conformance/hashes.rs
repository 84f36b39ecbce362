//! Manifests to ControllerRevisions: the same names, the same bytes.

use std::path::Path;

use super::{Error, Report, files};
use crate::api::{Kind, Object};
use crate::apiserver::rest::HttpRequest;
use crate::config::Config;
use crate::controllers::statefulset::go_json;
use crate::sim::World;
use crate::time::Duration;
use crate::value::Value;
use crate::yaml;

/// What the controller is given to make a revision.
const PATIENCE: Duration = Duration::s(5);

/// Applies each manifest of the file to an empty cluster and compares the revision that comes of it.
///
/// # Errors
/// A file that cannot be read.
pub fn hashes(file: &Path) -> Result<Report, Error> {
    let document = files::document(file)?;
    let mut report = Report::default();
    for item in document["items"].items() {
        let differences = match revision(item["manifest"].as_str(), item["set"].as_str()) {
            Ok(revision) => differences(item, &revision),
            Err(why) => vec![why],
        };
        report.case(item["name"].as_str(), &differences);
    }
    Ok(report)
}

fn differences(item: &Value, revision: &Object) -> Vec<String> {
    let (name, data) = (revision.name(), go_json(&revision.value["data"]));
    let mut differences = Vec::new();
    if item["updateRevision"].as_str() != name {
        differences.push(format!("name: real {} ours {name}", item["updateRevision"]));
    }
    if item["data_json_bytes"].as_str() != data {
        differences.push(format!(
            "bytes: real {} ours {data}",
            item["data_json_bytes"]
        ));
    }
    differences
}

/// The revision a set's manifest leads to.
fn revision(manifest: &str, set: &str) -> Result<Object, String> {
    let parsed = yaml::parse(manifest);
    if let Some(error) = parsed.error {
        return Err(format!("line {}: {}", error.line, error.message));
    }
    let config = Config {
        kubelets: false,
        ..Config::default()
    };
    let mut world = World::new(config);
    for document in parsed.documents {
        let answer = world.request(&HttpRequest {
            method: "POST",
            path: "/apis/apps/v1/namespaces/default/statefulsets".into(),
            body: document.value,
            ..HttpRequest::default()
        });
        if answer.status >= 400 {
            let why = super::replay::body(&answer);
            return Err(format!("refused: {}", why["message"]));
        }
    }
    let until = world.now + PATIENCE;
    world.wait_until(until);
    let mut revisions = world
        .store
        .objects
        .list_in(Kind::ControllerRevision, "default");
    let owned = revisions.find(|it| it.controller()["name"].as_str() == set);
    owned
        .map(|it| Object::clone(it))
        .ok_or_else(|| "no revision was made".to_owned())
}
