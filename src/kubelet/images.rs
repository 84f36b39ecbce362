//! Which images a node has, and how long it takes to get another.
//!
//! upstream: pkg/kubelet/images/image_manager.go, EnsureImageExists.

use crate::chance::between;
use crate::config::Config;
use crate::memory::Memory;
use crate::time::Duration;
use crate::value::Text;

/// What getting an image onto a node takes: nothing if it is there already.
pub(super) fn pull_time(
    config: &Config,
    memory: &Memory,
    node: &str,
    image: &str,
) -> Option<Duration> {
    if config.pulls.on_nodes.iter().any(|it| it == image)
        || memory
            .images
            .contains_key(&(Text::from(node), Text::from(image)))
    {
        return None;
    }
    let (from, to) = config.pulls.between_ms;
    let drawn = || between(config.seed, &["pull", node, image], from, to);
    Some(Duration::ms(
        config
            .pulls
            .first_ms
            .get(memory.pulls)
            .copied()
            .unwrap_or_else(drawn),
    ))
}
