//! A stable sort that costs some hundred bytes a type; the standard one costs thousands. Beside it Go's, which is not stable.

mod unstable;

pub use unstable::as_go;

use core::cmp::Ordering;

/// Sorts by merging; equal items keep their order.
pub fn by<T>(items: &mut [T], mut order: impl FnMut(&T, &T) -> Ordering) {
    let mut targets = targets(items.len(), &mut |a, b| order(&items[a], &items[b]).is_gt());
    for at in 0..items.len() {
        while targets[at] != at {
            let target = targets[at];
            items.swap(at, target);
            targets.swap(at, target);
        }
    }
}

/// Where each of `len` items goes. Compiled once for all types.
fn targets(len: usize, is_after: &mut dyn FnMut(usize, usize) -> bool) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..len).collect();
    let mut merged = sorted.clone();
    let mut width = 1;
    while width < len {
        let (mut left, mut right) = (0, 0);
        for (at, place) in merged.iter_mut().enumerate() {
            let begin = at - at % (2 * width);
            let (middle, end) = ((begin + width).min(len), (begin + 2 * width).min(len));
            if at == begin {
                (left, right) = (begin, middle);
            }
            let takes_right =
                left == middle || right < end && is_after(sorted[left], sorted[right]);
            let from = if takes_right { &mut right } else { &mut left };
            *place = sorted[*from];
            *from += 1;
        }
        core::mem::swap(&mut sorted, &mut merged);
        width *= 2;
    }
    for (target, item) in sorted.iter().enumerate() {
        merged[*item] = target;
    }
    merged
}

/// Sorts by a key of each item; equal items keep their order.
pub fn by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    by(items, |a, b| key(a).cmp(&key(b)));
}

#[cfg(test)]
mod tests {
    #[test]
    fn equal_items_keep_their_order() {
        let mut items = [(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd'), (0, 'e')];
        super::by_key(&mut items, |it| it.0);
        assert_eq!(items, [(0, 'e'), (1, 'b'), (1, 'd'), (2, 'a'), (2, 'c')]);
    }

    #[test]
    fn any_length_comes_out_as_the_standard_sort_has_it() {
        for len in 0..200_u64 {
            let key = |it: &u64| (it.wrapping_mul(2_654_435_761) >> 8) & 31;
            let mut ours: Vec<u64> = (0..len).collect();
            let mut theirs = ours.clone();
            super::by_key(&mut ours, key);
            theirs.sort_by_key(key);
            assert_eq!(ours, theirs);
        }
    }
}
