//! The cells of Events.
//!
//! upstream: printEvent.

use super::{Cell, Column, Printer, column, number, or, wide};
use crate::api::Object;
use crate::value::{Text, Value};

pub(super) static EVENT: [Column; 10] = [
    column("Last Seen", Cell::Made(last_seen)),
    column("Type", Cell::Text("type", "")),
    column("Reason", Cell::Text("reason", "")),
    column("Object", Cell::Made(target)),
    wide("Subobject", Cell::Text("involvedObject.fieldPath", "")),
    wide("Source", Cell::Made(source)),
    column(
        "Message",
        Cell::Made(|it, _| it.value["message"].as_str().trim().into()),
    ),
    wide(
        "First Seen",
        Cell::Made(|it, printer| printer.since(first(it))),
    ),
    wide("Count", Cell::Number(count)),
    wide("Name", Cell::Text("metadata.name", "")),
];

fn first(it: &Object) -> &Value {
    or(&it.value["firstTimestamp"], &it.value["eventTime"])
}

fn last_seen(it: &Object, printer: Printer) -> Text {
    let series = &it.value["series"];
    printer.since(if series.is_null() {
        or(&it.value["lastTimestamp"], first(it))
    } else {
        &series["lastObservedTime"]
    })
}

fn count(it: &Object) -> i64 {
    let series = &it.value["series"];
    let count = if series.is_null() { &it.value } else { series };
    number(&count["count"]).max(1)
}

/// `pod/web-0`.
fn target(it: &Object, _: Printer) -> Text {
    let about = &it.value["involvedObject"];
    let mut text = Text::from(about["kind"].as_str().to_ascii_lowercase());
    if !about["name"].is_empty() {
        text.push('/');
        text.push_str(about["name"].as_str());
    }
    text
}

/// `kubelet, node-1`.
fn source(it: &Object, _: Printer) -> Text {
    let source = &it.value["source"];
    let component = or(&source["component"], &it.value["reportingComponent"]);
    let mut text = Text::from(component.as_str());
    let instance = or(&source["host"], &it.value["reportingInstance"]);
    if !instance.is_empty() {
        text.push_str(", ");
        text.push_str(instance.as_str());
    }
    text
}
