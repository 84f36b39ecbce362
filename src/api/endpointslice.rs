//! Questions about EndpointSlices.

use super::Object;

/// The label that names the Service of a slice.
pub const SERVICE_NAME_LABEL: &str = "kubernetes.io/service-name";

impl Object {
    /// The name of the Service an EndpointSlice belongs to.
    pub fn slice_service(&self) -> &str {
        self.labels()[SERVICE_NAME_LABEL].as_str()
    }
}
