//! How many tasks are there? A number for each status and kind.

use std::collections::BTreeMap;

use super::TaskStatus;

/// How many tasks there are of each status and kind; what there is none of is not named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<(TaskStatus, Box<str>), u64>);

impl Tally {
    /// Counts `number` more.
    pub fn add(&mut self, status: TaskStatus, kind: &str, number: u64) {
        if number > 0 {
            *self.0.entry((status, kind.into())).or_default() += number;
        }
    }

    /// Counts as many less as another has.
    pub fn subtract(&mut self, other: &Self) {
        for (key, number) in &other.0 {
            if let Some(ours) = self.0.get_mut(key) {
                *ours = ours.saturating_sub(*number);
            }
        }
        self.0.retain(|_, number| *number > 0);
    }

    /// How many there are of these statuses and, where one is named, of this kind.
    #[must_use]
    pub fn count(&self, statuses: &[TaskStatus], kind: Option<&str>) -> u64 {
        let counted = self
            .0
            .iter()
            .filter(|((status, of), _)| statuses.contains(status) && kind.is_none_or(|kind| **of == *kind));
        counted.map(|(_, number)| number).sum()
    }

    /// Each status and kind with its number.
    pub fn iter(&self) -> impl Iterator<Item = (TaskStatus, &str, u64)> {
        self.0.iter().map(|((status, kind), number)| (*status, &**kind, *number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_can_be_asked_for_by_status_and_kind() {
        let mut tally = Tally::default();
        tally.add(TaskStatus::Queued, "own", 2);
        tally.add(TaskStatus::Queued, "noop", 1);
        tally.add(TaskStatus::Failed, "own", 4);
        assert_eq!(tally.count(&TaskStatus::ALL, None), 7);
        assert_eq!(tally.count(&[TaskStatus::Queued, TaskStatus::Pending], Some("own")), 2);

        tally.subtract(&tally.clone());
        assert_eq!(tally, Tally::default());
    }
}
