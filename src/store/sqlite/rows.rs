//! How does a task lie in its row? The one translation between [`Task`] and SQL.

use std::sync::Arc;

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::batch::values;
use super::session::Statement;
use crate::store::StoreError;
use crate::store::columns::{corrupt, read_optional};
// A count stands in `LIMIT +?`: with a bare argument there, SQLite compiles the statement anew each time that it is
// bound, to plan for the number.
pub(super) use crate::store::columns::{read_json, read_time, write_count, write_json, write_time};
use crate::task::{
    Happening, Lane, NewTask, Priority, ProcessId, State, Task, TaskEvent, TaskId, TaskStatus, Wait,
};

/// A constant query for whole tasks: the columns that [`read_task`] reads, and what follows `FROM`.
macro_rules! select_tasks {
    ($rest:literal) => {
        concat!(
            "SELECT seq, id, lane, owner, priority, rank, status, due, process, submitter, attempt_seconds, ",
            "max_retries, token, attempt, retries, crashes, cancel_requested, failure, progress, created_at, ",
            "started_at, completed_at, work, metadata, retention_seconds, open_dependencies, events, changed_at, ",
            "has_dependants, terms, session ",
            "FROM task JOIN task_request ON task_request.task = task.seq ",
            $rest
        )
    };
}
pub(super) use select_tasks;

/// The SQL of the rank of a task that an owner queues now, given where owner and priority stand: right behind what
/// had its turn in this priority, and behind the owner's own; see [`crate::store::rank`].
macro_rules! next_rank {
    ($owner:literal, $priority:literal) => {
        concat!(
            "(SELECT 1 + max(turn.rank, coalesce((SELECT max(rank) FROM task WHERE status = 'queued' AND owner = ",
            $owner,
            " AND priority = ",
            $priority,
            "), 0)) FROM turn WHERE priority = ",
            $priority,
            ")"
        )
    };
}
pub(super) use next_rank;

/// Reads a row of [`select_tasks`].
pub(super) fn read_task(row: &SqliteRow) -> Result<Task, StoreError> {
    let id = TaskId::from(read_uuid(row.try_get(1)?)?);
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

fn read_new(row: &SqliteRow, id: TaskId) -> Result<NewTask, StoreError> {
    let priority: i64 = row.try_get(4)?;
    Ok(NewTask {
        id,
        lane: Lane::from(row.try_get::<String, _>(2)?),
        owner: row.try_get::<&str, _>(3)?.into(),
        priority: Priority::from_number(priority)
            .ok_or_else(|| corrupt(id, &format!("priority {priority}")))?,
        submitter: ProcessId::from(read_uuid(row.try_get(9)?)?),
        attempt_seconds: row.try_get(10)?,
        max_retries: read_number(row, 11)?,
        work: read_json(row.try_get(22)?, id)?,
        metadata: row.try_get::<&str, _>(23)?.into(),
        retention_seconds: row.try_get(24)?,
        terms: read_optional(row.try_get(29)?, id)?,
    })
}

fn read_state(row: &SqliteRow, id: TaskId) -> Result<State, StoreError> {
    let status: TaskStatus =
        row.try_get::<&str, _>(6)?.parse().map_err(|error: String| corrupt(id, &error))?;
    Ok(match status {
        TaskStatus::Pending => State::Pending { wait: read_wait(row)? },
        TaskStatus::Queued => State::Queued,
        TaskStatus::Running => State::Running { process: ProcessId::from(read_uuid(row.try_get(8)?)?) },
        TaskStatus::Completed => State::Completed,
        TaskStatus::Failed => State::Failed,
        TaskStatus::Cancelled => State::Cancelled,
    })
}

fn read_wait(row: &SqliteRow) -> Result<Wait, StoreError> {
    let due: Option<i64> = row.try_get(7)?;
    Ok(match (due, read_number(row, 25)?) {
        (Some(due), _) => Wait::Due(read_time(due)),
        (None, 0) => Wait::LeftBehind,
        (None, open) => Wait::Dependencies { open },
    })
}

/// What a pending task waits for, for its columns: when it is due, and how many others have not completed.
pub(super) fn write_wait(state: &State) -> (Option<i64>, u32) {
    match state {
        State::Pending { wait: Wait::Due(due) } => (Some(write_time(*due)), 0),
        State::Pending { wait: Wait::Dependencies { open } } => (None, *open),
        _ => (None, 0),
    }
}

/// Reads number, time, status, attempt, what happened and its detail.
pub(super) fn read_event(row: &SqliteRow, id: TaskId) -> Result<TaskEvent, StoreError> {
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

/// A statement that writes what transitions may have changed of these tasks, and on the same way to the database
/// whatever follows, whose arguments are to be bound after these.
pub(super) fn update_tasks<'a>(
    tasks: impl IntoIterator<Item = &'a Task, IntoIter: ExactSizeIterator>,
    rest: &str,
) -> Result<Statement, StoreError> {
    const ROW: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let mut tasks = tasks.into_iter();
    let sql = format!(
        "UPDATE task SET status = column2, due = column3, process = column4, token = column5, attempt = column6, \
         retries = column7, crashes = column8, cancel_requested = column9, failure = column10, \
         progress = column11, started_at = column12, completed_at = column13, rank = column14, \
         submitter = column15, open_dependencies = column16, kept_until = column17, events = column18, \
         changed_at = column19 FROM ({}) WHERE seq = column1; {rest}",
        values(ROW, tasks.len())
    );
    tasks.try_fold(sqlx::query(AssertSqlSafe(sql)), bind_task)
}

/// The arguments of one row of [`update_tasks`].
fn bind_task(statement: Statement, task: &Task) -> Result<Statement, StoreError> {
    let failure = task.failure.as_ref().map(write_json).transpose()?;
    let progress = task.progress.as_ref().map(write_json).transpose()?;
    let (due, open_dependencies) = write_wait(&task.state);
    let process = match task.state {
        State::Running { process } => Some(write_process(process)),
        _ => None,
    };
    Ok(statement
        .bind(task.seq)
        .bind(task.status().as_str())
        .bind(due)
        .bind(process)
        .bind(task.token.cast_signed())
        .bind(i64::from(task.attempt))
        .bind(i64::from(task.retries))
        .bind(i64::from(task.crashes))
        .bind(task.cancel_requested)
        .bind(failure)
        .bind(progress)
        .bind(task.started_at.map(write_time))
        .bind(task.completed_at.map(write_time))
        .bind(task.rank)
        .bind(write_process(task.new.submitter))
        .bind(open_dependencies)
        .bind(task.kept_until().map(write_time))
        .bind(task.events)
        .bind(write_time(task.changed_at)))
}

/// A process id for its column.
pub(super) fn write_process(process: ProcessId) -> Vec<u8> {
    process.as_uuid().as_bytes().to_vec()
}

/// A task id for its column.
pub(super) fn write_id(id: TaskId) -> Vec<u8> {
    id.as_uuid().as_bytes().to_vec()
}

/// An id from its column.
pub(super) fn read_uuid(bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes)
        .map_err(|error| StoreError::Corrupt(format!("id of {} bytes: {error}", bytes.len())))
}

/// A whole number from its column.
pub(super) fn read_number<T: TryFrom<i64>>(row: &SqliteRow, column: usize) -> Result<T, StoreError> {
    let number: i64 = row.try_get(column)?;
    T::try_from(number).map_err(|_| StoreError::Corrupt(format!("number {number} in column {column}")))
}

/// The lanes of a process from their column.
pub(super) fn read_lanes(text: &str) -> Result<Vec<Lane>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("lanes of a worker: {error}")))
}

/// All rows of [`select_tasks`].
pub(super) fn read_tasks(rows: &[SqliteRow]) -> Result<Vec<Task>, StoreError> {
    rows.iter().map(read_task).collect()
}

/// All rows of [`select_tasks`], as they are answered.
pub(super) fn read_shared(rows: &[SqliteRow]) -> Result<Vec<Arc<Task>>, StoreError> {
    rows.iter().map(|row| read_task(row).map(Arc::new)).collect()
}
