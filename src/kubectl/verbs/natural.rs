//! The order of `--sort-by`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/get/sorter.go, and github.com/fvbommel/sortorder for strings with numbers.

use core::cmp::Ordering;

use crate::value::Value;

/// Numbers by size, strings naturally (`web-2` before `web-10`), what is missing first.
pub(super) fn order(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(Value::Int(a)), Some(Value::Int(b))) => a.cmp(b),
        (Some(a), Some(b)) => natural(&a.to_string(), &b.to_string()),
    }
}

fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let (Some(x), Some(y)) = (a.first(), b.first()) else {
            return a.len().cmp(&b.len());
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let digits = |it: &[u8]| it.iter().take_while(|it| it.is_ascii_digit()).count();
            let zeros = |it: &[u8]| it.iter().take_while(|it| **it == b'0').count();
            let (left, right) = (digits(a), digits(b));
            let (left_zeros, right_zeros) = (zeros(&a[..left]), zeros(&b[..right]));
            let (x, y) = (&a[left_zeros..left], &b[right_zeros..right]);
            let order = x
                .len()
                .cmp(&y.len())
                .then(x.cmp(y))
                .then(left_zeros.cmp(&right_zeros));
            if order.is_ne() {
                return order;
            }
            (a, b) = (&a[left..], &b[right..]);
        } else if x == y {
            (a, b) = (&a[1..], &b[1..]);
        } else {
            return x.cmp(y);
        }
    }
}
