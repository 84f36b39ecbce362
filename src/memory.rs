//! What components remember beyond the objects: plain data, kept in the world, cheap to clone.

/// The memory of all components.
#[derive(Clone, Debug, Default)]
pub struct Memory {}
