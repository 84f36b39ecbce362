//! Parts of objects that a real API server has and this one has not, in words that kubectl shows.
//!
//! upstream: the subresources of pkg/registry/core/rest/storage_core.go.

/// The last word of an address, and what is said there.
const PARTS: [(&str, &str); 5] = [
    (
        "portforward",
        "this server does not forward ports: containers are simulated, nothing outside can reach a port in one",
    ),
    (
        "proxy",
        "this server does not pass requests on to pods and services: containers are simulated",
    ),
    (
        "ephemeralcontainers",
        "this server does not add ephemeral containers to pods that run; kubectl debug --copy-to works",
    ),
    (
        "resize",
        "this server does not resize pods that run: change the template of what owns them",
    ),
    (
        "token",
        "this server issues no tokens: it asks nobody who they are",
    ),
];

/// Why nothing is at that address of a part.
pub(super) fn told(path: &str) -> Option<&'static str> {
    let object = path.strip_prefix("/api/v1/namespaces/")?;
    let part = object.split('/').nth(3)?;
    PARTS.iter().find(|it| it.0 == part).map(|it| it.1)
}
