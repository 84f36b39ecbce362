//! A stable sort for short lists that costs some hundred bytes a type; the standard one costs thousands.

use core::cmp::Ordering;

/// Sorts by insertion; equal items keep their order.
pub fn by<T>(items: &mut [T], mut order: impl FnMut(&T, &T) -> Ordering) {
    for at in 1..items.len() {
        let mut to = at;
        while to > 0 && order(&items[to - 1], &items[to]).is_gt() {
            items.swap(to - 1, to);
            to -= 1;
        }
    }
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
}
