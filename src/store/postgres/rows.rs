//! How does a task lie in its row? The one translation between [`Task`] and SQL, towards us; `columns` is the other way.

use std::sync::Arc;

use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::text;
use crate::store::StoreError;
use crate::store::columns::{corrupt, read_optional};
pub(super) use crate::store::columns::{read_json, read_time, write_count, write_json, write_time};
use crate::task::{
    Happening, Lane, NewTask, Priority, ProcessId, State, Task, TaskEvent, TaskId, TaskStatus, Wait,
};

/// A constant query for whole tasks: the columns that [`read_task`] reads, and what follows `FROM`; with a table that
/// stands for the tasks, if not all of them are meant.
macro_rules! select_tasks {
    ($rest:literal) => {
        $crate::store::postgres::rows::select_tasks!("testgen.task", $rest)
    };
    ($table:literal, $rest:literal) => {
        concat!(
            "SELECT seq, id, lane, owner, priority, rank, status, due, process, submitter, attempt_seconds, ",
            "max_retries, token, attempt, retries, crashes, cancel_requested, failure, progress, created_at, ",
            "started_at, completed_at, work, metadata, retention_seconds, open_dependencies, events, changed_at, ",
            "has_dependants, terms, session ",
            "FROM ",
            $table,
            " AS task JOIN testgen.task_request ON task_request.task = task.seq ",
            $rest
        )
    };
}
pub(super) use select_tasks;

/// Reads a row of [`select_tasks`].
pub(super) fn read_task(row: &PgRow) -> Result<Task, StoreError> {
    let id = TaskId::from(row.try_get::<Uuid, _>(1)?);
    Ok(Task {
        seq: row.try_get(0)?,
        rank: row.try_get(5)?,
        state: read_state(row, id)?,
        token: read_number(row, 12)?,
        attempt: read_number(row, 13)?,
        retries: read_number(row, 14)?,
        crashes: read_number(row, 15)?,
        cancel_requested: row.try_get(16)?,
        session: read_optional(row.try_get(30)?, id)?,
        failure: read_optional(row.try_get(17)?, id)?,
        progress: read_optional(row.try_get(18)?, id)?,
        created_at: read_time(row.try_get(19)?),
        started_at: row.try_get::<Option<i64>, _>(20)?.map(read_time),
        completed_at: row.try_get::<Option<i64>, _>(21)?.map(read_time),
        events: read_number(row, 26)?,
        changed_at: read_time(row.try_get(27)?),
        has_dependants: row.try_get(28)?,
        new: read_new(row, id)?,
    })
}

fn read_new(row: &PgRow, id: TaskId) -> Result<NewTask, StoreError> {
    let priority: i64 = row.try_get(4)?;
    Ok(NewTask {
        id,
        lane: Lane::from(row.try_get::<String, _>(2)?),
        owner: text::read(row.try_get(3)?),
        priority: Priority::from_number(priority)
            .ok_or_else(|| corrupt(id, &format!("priority {priority}")))?,
        submitter: ProcessId::from(row.try_get::<Uuid, _>(9)?),
        attempt_seconds: row.try_get(10)?,
        max_retries: read_number(row, 11)?,
        work: read_json(row.try_get(22)?, id)?,
        metadata: text::read(row.try_get(23)?),
        retention_seconds: row.try_get(24)?,
        terms: read_optional(row.try_get(29)?, id)?,
    })
}

fn read_state(row: &PgRow, id: TaskId) -> Result<State, StoreError> {
    let status: TaskStatus =
        row.try_get::<&str, _>(6)?.parse().map_err(|error: String| corrupt(id, &error))?;
    Ok(match status {
        TaskStatus::Pending => State::Pending { wait: read_wait(row)? },
        TaskStatus::Queued => State::Queued,
        TaskStatus::Running => State::Running { process: ProcessId::from(row.try_get::<Uuid, _>(8)?) },
        TaskStatus::Completed => State::Completed,
        TaskStatus::Failed => State::Failed,
        TaskStatus::Cancelled => State::Cancelled,
    })
}

fn read_wait(row: &PgRow) -> Result<Wait, StoreError> {
    let due: Option<i64> = row.try_get(7)?;
    Ok(match (due, read_number(row, 25)?) {
        (Some(due), _) => Wait::Due(read_time(due)),
        (None, 0) => Wait::LeftBehind,
        (None, open) => Wait::Dependencies { open },
    })
}

/// What a pending task waits for, for its columns: when it is due, and how many others have not completed.
pub(super) fn write_wait(state: &State) -> (Option<i64>, i64) {
    match state {
        State::Pending { wait: Wait::Due(due) } => (Some(write_time(*due)), 0),
        State::Pending { wait: Wait::Dependencies { open } } => (None, i64::from(*open)),
        _ => (None, 0),
    }
}

/// Reads number, time, status, attempt, what happened and its detail.
pub(super) fn read_event(row: &PgRow, id: TaskId) -> Result<TaskEvent, StoreError> {
    let detail: Option<&str> = row.try_get(5)?;
    let happening = match row.try_get(4)? {
        "progress" => Happening::Progress(read_json(detail.unwrap_or_default(), id)?),
        "cancel_requested" => Happening::CancelRequested,
        "log" => {
            let (level, line) = read_json(detail.unwrap_or_default(), id)?;
            Happening::Log(level, line)
        }
        _ => Happening::Moved(read_optional(detail, id)?),
    };
    Ok(TaskEvent {
        number: read_number(row, 0)?,
        at: read_time(row.try_get(1)?),
        status: row.try_get::<&str, _>(2)?.parse().map_err(|error: String| corrupt(id, &error))?,
        attempt: read_number(row, 3)?,
        happening,
    })
}

/// Ids for a column.
pub(super) fn write_ids(ids: &[TaskId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.as_uuid()).collect()
}

/// A whole number from its column.
pub(super) fn read_number<T: TryFrom<i64>>(row: &PgRow, column: usize) -> Result<T, StoreError> {
    let number: i64 = row.try_get(column)?;
    T::try_from(number).map_err(|_| StoreError::Corrupt(format!("number {number} in column {column}")))
}

/// All rows of [`select_tasks`].
pub(super) fn read_tasks(rows: &[PgRow]) -> Result<Vec<Task>, StoreError> {
    rows.iter().map(read_task).collect()
}

/// All rows of [`select_tasks`], as they are answered.
pub(super) fn read_shared(rows: &[PgRow]) -> Result<Vec<Arc<Task>>, StoreError> {
    rows.iter().map(|row| read_task(row).map(Arc::new)).collect()
}

/// The process ids in the first column.
pub(super) fn read_processes(rows: &[PgRow]) -> Result<Vec<ProcessId>, StoreError> {
    rows.iter().map(|row| Ok(ProcessId::from(row.try_get::<Uuid, _>(0)?))).collect()
}
