//! The order of `--sort-by`.
//!
//! upstream: k8s.io/kubectl/pkg/cmd/get/sorter.go.

use crate::api::quantity::Quantity;
use crate::value::Value;

/// What is missing comes first, and before what is missing, too; numbers and quantities by size, texts byte by byte.
///
/// upstream: TableSorter.Less, isLess.
pub(super) fn is_less(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(Value::Int(a)), Some(Value::Int(b))) => a < b,
        (Some(a), Some(b)) => match (Quantity::of(a), Quantity::of(b)) {
            (Ok(a), Ok(b)) => a.nanos < b.nanos,
            _ => a.to_string() < b.to_string(),
        },
    }
}
