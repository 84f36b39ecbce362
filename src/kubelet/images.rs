//! Which images a node has, and how long it takes to get another.
//!
//! upstream: pkg/kubelet/images/image_manager.go, EnsureImageExists.

use super::life::Life;
use crate::chance::between;
use crate::time::Duration;
use crate::value::Text;

/// What getting an image onto a node takes at the most when only its digest must be looked up again.
const LOOKUP_MS: u64 = 700;

impl Life<'_> {
    /// Whether the node has the image.
    pub(super) fn has_image(&self, image: &str) -> bool {
        let key = (self.node(), Text::from(image));
        let pulls = &self.ctx.config.pulls;
        pulls.on_nodes.iter().any(|it| it == image) || self.memory.images.contains_key(&key)
    }

    /// What a pull takes.
    pub(super) fn pull_time(&mut self, image: &str) -> Duration {
        let config = self.ctx.config;
        let (from, to) = config.pulls.between_ms;
        let node = self.node();
        if self.has_image(image) {
            return Duration::ms(to.min(LOOKUP_MS));
        }
        let drawn = || between(config.seed, &["pull", &node, image], from, to);
        let first = config.pulls.first_ms.get(self.memory.pulls).copied();
        self.memory.pulls += 1;
        Duration::ms(first.unwrap_or_else(drawn))
    }
}
