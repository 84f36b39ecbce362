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

/// Why an image's name is no reference, in the words of the library that reads it; nothing if it is one.
///
/// Left out: how long a name may be, and names that are digests.
/// upstream: applyDefaultImageTag; ParseNormalizedNamed of github.com/distribution/reference.
pub(super) fn malformed(image: &str) -> Option<Text> {
    const OWN: [&str; 2] = ["docker.io", "index.docker.io"];
    let is_domain =
        |it: &str| it.contains(['.', ':']) || it == "localhost" || it.contains(char::is_uppercase);
    let named = image.split_once('/').filter(|it| is_domain(it.0));
    let (domain, rest) = named.unwrap_or((OWN[0], image));
    let (path, _) = rest.split_once(':').unwrap_or((rest, ""));
    if path.contains(char::is_uppercase) {
        let is_official = OWN.contains(&domain) && !rest.contains('/');
        let library = if is_official { "library/" } else { "" };
        return Some(crate::text!(
            "invalid reference format: repository name ({library}{path}) must be lowercase"
        ));
    }
    let (rest, digest) = match rest.split_once('@') {
        Some((rest, it)) => (rest, Some(it.split_once(':').unwrap_or_default())),
        None => (rest, None),
    };
    let is_digest = |(algorithm, hex): (&str, &str)| {
        algorithm.starts_with(|it: char| it.is_ascii_alphabetic())
            && is_of(hex, |it| it.is_ascii_hexdigit())
            && hex.len() >= 32
    };
    let (path, tag) = rest.split_once(':').unwrap_or((rest, "latest"));
    let (host, port) = domain.split_once(':').unwrap_or((domain, "443"));
    let is_good = (domain.starts_with('[') || host.split('.').all(|it| joins(it, &[])))
        && is_of(port, |it| it.is_ascii_digit())
        && path.split('/').all(|it| joins(it, &[".", "_", "__"]))
        && is_of(tag, |it| it.is_ascii_alphanumeric() || "_.-".contains(it))
        && !tag.starts_with(['.', '-'])
        && tag.len() <= 128
        && digest.is_none_or(is_digest);
    if !is_good {
        return Some("invalid reference format".into());
    }
    let is_short = digest.is_some_and(|it| it.0 == "sha256" && it.1.len() != 64);
    is_short.then(|| "invalid checksum digest length".into())
}

fn is_of(text: &str, is_sign: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(is_sign)
}

/// Whether a part of a name begins and ends with a letter or digit, and those in it are joined by hyphens or by these.
fn joins(part: &str, joints: &[&str]) -> bool {
    let is_sign = |it: char| it.is_ascii_alphanumeric();
    let joint = |it: &str| it.chars().all(|sign| sign == '-') || joints.contains(&it);
    part.starts_with(is_sign) && part.ends_with(is_sign) && part.split(is_sign).all(joint)
}

#[cfg(test)]
mod tests {
    use super::malformed;

    #[test]
    fn what_is_no_reference_is_told_as_the_library_tells_it() {
        let sha = "0123456789abcdef".repeat(4);
        let digest = format!("registry.k8s.io:443/a_b/c-d.e@sha256:{sha}");
        let good = [
            "nginx",
            "nginx:1.29",
            "a/b__c:V1_x",
            "localhost/x",
            "Host/x",
            &digest,
        ];
        for image in good {
            assert_eq!(malformed(image), None, "{image}");
        }
        let plain = "invalid reference format";
        for image in [
            "nginx latest",
            "nginx:1.9.1:x",
            "nginx:",
            ":tag",
            "https://host/x",
            "a//b",
            "-a",
            "a@sha256",
            "host:port/x",
            "ghcr.io/${{ x }}:y",
        ] {
            assert_eq!(malformed(image).unwrap_or_default(), plain, "{image}");
        }
        let upper = |it: &str| format!("{plain}: repository name ({it}) must be lowercase");
        assert_eq!(
            malformed("Nginx:1").unwrap_or_default(),
            upper("library/Nginx")
        );
        assert_eq!(malformed("me/App").unwrap_or_default(), upper("me/App"));
        assert_eq!(
            malformed("nginx@sha256:0123456789abcdef0123456789abcdef").unwrap_or_default(),
            "invalid checksum digest length"
        );
    }
}
