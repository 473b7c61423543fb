//! How are many values kept in order at little cost? In runs, since nearly all arrive at the end and leave at the
//! front.

use std::collections::VecDeque;

/// How many values a run holds at most: what an insertion into the midst moves is half of one.
const LONGEST: usize = 256;

/// Below this room a run keeps what it has, however few values are left.
const SMALLEST_ROOM: usize = 32;

/// An ordered set. What arrives behind all others is appended, what leaves first is popped; whatever else comes or
/// goes moves a part of one run.
#[derive(Debug)]
pub(super) struct Sequence<T> {
    /// Each is ordered, and before the next. None is empty but for the only one.
    runs: VecDeque<VecDeque<T>>,
    len: usize,
}

impl<T> Default for Sequence<T> {
    fn default() -> Self {
        Self { runs: VecDeque::new(), len: 0 }
    }
}

impl<T: Ord + Copy> Sequence<T> {
    /// Adds a value that is not there.
    pub(super) fn insert(&mut self, value: T) {
        self.len += 1;
        match self.runs.back_mut() {
            Some(run) if run.back() >= Some(&value) => self.insert_amidst(value),
            Some(run) if run.len() < LONGEST => run.push_back(value),
            _ => self.runs.push_back(VecDeque::from([value])),
        }
    }

    /// Adds a value that is not the last.
    fn insert_amidst(&mut self, value: T) {
        let index = self.run_of(value);
        let run = &mut self.runs[index];
        run.insert(run.partition_point(|other| *other < value), value);
        if run.len() > LONGEST {
            let rest = run.split_off(LONGEST / 2);
            self.runs.insert(index + 1, rest);
        }
    }

    /// Takes a value away, if it is there.
    pub(super) fn remove(&mut self, value: T) {
        let index = self.run_of(value);
        let is_only = self.runs.len() == 1;
        let Some(run) = self.runs.get_mut(index) else { return };
        let Ok(place) = run.binary_search(&value) else { return };
        run.remove(place);
        self.len -= 1;
        if run.is_empty() && !is_only {
            self.runs.remove(index);
        } else if run.capacity() > SMALLEST_ROOM && run.len() < run.capacity() / 4 {
            run.shrink_to(run.capacity() / 2);
        }
    }

    /// The run that has this value, or would have it.
    fn run_of(&self, value: T) -> usize {
        self.runs.partition_point(|run| run.back() < Some(&value))
    }

    /// The first of all.
    pub(super) fn first(&self) -> Option<T> {
        self.runs.front()?.front().copied()
    }

    /// The last of all.
    pub(super) fn last(&self) -> Option<T> {
        self.runs.back()?.back().copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All of them, first to last.
    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        self.runs.iter().flatten().copied()
    }

    /// Those before `end`, last to first; all without one.
    pub(super) fn backwards(&self, end: Option<T>) -> impl Iterator<Item = T> {
        let whole = end.map_or(self.runs.len(), |end| self.run_of(end));
        let partial = end.and_then(|end| {
            let run = self.runs.get(whole)?;
            Some(run.range(..run.partition_point(|value| *value < end)))
        });
        let whole = self.runs.range(..whole).rev().flat_map(|run| run.iter().rev());
        partial.into_iter().flat_map(Iterator::rev).chain(whole).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Numbers in an order without order, each once.
    fn shuffled(count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(move |number| number * 7_919 % count)
    }

    fn both(values: impl Iterator<Item = u64>) -> (Sequence<u64>, BTreeSet<u64>) {
        let (mut sequence, mut set) = (Sequence::default(), BTreeSet::new());
        for value in values {
            sequence.insert(value);
            set.insert(value);
        }
        (sequence, set)
    }

    fn assert_same(sequence: &Sequence<u64>, set: &BTreeSet<u64>) {
        assert!(sequence.iter().eq(set.iter().copied()));
        assert!(sequence.backwards(None).eq(set.iter().rev().copied()));
        assert_eq!((sequence.first(), sequence.last()), (set.first().copied(), set.last().copied()));
        assert_eq!((sequence.len(), sequence.is_empty()), (set.len(), set.is_empty()));
    }

    #[test]
    fn values_of_any_order_come_and_go_as_in_a_set() {
        let (mut sequence, mut set) = both(shuffled(10_000));
        assert_same(&sequence, &set);

        for (step, value) in shuffled(10_000).enumerate() {
            sequence.remove(value);
            sequence.remove(value);
            set.remove(&value);
            if step % 1_000 == 999 {
                assert_same(&sequence, &set);
            }
        }
        assert!(sequence.is_empty());
    }

    #[test]
    fn a_page_begins_before_any_value() {
        let (sequence, set) = both((0..1_000).map(|number| 2 * number));

        for end in [0, 1, 2, 511, 512, 513, 1_001, 1_998, 1_999, 5_000] {
            assert!(sequence.backwards(Some(end)).eq(set.range(..end).rev().copied()), "before {end}");
        }
    }

    #[test]
    fn few_values_that_are_left_of_many_take_little_room() {
        let (mut sequence, _) = both(0..100_000);

        for value in (0..100_000).filter(|value| value % 256 != 0) {
            sequence.remove(value);
        }

        let room: usize = sequence.runs.iter().map(VecDeque::capacity).sum();
        assert!(room <= SMALLEST_ROOM * sequence.len(), "{room} for {}", sequence.len());
    }
}
