//! Which ranks do owners hold among the queued tasks?

use std::collections::HashMap;

use super::sequence::Sequence;
use crate::task::{Priority, Task};

/// The ranks that an owner has queued, by priority; they are distinct.
#[derive(Debug, Default)]
struct Ranks([Sequence<i64>; Priority::ALL.len()]);

/// The ranks of all owners.
#[derive(Debug, Default)]
pub(super) struct Owners {
    /// Those of the owner without a name, to whom all tasks belong in single-user mode: found without a look-up.
    nameless: Ranks,
    named: HashMap<Box<str>, Ranks>,
}

impl Owners {
    /// The highest rank that an owner has queued.
    pub(super) fn highest(&self, owner: &str, priority: Priority) -> Option<i64> {
        self.ranks(owner)?.0[level(priority)].last()
    }

    /// How many tasks an owner has queued.
    pub(super) fn count(&self, owner: &str) -> u64 {
        self.ranks(owner).map_or(0, |ranks| ranks.0.iter().map(|ranks| ranks.len() as u64).sum())
    }

    /// Notes the rank of a task that is queued.
    pub(super) fn insert(&mut self, task: &Task) {
        let owner = &task.new.owner;
        let ranks =
            if owner.is_empty() { &mut self.nameless } else { self.named.entry(owner.clone()).or_default() };
        ranks.0[level(task.new.priority)].insert(task.rank);
    }

    /// Forgets the rank of a task that is queued no more.
    pub(super) fn remove(&mut self, task: &Task) {
        let owner = &*task.new.owner;
        let ranks = if owner.is_empty() { Some(&mut self.nameless) } else { self.named.get_mut(owner) };
        let Some(ranks) = ranks else { return };
        ranks.0[level(task.new.priority)].remove(task.rank);
        if !owner.is_empty() && ranks.0.iter().all(Sequence::is_empty) {
            self.named.remove(owner);
        }
    }

    fn ranks(&self, owner: &str) -> Option<&Ranks> {
        if owner.is_empty() { Some(&self.nameless) } else { self.named.get(owner) }
    }
}

/// Where a priority stands in a list with a place for each.
pub(super) fn level(priority: Priority) -> usize {
    usize::from(priority.as_number())
}
