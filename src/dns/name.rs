//! Names: what the labels left of a zone mean, and names of addresses.
//!
//! upstream: plugin/kubernetes/parse.go, plugin/pkg/dnsutil/reverse.go.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::value::Text;

/// What a name below the zone asks for; missing labels are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request<'a> {
    pub port: &'a str,
    pub protocol: &'a str,
    /// With its cluster (`web-0.east`) in a multicluster zone.
    pub endpoint: &'a str,
    /// The topology zone of a zonal name.
    pub zone: &'a str,
    /// A zonal name that falls back to all endpoints.
    pub prefers: bool,
    /// The Service, or the dashed address under `pod`.
    pub service: &'a str,
    pub namespace: &'a str,
    /// `svc`, `pod`, or empty: a node of the zone without data.
    pub kind: &'a str,
    /// `service.namespace`, as it stands in the name.
    pub set: &'a str,
}

/// Which names a zone has beside the usual ones.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shapes {
    /// `endpoint.cluster.service.namespace.svc`.
    pub is_multicluster: bool,
    /// `zone.pin._zone.service.namespace.svc`.
    pub is_zonal: bool,
}

/// Reads what stands left of the zone (lower case, no final dot); nothing when that can be no name of a cluster.
///
/// upstream: parseRequest.
pub(crate) fn parse(base: &str, shapes: Shapes) -> Option<Request<'_>> {
    let mut request = Request::default();
    if matches!(base, "" | "svc" | "pod") {
        return Some(request);
    }
    let (before, kind) = rsplit(base);
    if kind != "svc" && kind != "pod" {
        return None;
    }
    request.kind = kind;
    let Some(set_and_more) = before else {
        return Some(request);
    };
    let (before, namespace) = rsplit(set_and_more);
    request.namespace = namespace;
    let Some(before) = before else {
        return Some(request);
    };
    let (before, service) = rsplit(before);
    request.service = service;
    request.set = &set_and_more[set_and_more.len() - service.len() - namespace.len() - 1..];
    let Some(before) = before else {
        return Some(request);
    };
    match rsplit(before) {
        (None, endpoint) => request.endpoint = endpoint,
        (Some(port), protocol) if !port.contains('.') => {
            if shapes.is_multicluster && !port.starts_with('_') && !protocol.starts_with('_') {
                request.endpoint = before;
            } else {
                request.port = port.strip_prefix('_').unwrap_or(port);
                request.protocol = protocol.strip_prefix('_').unwrap_or(protocol);
            }
        }
        (Some(zone), "_zone") if shapes.is_zonal && !shapes.is_multicluster && kind == "svc" => {
            let (zone, directive) = rsplit(zone);
            request.zone = zone?;
            request.prefers = directive == "prefer";
            if !request.prefers && directive != "pin" {
                return None;
            }
        }
        (Some(_), _) => return None,
    }
    Some(request)
}

/// What stands before the last dot, and the last label.
fn rsplit(name: &str) -> (Option<&str>, &str) {
    // By octets: a search for a sign costs several times as much.
    match name.bytes().rposition(|it| it == b'.') {
        Some(at) => (Some(&name[..at]), &name[at + 1..]),
        None => (None, name),
    }
}

/// What stands left of `zone` in `name`, when the name is in the zone; both end in a dot, both lower case.
pub(crate) fn trim_zone<'a>(name: &'a str, zone: &str) -> Option<&'a str> {
    let base = name.strip_suffix(zone)?;
    if base.is_empty() || zone == "." {
        Some(base.strip_suffix(".").unwrap_or(base))
    } else {
        base.strip_suffix(".")
    }
}

/// A name in lower case; the same text where it is already.
pub(crate) fn lower(name: &Text) -> Text {
    if name.bytes().any(|it| it.is_ascii_uppercase()) {
        name.to_ascii_lowercase()
    } else {
        name.clone()
    }
}

/// A number for a label, the same for any case: few labels share one (FNV-1a).
pub(crate) fn label_number(label: &str) -> u32 {
    let signs = label.bytes().map(|it| it.to_ascii_lowercase());
    signs.fold(0x811c_9dc5, |hash, it| {
        (hash ^ u32::from(it)).wrapping_mul(0x0100_0193)
    })
}

/// Labels joined by dots.
pub(crate) fn join(labels: &[&str]) -> Text {
    let mut name = Text::with_capacity(labels.iter().map(|it| it.len() + 1).sum());
    for (at, label) in labels.iter().enumerate() {
        if at > 0 {
            name.push('.');
        }
        name.push_str(label);
    }
    name
}

/// `7.1.244.10.in-addr.arpa.`
pub(crate) fn reverse(address: IpAddr) -> Text {
    let mut name = Text::new();
    match address {
        IpAddr::V4(it) => {
            for octet in it.octets().iter().rev() {
                push_number(&mut name, u32::from(*octet));
                name.push('.');
            }
            name.push_str("in-addr.arpa.");
        }
        IpAddr::V6(it) => {
            for octet in it.octets().iter().rev() {
                for half in [octet & 15, octet >> 4] {
                    name.push(char::from(b"0123456789abcdef"[usize::from(half)]));
                    name.push('.');
                }
            }
            name.push_str("ip6.arpa.");
        }
    }
    name
}

/// The address a full reverse name (lower case) stands for.
///
/// upstream: dnsutil.ExtractAddressFromReverse.
pub(crate) fn address_of_reverse(name: &str) -> Option<IpAddr> {
    if let Some(labels) = name.strip_suffix(".in-addr.arpa.") {
        let mut octets = [0; 4];
        let mut parts = labels.split('.').rev();
        for octet in &mut octets {
            *octet = parts.next()?.parse().ok()?;
        }
        return parts
            .next()
            .is_none()
            .then(|| Ipv4Addr::from(octets).into());
    }
    let labels = name.strip_suffix(".ip6.arpa.")?;
    let mut bits = 0_u128;
    let mut count = 0;
    for label in labels.split('.').rev() {
        if label.len() != 1 || count == 32 {
            return None;
        }
        bits = bits << 4 | u128::from(u8::from_str_radix(label, 16).ok()?);
        count += 1;
    }
    (count == 32).then(|| Ipv6Addr::from(bits).into())
}

/// Whether the name stands in one of the reverse trees.
pub(crate) fn is_reverse(name: &str) -> bool {
    name.ends_with(".in-addr.arpa.") || name.ends_with(".ip6.arpa.")
}

/// Appends a whole number.
pub(crate) fn push_number(text: &mut Text, number: u32) {
    if number > 9 {
        push_number(text, number / 10);
    }
    text.push(char::from(b"0123456789"[(number % 10) as usize]));
}
