//! Collections that a world shares with the worlds before it: a clone costs next to nothing, a write copies one chunk.
//!
//! Chunks in a list of chunks, because their code is a tenth of a balanced tree's, and there is one for each type.

use core::borrow::Borrow;

use std::sync::Arc;

/// So many items stand in one chunk.
const CHUNK: usize = 32;

type Chunks<T> = Arc<Vec<Arc<Vec<T>>>>;

/// The first of `len` places for which `is_before` no longer holds.
fn partition_point(len: usize, is_before: &mut dyn FnMut(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Items by key, in the order of their keys.
#[derive(Clone, Debug)]
pub struct Map<K, V> {
    /// None is empty.
    chunks: Chunks<(K, V)>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        let chunks = Arc::default();
        Self { chunks }
    }
}

impl<K: Ord + Clone, V: Clone> Map<K, V> {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The item of that key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at, is_there) = self.find(key);
        is_there.then(|| &self.chunks[chunk][at].1)
    }

    /// Whether there is an item of that key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).2
    }

    /// Puts an item in place; says whether its key is new.
    pub fn insert(&mut self, key: K, value: V) -> bool {
        let (chunk, at, is_there) = self.find(&key);
        let chunks = Arc::make_mut(&mut self.chunks);
        if chunks.is_empty() {
            chunks.push(Arc::default());
        }
        let items = Arc::make_mut(&mut chunks[chunk]);
        if is_there {
            items[at].1 = value;
            return false;
        }
        items.insert(at, (key, value));
        if items.len() > CHUNK {
            let upper = items.split_off(CHUNK / 2);
            chunks.insert(chunk + 1, Arc::new(upper));
        }
        true
    }

    /// Takes an item out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (chunk, at, is_there) = self.find(key);
        if !is_there {
            return None;
        }
        let chunks = Arc::make_mut(&mut self.chunks);
        let items = Arc::make_mut(&mut chunks[chunk]);
        let (_, value) = items.remove(at);
        if items.is_empty() {
            chunks.remove(chunk);
        }
        Some(value)
    }

    /// The item of the lowest key.
    pub fn first(&self) -> Option<&(K, V)> {
        self.chunks.first()?.first()
    }

    /// All items, by key.
    pub fn iter(&self) -> Iter<'_, (K, V)> {
        Iter::new(&self.chunks)
    }

    /// The items from a key on.
    pub fn from<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, (K, V)>
    where
        K: Borrow<Q>,
    {
        let (chunk, at, _) = self.find(key);
        let mut iter = Iter::new(self.chunks.get(chunk..).unwrap_or_default());
        iter.skip_to(at);
        iter
    }

    /// The items from a key on, before another one.
    pub fn between(&self, from: &K, to: &K) -> Iter<'_, (K, V)> {
        let ((first, at, _), (last, end, _)) = (self.find(from), self.find(to));
        let chunks = self.chunks.get(first..last).unwrap_or_default();
        let mut iter = Iter::new(chunks);
        let rest = self.chunks.get(last).map_or(&[][..], |it| &it[..end]);
        if first == last {
            iter.front = rest.get(at..).unwrap_or_default().iter();
        } else {
            iter.skip_to(at);
            iter.back = rest.iter();
        }
        iter
    }

    /// Shows what stands otherwise than in an earlier map, before and after; and some of what does not. Chunks that
    /// both share are passed over.
    pub fn differs<'a>(
        &'a self,
        old: &'a Self,
        show: &mut dyn FnMut(Option<&'a V>, Option<&'a V>),
    ) {
        let (mut olds, mut news) = (Iter::new(&old.chunks), Iter::new(&self.chunks));
        loop {
            while let (Some(a), Some(b)) = (olds.whole_chunk(), news.whole_chunk())
                && Arc::ptr_eq(a, b)
            {
                olds.chunks.next();
                news.chunks.next();
            }
            match (olds.peek(), news.peek()) {
                (None, None) => return,
                (Some(a), Some(b)) if a.0 == b.0 => {
                    show(Some(&a.1), Some(&b.1));
                    olds.next();
                    news.next();
                }
                (Some(a), b) if b.is_none_or(|b| a.0 < b.0) => {
                    show(Some(&a.1), None);
                    olds.next();
                }
                (_, b) => {
                    show(None, b.map(|it| &it.1));
                    news.next();
                }
            }
        }
    }

    /// The chunk and the place of a key, or where it would stand; and whether it is there.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> (usize, usize, bool)
    where
        K: Borrow<Q>,
    {
        let begins_before = &mut |it: usize| self.chunks[it][0].0.borrow() <= key;
        let chunk = partition_point(self.chunks.len(), begins_before).saturating_sub(1);
        let Some(items) = self.chunks.get(chunk) else {
            return (0, 0, false);
        };
        let at = partition_point(items.len(), &mut |it| items[it].0.borrow() < key);
        let is_there = items.get(at).is_some_and(|it| it.0.borrow() == key);
        (chunk, at, is_there)
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut map = Self::default();
        for (key, value) in items {
            map.insert(key, value);
        }
        map
    }
}

impl<'a, K, V> IntoIterator for &'a Map<K, V> {
    type Item = &'a (K, V);
    type IntoIter = Iter<'a, (K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        Iter::new(&self.chunks)
    }
}

/// Items in the order they came; none is taken away.
#[derive(Clone, Debug)]
pub struct List<T> {
    /// All but the last are full.
    chunks: Chunks<T>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        let chunks = Arc::default();
        Self { chunks }
    }
}

impl<T: Clone> List<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        let last = self.chunks.last().map_or(CHUNK, |it| it.len());
        self.chunks.len() * CHUNK + last - CHUNK
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Adds one at the end.
    pub fn push(&mut self, item: T) {
        let chunks = Arc::make_mut(&mut self.chunks);
        match chunks.last_mut().filter(|it| it.len() < CHUNK) {
            Some(last) => Arc::make_mut(last).push(item),
            None => chunks.push(Arc::new(vec![item])),
        }
    }

    /// Puts another one at a place.
    pub fn set(&mut self, at: usize, item: T) {
        if at < self.len() {
            let chunk = &mut Arc::make_mut(&mut self.chunks)[at / CHUNK];
            Arc::make_mut(chunk)[at % CHUNK] = item;
        }
    }

    /// The first one.
    pub fn first(&self) -> Option<&T> {
        self.chunks.first()?.first()
    }

    /// The one at a place.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    /// The last one.
    pub fn last(&self) -> Option<&T> {
        self.chunks.last()?.last()
    }

    /// All, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(&self.chunks)
    }

    /// How many at the beginning are before something that later ones are not before.
    pub fn partition_point(&self, is_before: impl Fn(&T) -> bool) -> usize {
        partition_point(self.len(), &mut |it| self.get(it).is_some_and(&is_before))
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        Iter::new(&self.chunks)
    }
}

/// Goes through chunks, from either end.
#[derive(Clone, Debug)]
pub struct Iter<'a, T> {
    chunks: core::slice::Iter<'a, Arc<Vec<T>>>,
    front: core::slice::Iter<'a, T>,
    back: core::slice::Iter<'a, T>,
}

impl<'a, T> Iter<'a, T> {
    fn new(chunks: &'a [Arc<Vec<T>>]) -> Self {
        Self {
            chunks: chunks.iter(),
            front: [].iter(),
            back: [].iter(),
        }
    }

    /// The chunk that comes next, when none is under way.
    fn whole_chunk(&self) -> Option<&'a Arc<Vec<T>>> {
        let is_between = self.front.as_slice().is_empty();
        self.chunks.as_slice().first().filter(|_| is_between)
    }

    /// The item that comes next.
    fn peek(&self) -> Option<&'a T> {
        let next = || self.chunks.as_slice().first()?.first();
        self.front.as_slice().first().or_else(next)
    }

    /// How many come.
    pub fn len(&self) -> usize {
        let whole: usize = self.chunks.clone().map(|it| it.len()).sum();
        self.front.len() + whole + self.back.len()
    }

    /// Whether none comes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Leaves out the first items of the first chunk.
    fn skip_to(&mut self, at: usize) {
        if let Some(first) = self.chunks.next() {
            self.front = first[at..].iter();
        }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(item) = self.front.next() {
                return Some(item);
            }
            match self.chunks.next() {
                Some(chunk) => self.front = chunk.iter(),
                None => return self.back.next(),
            }
        }
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.back.next_back() {
                return Some(item);
            }
            match self.chunks.next_back() {
                Some(chunk) => self.back = chunk.iter(),
                None => return self.front.next_back(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{List, Map};
    use std::collections::BTreeMap;

    /// Numbers without an order of their own, the same on every run.
    fn scattered(count: u32) -> impl Iterator<Item = u32> {
        (0..count).map(|it| it.wrapping_mul(2_654_435_761) >> 20)
    }

    #[test]
    fn a_map_does_what_the_standard_one_does() {
        let (mut ours, mut theirs) = (Map::default(), BTreeMap::new());
        for (at, key) in scattered(3000).enumerate() {
            let key = key % 700;
            if at % 3 == 0 {
                assert_eq!(ours.remove(&key), theirs.remove(&key));
            } else {
                ours.insert(key, at);
                theirs.insert(key, at);
            }
            assert_eq!(ours.get(&key), theirs.get(&key));
            assert_eq!(ours.first().map(|it| it.0), theirs.keys().next().copied());
        }
        assert!(ours.iter().map(|it| (&it.0, &it.1)).eq(theirs.iter()));
        assert!(
            ours.iter()
                .rev()
                .map(|it| it.0)
                .eq(theirs.keys().rev().copied())
        );
        for key in 0..701 {
            let rest = ours.from(&key).map(|it| it.0);
            assert!(rest.eq(theirs.range(key..).map(|it| *it.0)));
            for to in [key, key + 1, key + 40, 701] {
                let some = ours.between(&key, &to);
                assert_eq!(some.len(), theirs.range(key..to).count());
                assert!(
                    some.map(|it| it.0)
                        .eq(theirs.range(key..to).map(|it| *it.0))
                );
            }
        }
    }

    #[test]
    fn what_differs_from_an_earlier_map_is_shown() {
        let mut map: Map<u32, u32> = scattered(500).map(|it| (it, 0)).collect();
        let old = map.clone();
        for (at, key) in scattered(6).enumerate() {
            match at % 3 {
                0 => drop(map.remove(&key)),
                1 => drop(map.insert(key, 1)),
                _ => drop(map.insert(key + 7, 2)),
            }
        }
        let mut shown = BTreeMap::new();
        let mut count = 0;
        map.differs(&old, &mut |before, after| {
            count += 1;
            *shown.entry((before.copied(), after.copied())).or_insert(0) += 1;
        });
        let is = |before: Option<u32>, after: Option<u32>| {
            let keys = old.iter().chain(map.iter()).map(|it| it.0);
            let keys: std::collections::BTreeSet<u32> = keys.collect();
            let stands =
                |it: &&u32| old.get(*it).copied() == before && map.get(*it).copied() == after;
            keys.iter().filter(stands).count()
        };
        for (before, after) in [(Some(0), None), (None, Some(2)), (Some(0), Some(1))] {
            assert_eq!(
                shown.get(&(before, after)).copied().unwrap_or(0),
                is(before, after)
            );
        }
        assert!(count < 500);
        old.differs(&old, &mut |_, _| panic!("a map is as it is"));
    }

    #[test]
    fn a_clone_is_not_touched_by_later_writes() {
        let (mut map, mut list) = (Map::default(), List::default());
        for it in 0..100 {
            map.insert(it, it);
            list.push(it);
        }
        let (old_map, old_list) = (map.clone(), list.clone());
        for it in 0..100 {
            map.remove(&it);
            list.push(it);
        }
        assert!(map.is_empty());
        assert_eq!(old_map.iter().count(), 100);
        assert_eq!((old_list.len(), list.len()), (100, 200));
        assert!(old_list.iter().copied().eq(0..100));
        assert_eq!(list.get(150), Some(&50));
        assert_eq!(list.iter().rev().step_by(100).count(), 2);
        assert_eq!(old_list.partition_point(|it| *it < 77), 77);
    }
}
