//! Which images a node has, and how long it takes to get another.
//!
//! upstream: pkg/kubelet/images/image_manager.go, EnsureImageExists.

use super::behaviour::Behaviour;
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
        !pulls.bare_nodes.contains(&key.0) && pulls.on_nodes.iter().any(|it| it == image)
            || self.memory.images.contains_key(&key)
    }

    /// Whether no registry has the image of the container at that place.
    pub(super) fn is_image_missing(&self, at: usize) -> bool {
        let image = Text::from(self.container(at)["image"].as_str());
        match self.memory.pull_times.get(&image) {
            Some(takes) => *takes == Duration::NEVER,
            None => Behaviour::of(self.ctx.config, self.pod, at).is_missing,
        }
    }

    /// What a pull takes.
    pub(super) fn pull_time(&mut self, image: &str) -> Duration {
        let config = self.ctx.config;
        let known = self.memory.pull_times.get(&Text::from(image)).copied();
        if let Some(takes) = known.filter(|it| *it != Duration::NEVER) {
            return takes;
        }
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
