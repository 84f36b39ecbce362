//! Go's `sort.Sort`, step by step: where items are equal, only the same steps give the same order.
//!
//! upstream: Go's sort/zsortinterface.go, pdqsort.

/// Sorts as Go does: `is_less` may even contradict itself, as some of kubectl's do.
pub fn as_go<T>(items: &mut [T], mut is_less: impl FnMut(&T, &T) -> bool) {
    let mut sorting = Sorting {
        order: (0..items.len()).collect(),
        is_less: &mut |a, b| is_less(&items[a], &items[b]),
    };
    let limit = bits(items.len());
    sorting.sort(0, items.len(), limit);
    let mut from = sorting.order;
    for at in 0..from.len() {
        // Follows what stands here now to where earlier swaps have brought it.
        let mut source = from[at];
        while source < at {
            source = from[source];
        }
        from[at] = source;
        items.swap(at, source);
    }
}

/// How many binary digits a number has.
fn bits(number: usize) -> u32 {
    usize::BITS - number.leading_zeros()
}

struct Sorting<'a> {
    /// Which item stands where.
    order: Vec<usize>,
    is_less: &'a mut dyn FnMut(usize, usize) -> bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Hint {
    Unknown,
    Increasing,
    Decreasing,
}

/// Up to so many are sorted by insertion.
const FEW: usize = 12;
/// From so many on the pivot is looked for among nine, and a few swaps may do.
const MANY: usize = 50;
/// How often a pivot's choice can swap.
const MOST_SWAPS: usize = 12;
/// So many pairs out of order are put right without a partition.
const PAIRS: usize = 5;

impl Sorting<'_> {
    fn less(&mut self, a: usize, b: usize) -> bool {
        (self.is_less)(self.order[a], self.order[b])
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.order.swap(a, b);
    }

    fn sort(&mut self, mut from: usize, mut to: usize, mut limit: u32) {
        let (mut is_balanced, mut is_partitioned) = (true, true);
        loop {
            let length = to - from;
            if length <= FEW {
                return self.insert(from, to);
            }
            if limit == 0 {
                return self.heap(from, to);
            }
            if !is_balanced {
                self.break_patterns(from, to);
                limit -= 1;
            }
            let (mut pivot, mut hint) = self.pivot(from, to);
            if hint == Hint::Decreasing {
                self.order[from..to].reverse();
                pivot = (to - 1) - (pivot - from);
                hint = Hint::Increasing;
            }
            let is_likely_sorted = is_balanced && is_partitioned && hint == Hint::Increasing;
            if is_likely_sorted && self.insert_few(from, to) {
                return;
            }
            if from > 0 && !self.less(from - 1, pivot) {
                from = self.partition_equal(from, to, pivot);
                continue;
            }
            let (middle, was_partitioned) = self.partition(from, to, pivot);
            is_partitioned = was_partitioned;
            let (left, right) = (middle - from, to - middle);
            is_balanced = left.min(right) >= length / 8;
            if left < right {
                self.sort(from, middle, limit);
                from = middle + 1;
            } else {
                self.sort(middle + 1, to, limit);
                to = middle;
            }
        }
    }

    fn insert(&mut self, from: usize, to: usize) {
        for at in from + 1..to {
            let mut at = at;
            while at > from && self.less(at, at - 1) {
                self.swap(at, at - 1);
                at -= 1;
            }
        }
    }

    fn heap(&mut self, first: usize, to: usize) {
        let length = to - first;
        for at in (0..=(length - 1) / 2).rev() {
            self.sift(at, length, first);
        }
        for at in (0..length).rev() {
            self.swap(first, first + at);
            self.sift(0, at, first);
        }
    }

    fn sift(&mut self, mut root: usize, to: usize, first: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= to {
                return;
            }
            if child + 1 < to && self.less(first + child, first + child + 1) {
                child += 1;
            }
            if !self.less(first + root, first + child) {
                return;
            }
            self.swap(first + root, first + child);
            root = child;
        }
    }

    /// Where the pivot stands, and whether what was left of it is as large.
    fn partition(&mut self, from: usize, to: usize, pivot: usize) -> (usize, bool) {
        self.swap(from, pivot);
        let (mut left, mut right) = (from + 1, to - 1);
        let mut is_first = true;
        loop {
            while left <= right && self.less(left, from) {
                left += 1;
            }
            while left <= right && !self.less(right, from) {
                right -= 1;
            }
            if left > right {
                self.swap(right, from);
                return (right, is_first);
            }
            is_first = false;
            self.swap(left, right);
            left += 1;
            right -= 1;
        }
    }

    fn partition_equal(&mut self, from: usize, to: usize, pivot: usize) -> usize {
        self.swap(from, pivot);
        let (mut left, mut right) = (from + 1, to - 1);
        loop {
            while left <= right && !self.less(from, left) {
                left += 1;
            }
            while left <= right && self.less(from, right) {
                right -= 1;
            }
            if left > right {
                return left;
            }
            self.swap(left, right);
            left += 1;
            right -= 1;
        }
    }

    fn insert_few(&mut self, from: usize, to: usize) -> bool {
        let mut at = from + 1;
        for _ in 0..PAIRS {
            while at < to && !self.less(at, at - 1) {
                at += 1;
            }
            if at == to {
                return true;
            }
            if to - from < MANY {
                return false;
            }
            self.swap(at, at - 1);
            if at - from >= 2 {
                let mut left = at - 1;
                while left >= 1 && self.less(left, left - 1) {
                    self.swap(left, left - 1);
                    left -= 1;
                }
            }
            if to - at >= 2 {
                let mut right = at + 1;
                while right < to && self.less(right, right - 1) {
                    self.swap(right, right - 1);
                    right += 1;
                }
            }
        }
        false
    }

    fn break_patterns(&mut self, from: usize, to: usize) {
        let length = to - from;
        let mut random = length as u64;
        let at = from + (length / 4) * 2 - 1;
        for offset in 0..3 {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            let mask = (1u64 << bits(length)) - 1;
            let mut other = usize::try_from(random & mask).expect("less than twice the length");
            if other >= length {
                other -= length;
            }
            self.swap(at + offset, from + other);
        }
    }

    fn pivot(&mut self, from: usize, to: usize) -> (usize, Hint) {
        let length = to - from;
        let mut places = [1, 2, 3].map(|it| from + length / 4 * it);
        let mut swaps = 0;
        if length >= MANY {
            places = places.map(|it| self.median([it - 1, it, it + 1], &mut swaps));
        }
        let middle = self.median(places, &mut swaps);
        let hint = match swaps {
            0 => Hint::Increasing,
            MOST_SWAPS => Hint::Decreasing,
            _ => Hint::Unknown,
        };
        (middle, hint)
    }

    fn median(&mut self, mut places: [usize; 3], swaps: &mut usize) -> usize {
        for at in [0, 1, 0] {
            if self.less(places[at + 1], places[at]) {
                *swaps += 1;
                places.swap(at, at + 1);
            }
        }
        places[1]
    }
}

#[cfg(test)]
mod tests {
    /// What the real kubectl made of as many config maps, sorted by a label.
    #[test]
    fn equal_items_stand_where_go_puts_them() {
        for (keys, wanted) in [
            ("cbcbccccabaca", "8 12 10 9 3 1 4 5 6 7 0 2 11"),
            (
                "aabbabcacaacabbab",
                "12 4 15 0 9 1 7 10 5 2 3 13 14 16 6 11 8",
            ),
            (
                "aaaccbaaaaaaaabbacccaacabbabba",
                "21 2 26 23 0 20 6 7 8 9 10 11 12 13 29 1 16 24 5 15 25 27 28 14 18 19 4 17 22 3",
            ),
        ] {
            let mut items: Vec<(char, usize)> = keys.chars().zip(0..).collect();
            super::as_go(&mut items, |a, b| a.0 < b.0);
            let order: Vec<String> = items.iter().map(|it| it.1.to_string()).collect();
            assert_eq!(order.join(" "), wanted);
        }
    }

    #[test]
    fn any_length_is_sorted() {
        for length in 0..300_u64 {
            for seed in 1..4 {
                let mut state = seed;
                let mut items: Vec<u64> = (0..length)
                    .map(|it| {
                        state = (state * 48_271 + it) % 2_147_483_647;
                        state % (length / seed + 1)
                    })
                    .collect();
                let mut sorted = items.clone();
                sorted.sort_unstable();
                super::as_go(&mut items, |a, b| a < b);
                assert_eq!(items, sorted);
            }
        }
    }
}
