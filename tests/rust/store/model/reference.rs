//! The model: a list of tasks, and every question answered by looking at all of them.

use std::collections::BTreeSet;
use std::time::Duration;

use _core::store::Limits;
use _core::task::{Lane, NewTask, Priority, QueueStats, TaskId, TaskStatus};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::sample::Index;

use super::row::Row;
use super::steps::End;

/// How long the model's tasks are kept.
pub(super) const RETENTION: Duration = Duration::from_secs(4);

/// How long a process keeps what it runs.
pub(super) const LEASE: Duration = Duration::from_secs(3);

/// What can be seen of all tasks.
#[derive(Debug, PartialEq)]
pub(super) struct Snapshot {
    /// Newest first: id and record.
    pub(super) tasks: Vec<(TaskId, String)>,
    pub(super) cancel_requests: Vec<TaskId>,
}

/// What a submission is answered.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Task(TaskId),
    KeyTaken(TaskId),
    Unknown(TaskId),
    Full(u64),
}

/// All tasks.
#[derive(Debug)]
pub(super) struct Reference {
    now: DateTime<Utc>,
    /// Time that nobody sets, and until when the lease holds by it.
    steady: Duration,
    lease_until: Duration,
    pub(super) limits: Limits,
    pub(super) rows: Vec<Row>,
    /// All that ever were submitted.
    ever: Vec<TaskId>,
    turns: [i64; 4],
    last_seq: i64,
}

impl Reference {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self {
            now,
            steady: Duration::ZERO,
            lease_until: LEASE,
            limits: Limits::default(),
            rows: Vec::new(),
            ever: Vec::new(),
            turns: [0; 4],
            last_seq: 0,
        }
    }

    pub(super) fn advance(&mut self, step: Duration) {
        self.now += step;
        self.steady += step;
    }

    pub(super) fn jump(&mut self, step: TimeDelta) {
        self.now += step;
    }

    fn next_rank(&self, owner: &str, priority: Priority) -> i64 {
        let queued = self.rows.iter().filter(|row| row.status == TaskStatus::Queued);
        let mine = queued.filter(|row| *row.owner == *owner && row.priority == priority);
        let turn = self.turns[usize::from(priority.as_number())];
        1 + mine.map(|row| row.rank).fold(turn, i64::max)
    }

    /// A task among all that ever were.
    pub(super) fn any(&self, task: Index) -> Option<TaskId> {
        (!self.ever.is_empty()).then(|| *task.get(&self.ever))
    }

    pub(super) fn submit(&mut self, new: &NewTask) -> Answer {
        let keyed = |row: &&Row| row.key.as_deref() == new.idempotency_key() && row.owner == new.owner;
        if let Some(known) = self.rows.iter().find(|row| row.key.is_some() && keyed(row)) {
            let is_same = known.lane == new.lane && as_set(&known.depends_on) == as_set(new.depends_on());
            return if is_same { Answer::Task(known.id) } else { Answer::KeyTaken(known.id) };
        }
        if let Some(full) = self.is_full(&new.owner) {
            return full;
        }
        let unknown = new.depends_on().iter().find(|id| self.find(**id).is_none());
        if let Some(unknown) = unknown {
            return Answer::Unknown(*unknown);
        }
        self.keep(new);
        Answer::Task(new.id)
    }

    fn is_full(&self, owner: &str) -> Option<Answer> {
        let waits = |row: &&Row| matches!(row.status, TaskStatus::Pending | TaskStatus::Queued);
        let waiting = self.rows.iter().filter(waits).count() as u64;
        let of_owner = self.rows.iter().filter(waits).filter(|row| *row.owner == *owner).count() as u64;
        let limits = [(self.limits.queued, waiting), (self.limits.queued_per_owner, of_owner)];
        let reached = limits.into_iter().find(|(limit, number)| limit.is_some_and(|limit| *number >= limit));
        reached.map(|(_, number)| Answer::Full(number))
    }

    fn keep(&mut self, new: &NewTask) {
        self.last_seq += 1;
        let mut row = Row::new(new, self.next_rank(&new.owner, new.priority), self.last_seq);
        let later = row.run_at.filter(|run_at| *run_at > self.now);
        let status = |id: &TaskId| self.find(*id).map(|row| row.status);
        row.open.clone_from(&row.depends_on);
        row.open.retain(|id| status(id) != Some(TaskStatus::Completed));
        row.open.sort();
        row.open.dedup();
        let is_broken = row.open.iter().any(|id| status(id).is_some_and(TaskStatus::is_final));
        match later {
            Some(due) if row.depends_on.is_empty() => row.wait_until(due),
            _ if row.depends_on.is_empty() => row.enter(TaskStatus::Queued),
            _ => {
                row.enter(TaskStatus::Pending);
                match later {
                    _ if is_broken => row.end(TaskStatus::Failed, Some("dependency"), self.now),
                    _ if !row.open.is_empty() => (),
                    Some(due) => row.wait_until(due),
                    None => row.enter(TaskStatus::Queued),
                }
            }
        }
        self.ever.push(row.id);
        self.rows.push(row);
    }

    pub(super) fn claim(&mut self, lanes: &[Lane], limit: usize) -> Vec<TaskId> {
        if self.lease_until <= self.steady {
            self.renew_lease();
        }
        let mut queued: Vec<_> = self
            .rows
            .iter()
            .filter(|row| row.status == TaskStatus::Queued && lanes.contains(&row.lane))
            .map(|row| (row.priority, row.rank, row.seq, row.id))
            .collect();
        queued.sort();
        let mut claimed = Vec::new();
        for (priority, rank, _, id) in queued {
            if claimed.len() == limit || !self.may_run(id) {
                continue;
            }
            let row = self.row(id);
            row.token += 1;
            row.attempt += 1;
            row.enter(TaskStatus::Running);
            let turn = &mut self.turns[usize::from(priority.as_number())];
            *turn = rank.max(*turn);
            claimed.push(id);
        }
        claimed
    }

    fn may_run(&self, id: TaskId) -> bool {
        let Some(task) = self.find(id) else { return false };
        let running: Vec<_> = self.rows.iter().filter(|row| row.status == TaskStatus::Running).collect();
        let has_room = |limit: Option<u64>, number: usize| limit.is_none_or(|limit| (number as u64) < limit);
        let of_lane = self.limits.running_per_lane.get(&task.lane).copied();
        let agent = task.lane.agent();
        let of_agent = agent.and_then(|agent| self.limits.running_per_agent.get(agent).copied());
        has_room(self.limits.running, running.len())
            && has_room(
                self.limits.running_per_owner,
                running.iter().filter(|row| row.owner == task.owner).count(),
            )
            && has_room(of_lane, running.iter().filter(|row| row.lane == task.lane).count())
            && has_room(of_agent, running.iter().filter(|row| row.lane.agent() == agent).count())
    }

    /// The id and the token of some task, or a token that it had before.
    pub(super) fn lease(&self, task: Index, stale: bool) -> Option<(TaskId, u64)> {
        if self.rows.is_empty() {
            return None;
        }
        let row = task.get(&self.rows);
        Some((row.id, row.token.saturating_sub(u64::from(stale))))
    }

    pub(super) fn holds(&self, id: TaskId, token: u64) -> bool {
        self.rows.iter().any(|row| row.id == id && row.status == TaskStatus::Running && row.token == token)
    }

    pub(super) fn happened(&mut self, id: TaskId, what: &str) {
        self.row(id).happened(what);
    }

    pub(super) fn renew_lease(&mut self) {
        self.lease_until = self.steady + LEASE;
    }

    pub(super) fn held(&self) -> Vec<(TaskId, u64)> {
        let running = self.rows.iter().filter(|row| row.status == TaskStatus::Running);
        running.map(|row| (row.id, row.token)).collect()
    }

    pub(super) fn settle(&mut self, id: TaskId, token: u64, end: End) -> bool {
        let (is_held, now) = (self.holds(id, token), self.now);
        if is_held {
            self.row(id).settle(end, now);
            self.tell_dependants(id);
        }
        is_held
    }

    pub(super) fn cancel(&mut self, id: TaskId) {
        let now = self.now;
        self.row(id).cancel(now);
        self.tell_dependants(id);
    }

    /// What a process whose lease ran out, or who `died`, runs is taken from it.
    pub(super) fn rescue(&mut self, died: bool) -> Vec<TaskId> {
        let mut rescued = Vec::new();
        if died || self.lease_until < self.steady {
            let now = self.now;
            for (id, _) in self.held() {
                self.row(id).rescue(now);
                self.tell_dependants(id);
                rescued.push(id);
            }
        }
        rescued
    }

    /// Brings the end of a task to those that wait for it, and theirs to the next.
    fn tell_dependants(&mut self, ended: TaskId) {
        let (now, status) = (self.now, self.row(ended).status);
        if !status.is_final() {
            return;
        }
        let waits =
            |row: &&Row| row.status == TaskStatus::Pending && row.due.is_none() && row.open.contains(&ended);
        let waiting: Vec<TaskId> = self.rows.iter().filter(waits).map(|row| row.id).collect();
        for id in waiting {
            if self.row(id).status.is_final() {
                // Told by another that ended with this one.
                continue;
            }
            if status != TaskStatus::Completed {
                self.row(id).end(TaskStatus::Failed, Some("dependency"), now);
                self.tell_dependants(id);
                continue;
            }
            let rank = self.find(id).map(|row| self.next_rank(&row.owner, row.priority)).unwrap();
            let row = self.row(id);
            row.open.retain(|open| *open != ended);
            match row.run_at.filter(|run_at| *run_at > now) {
                _ if !row.open.is_empty() => (),
                Some(due) => row.wait_until(due),
                None => {
                    row.rank = rank;
                    row.enter(TaskStatus::Queued);
                }
            }
        }
    }

    pub(super) fn promote(&mut self) -> (usize, Option<DateTime<Utc>>) {
        let mut waiting: Vec<_> = self.rows.iter().filter_map(|row| Some((row.due?, row.id))).collect();
        waiting.sort();
        let due = waiting.partition_point(|(due, _)| *due <= self.now);
        for (_, id) in &waiting[..due] {
            let (owner, priority) = (self.row(*id).owner.clone(), self.row(*id).priority);
            let rank = self.next_rank(&owner, priority);
            let row = self.row(*id);
            row.rank = rank;
            row.enter(TaskStatus::Queued);
        }
        (due, waiting.get(due).map(|(due, _)| *due))
    }

    pub(super) fn prune(&mut self) -> usize {
        let before = self.rows.len();
        let cutoff = self.now - RETENTION;
        self.rows.retain(|row| row.ended.is_none_or(|ended| ended >= cutoff));
        before - self.rows.len()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let mut rows: Vec<_> = self.rows.iter().collect();
        rows.sort_by_key(|row| row.id);
        let is_asked = |row: &&&Row| row.cancel_requested && row.status == TaskStatus::Running;
        Snapshot {
            cancel_requests: rows.iter().filter(is_asked).map(|row| row.id).collect(),
            tasks: rows.iter().rev().map(|row| (row.id, row.show())).collect(),
        }
    }

    /// How many tasks there are, by status and priority.
    pub(super) fn counts(&self) -> QueueStats {
        let mut stats = QueueStats::default();
        for row in &self.rows {
            stats.count(row.status, 1);
            if row.status == TaskStatus::Queued {
                stats.queued_by_priority.count(row.priority, 1);
            }
        }
        stats
    }

    fn find(&self, id: TaskId) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    fn row(&mut self, id: TaskId) -> &mut Row {
        self.rows.iter_mut().find(|row| row.id == id).unwrap()
    }
}

/// Neither order nor repetition makes another request of it.
fn as_set(ids: &[TaskId]) -> BTreeSet<TaskId> {
    ids.iter().copied().collect()
}
