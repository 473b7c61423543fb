//! The model: a list of tasks, and every question answered by looking at all of them.

use std::time::Duration;

use _core::task::{Lane, NewTask, Priority, QueueStats, TaskId, TaskStatus};
use chrono::{DateTime, Utc};
use proptest::sample::Index;

use super::steps::End;

/// How long the model's tasks are kept.
pub(super) const RETENTION: Duration = Duration::from_secs(2);

/// What can be seen of all tasks.
#[derive(Debug, PartialEq)]
pub(super) struct Snapshot {
    /// Newest first: id, record, result.
    pub(super) tasks: Vec<(TaskId, String, Option<String>)>,
    pub(super) cancel_requests: Vec<TaskId>,
    pub(super) stats: QueueStats,
}

#[derive(Debug)]
struct Row {
    id: TaskId,
    owner: Box<str>,
    priority: Priority,
    lane: Lane,
    rank: i64,
    seq: i64,
    status: TaskStatus,
    due: Option<DateTime<Utc>>,
    token: u64,
    attempt: u32,
    retries: u32,
    cancel_requested: bool,
    ended: Option<DateTime<Utc>>,
    result: Option<&'static str>,
}

/// All tasks.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) now: DateTime<Utc>,
    rows: Vec<Row>,
    turns: [i64; 4],
    last_seq: i64,
}

impl Reference {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self { now, rows: Vec::new(), turns: [0; 4], last_seq: 0 }
    }

    fn next_rank(&self, owner: &str, priority: Priority) -> i64 {
        let queued = self.rows.iter().filter(|row| row.status == TaskStatus::Queued);
        let mine = queued.filter(|row| *row.owner == *owner && row.priority == priority);
        let turn = self.turns[usize::from(priority.as_number())];
        1 + mine.map(|row| row.rank).fold(turn, i64::max)
    }

    pub(super) fn submit(&mut self, new: &NewTask) {
        self.last_seq += 1;
        self.rows.push(Row {
            id: new.id,
            owner: new.owner.clone(),
            priority: new.priority,
            lane: new.lane.clone(),
            rank: self.next_rank(&new.owner, new.priority),
            seq: self.last_seq,
            status: TaskStatus::Queued,
            due: None,
            token: 0,
            attempt: 0,
            retries: 0,
            cancel_requested: false,
            ended: None,
            result: None,
        });
    }

    pub(super) fn claim(&mut self, lanes: &[Lane], limit: usize) -> Vec<TaskId> {
        let mut queued: Vec<_> = self
            .rows
            .iter_mut()
            .filter(|row| row.status == TaskStatus::Queued && lanes.contains(&row.lane))
            .collect();
        queued.sort_by_key(|row| (row.priority, row.rank, row.seq));
        queued.truncate(limit);
        for row in &mut queued {
            row.status = TaskStatus::Running;
            row.token += 1;
            row.attempt += 1;
            let turn = &mut self.turns[usize::from(row.priority.as_number())];
            *turn = row.rank.max(*turn);
        }
        queued.iter().map(|row| row.id).collect()
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

    pub(super) fn settle(&mut self, id: TaskId, token: u64, end: End) -> bool {
        let (is_held, now) = (self.holds(id, token), self.now);
        if is_held {
            let row = self.row(id);
            match end {
                End::Complete => row.end(TaskStatus::Completed, Some("done"), now),
                End::Fail => row.end(TaskStatus::Failed, Some("shown"), now),
                End::Cancel => row.end(TaskStatus::Cancelled, None, now),
                _ if row.cancel_requested => row.end(TaskStatus::Cancelled, None, now),
                End::GiveBack => {
                    row.status = TaskStatus::Queued;
                    row.attempt -= 1;
                }
                End::Retry { seconds } => {
                    row.status = TaskStatus::Pending;
                    row.retries += 1;
                    row.due = Some(now + Duration::from_secs(seconds));
                }
            }
        }
        is_held
    }

    pub(super) fn cancel(&mut self, id: TaskId) {
        let now = self.now;
        let row = self.row(id);
        match row.status {
            TaskStatus::Pending | TaskStatus::Queued => row.end(TaskStatus::Cancelled, None, now),
            TaskStatus::Running => row.cancel_requested = true,
            _ => (),
        }
    }

    pub(super) fn promote(&mut self) -> (usize, Option<DateTime<Utc>>) {
        let mut waiting: Vec<_> = self
            .rows
            .iter()
            .filter(|row| row.status == TaskStatus::Pending)
            .filter_map(|row| Some((row.due?, row.id)))
            .collect();
        waiting.sort();
        let due = waiting.partition_point(|(due, _)| *due <= self.now);
        for (_, id) in &waiting[..due] {
            let (owner, priority) = (self.row(*id).owner.clone(), self.row(*id).priority);
            let rank = self.next_rank(&owner, priority);
            let row = self.row(*id);
            row.rank = rank;
            row.status = TaskStatus::Queued;
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
        let mut stats = QueueStats::default();
        for row in &rows {
            stats.count(row.status, 1);
            if row.status == TaskStatus::Queued {
                stats.queued_by_priority.count(row.priority, 1);
            }
        }
        let is_asked = |row: &&&Row| row.cancel_requested && row.status == TaskStatus::Running;
        Snapshot {
            cancel_requests: rows.iter().filter(is_asked).map(|row| row.id).collect(),
            tasks: rows.iter().rev().map(|row| (row.id, row.show(), row.result.map(str::to_owned))).collect(),
            stats,
        }
    }

    fn row(&mut self, id: TaskId) -> &mut Row {
        self.rows.iter_mut().find(|row| row.id == id).unwrap()
    }
}

impl Row {
    fn end(&mut self, status: TaskStatus, result: Option<&'static str>, now: DateTime<Utc>) {
        self.status = status;
        self.result = result;
        self.ended = Some(now);
    }

    fn show(&self) -> String {
        format!(
            "{} rank {} seq {} token {} attempt {} retries {} cancel {} ended {:?}",
            self.status,
            self.rank,
            self.seq,
            self.token,
            self.attempt,
            self.retries,
            self.cancel_requested,
            self.ended
        )
    }
}
