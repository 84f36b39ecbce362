//! What clients ask about themselves: who they are, and what they may do.
//!
//! differs: there is no authentication and no authorization; everybody is anonymous and may do everything.
//! upstream: pkg/registry/authentication/selfsubjectreview, pkg/registry/authorization/selfsubjectrulesreview,
//! k8s.io/apiserver/pkg/authorization/authorizerfactory, alwaysAllowAuthorizer.

use crate::apiserver::rest::HttpRequest;
use crate::value::Value;
use crate::{array, object};

/// The review, answered; nothing for other requests.
pub(super) fn reviewed(request: &HttpRequest) -> Option<Value> {
    let path = request.path.strip_prefix("/apis/")?;
    let any = || array!["*"];
    let status = match (request.method, path) {
        ("POST", "authentication.k8s.io/v1/selfsubjectreviews") => object! {
            "userInfo": object! {
                "username": "system:anonymous",
                "groups": array!["system:unauthenticated"],
            },
        },
        ("POST", "authorization.k8s.io/v1/selfsubjectrulesreviews") => object! {
            "resourceRules": array![object! {"verbs": any(), "apiGroups": any(), "resources": any()}],
            "nonResourceRules": array![object! {"verbs": any(), "nonResourceURLs": any()}],
            "incomplete": false,
        },
        _ => return None,
    };
    let mut review = request.body.clone();
    review["status"] = status;
    Some(review)
}
