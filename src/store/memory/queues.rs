//! Who is next? The queued tasks of every lane, in order.

use super::owners::{Owners, level};
use super::sequence::Sequence;
use crate::store::rank::next_rank;
use crate::task::{ByPriority, Kind, Lane, Priority, Task, TaskId};

/// Where a task stands in its lane, smaller first: priority, rank and order of submission in one number, which
/// compares several times faster than the three. Ranks grow by one from one, and so never reach the two bits of
/// the priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    order: u128,
    /// Whose place it is; no two tasks have the same order.
    id: TaskId,
}

impl Place {
    fn of(task: &Task) -> Self {
        let priority = u128::from(task.new.priority.as_number()) << 126;
        let rank = u128::from(task.rank.cast_unsigned()) << 64;
        Self { order: priority | rank | u128::from(task.seq.cast_unsigned()), id: task.id() }
    }
}

/// The queued tasks of one lane.
type Line = Sequence<Place>;

/// All queued tasks; no claim and no cancel looks at more than it takes.
#[derive(Debug, Default)]
pub(super) struct Queues {
    /// Few, so that looking at each is faster than a map.
    lanes: Vec<(Lane, Line)>,
    /// Who has tasks queued, and where.
    owners: Owners,
    /// The highest rank claimed so far, by priority.
    turns: [i64; Priority::ALL.len()],
    /// How many are queued, by priority, webhooks apart.
    depths: [u64; Priority::ALL.len()],
}

/// Webhooks are in no figure of the queue.
fn counted(task: &Task) -> u64 {
    u64::from(!task.new.lane.is_of(&Kind::Webhook))
}

impl Queues {
    /// The rank of a task that this owner queues now.
    pub(super) fn next_rank(&self, owner: &str, priority: Priority) -> i64 {
        next_rank(self.turns[level(priority)], self.owners.highest(owner, priority))
    }

    /// Lines a task up.
    pub(super) fn insert(&mut self, task: &Task) {
        self.line(&task.new.lane).insert(Place::of(task));
        self.depths[level(task.new.priority)] += counted(task);
        self.owners.insert(task);
    }

    /// Takes a task out of its line.
    pub(super) fn remove(&mut self, task: &Task) {
        self.line(&task.new.lane).remove(Place::of(task));
        self.depths[level(task.new.priority)] -= counted(task);
        self.owners.remove(task);
    }

    /// The first of all tasks in these lanes.
    pub(super) fn first(&self, lanes: &[Lane]) -> Option<TaskId> {
        let open = self.lanes.iter().filter(|(lane, _)| lanes.contains(lane));
        open.filter_map(|(_, line)| line.first()).min().map(|place| place.id)
    }

    /// The tasks of one lane, first to last, with their places.
    pub(super) fn in_order(&self, lane: &Lane) -> impl Iterator<Item = (impl Ord + use<>, TaskId)> {
        let found = self.lanes.iter().find(|(known, _)| known == lane);
        found.into_iter().flat_map(|(_, line)| line.iter().map(|place| (place, place.id)))
    }

    /// How many tasks an owner has queued.
    pub(super) fn count_of_owner(&self, owner: &str) -> u64 {
        self.owners.count(owner)
    }

    /// How many tasks are queued, by priority.
    pub(super) fn depths(&self) -> ByPriority {
        let mut depths = ByPriority::default();
        for priority in Priority::ALL {
            depths.count(priority, self.depths[level(priority)]);
        }
        depths
    }

    /// Notes that a task was claimed: its rank has had its turn.
    pub(super) fn pass_turn(&mut self, task: &Task) {
        let turn = &mut self.turns[level(task.new.priority)];
        *turn = task.rank.max(*turn);
    }

    /// The line of a lane, made at its first task.
    fn line(&mut self, lane: &Lane) -> &mut Line {
        let known = self.lanes.iter().position(|(known, _)| known == lane);
        let index = known.unwrap_or_else(|| {
            self.lanes.push((lane.clone(), Line::default()));
            self.lanes.len() - 1
        });
        &mut self.lanes[index].1
    }
}
