//! Questions about EndpointSlices.

use super::Object;

/// The label that names the Service of a slice.
pub const SERVICE_NAME_LABEL: &str = "kubernetes.io/service-name";

impl Object {
    /// The name of the Service an EndpointSlice belongs to.
    pub fn slice_service(&self) -> &str {
        self.labels()[SERVICE_NAME_LABEL].as_str()
    }

    /// How many of an EndpointSlice's endpoints are ready.
    pub fn ready_endpoints(&self) -> usize {
        let all = self.value["endpoints"].items().iter();
        all.filter(|it| it["conditions"]["ready"].is_true()).count()
    }
}
