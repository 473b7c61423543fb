//! How do many submissions get in at once? In statements of many rows: one way to the database costs more than the
//! row that it brings.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::{AssertSqlSafe, Row};

use super::operation::Request;
use super::rows;
use super::session::Session;
use super::submit::Submit;
use crate::store::StoreError;
use crate::task::{NewTask, Priority, Task};

/// The most rows of one statement. Fewer come in powers of two, so that few statements are prepared.
const MOST_ROWS: usize = 64;

/// Keeps submissions that ask for nothing but their turn, each behind those before it.
pub(super) async fn submit(
    session: &mut Session,
    mut requests: &mut [&mut Request<Submit>],
) -> Result<(), StoreError> {
    let now = session.now();
    let mut places = Places::of(session, requests).await?;
    while !requests.is_empty() {
        let count = 1 << requests.len().min(MOST_ROWS).ilog2();
        let (these, others) = requests.split_at_mut(count);
        let tasks = these.iter().map(|request| {
            let new = &request.operation().new;
            Task::submitted(new.clone(), places.take(new), 0, 0, now)
        });
        let tasks = tasks.collect();
        insert(session, these, tasks).await?;
        requests = others;
    }
    Ok(())
}

/// Inserts one statement's rows and answers their requests.
async fn insert(
    session: &mut Session,
    requests: &mut [&mut Request<Submit>],
    tasks: Vec<Task>,
) -> Result<(), StoreError> {
    let mut query = sqlx::query(AssertSqlSafe(insert_text(tasks.len())));
    for task in &tasks {
        query = query
            .bind(rows::write_id(task.id()))
            .bind(task.new.work.kind().as_str().to_owned())
            .bind(task.new.lane.as_str().to_owned())
            .bind(task.new.owner.to_string())
            .bind(i64::from(task.new.priority.as_number()))
            .bind(task.rank)
            .bind(rows::write_process(task.new.submitter))
            .bind(task.new.attempt_seconds)
            .bind(i64::from(task.new.max_retries))
            .bind(task.new.retention_seconds)
            .bind(rows::write_time(task.created_at))
            .bind(rows::write_time(task.changed_at));
    }
    for (request, task) in requests.iter().zip(&tasks) {
        query = query
            .bind(rows::write_id(task.id()))
            .bind(request.operation().work.clone())
            .bind(task.new.metadata.to_string());
    }
    let inserted = query.execute(&mut session.connection).await?;
    let are_all_new = inserted.rows_affected() == 2 * tasks.len() as u64;
    // The last row has the number of the last task; those before it were counted up to it.
    let numbers = (1..=inserted.last_insert_rowid()).rev();
    for ((request, task), seq) in requests.iter_mut().zip(tasks).rev().zip(numbers) {
        let task = if are_all_new { Task { seq, ..task } } else { known(session, &task).await? };
        request.succeed(Arc::new(task));
    }
    Ok(())
}

/// The task as it lies in the store: some id of these was there before.
async fn known(session: &mut Session, task: &Task) -> Result<Task, StoreError> {
    let known = session.load(task.id()).await?;
    known.ok_or_else(|| StoreError::Corrupt(format!("{}: its request is missing", task.id())))
}

/// The statement for so many tasks and their requests. Its arguments have no numbers: finding those by name would
/// take longer the more there are.
fn insert_text(count: usize) -> String {
    const TASK: &str = "(?, ?, ?, ?, ?, ?, 'queued', 0, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, 1, ?, 0)";
    const REQUEST: &str = "(?, ?, ?)";
    let (tasks, requests) = (vec![TASK; count].join(", "), vec![REQUEST; count].join(", "));
    format!(
        "INSERT INTO task (id, kind, lane, owner, priority, rank, status, open_dependencies, submitter, \
         attempt_seconds, max_retries, retention_seconds, token, attempt, retries, crashes, cancel_requested, \
         created_at, events, changed_at, has_dependants) VALUES {tasks} ON CONFLICT (id) DO NOTHING; \
         INSERT OR IGNORE INTO task_request (task, work, metadata) SELECT task.seq, column2, column3 \
         FROM (VALUES {requests}) CROSS JOIN task ON task.id = column1"
    )
}

/// The next rank of each owner and priority.
struct Places(BTreeMap<(Box<str>, Priority), i64>);

impl Places {
    /// As they are before these submissions.
    async fn of(session: &mut Session, requests: &[&mut Request<Submit>]) -> Result<Self, StoreError> {
        const NEXT: &str = concat!(
            "SELECT ",
            rows::next_rank!("(value ->> 0)", "(value ->> 1)"),
            " FROM json_each(?1) ORDER BY key"
        );
        let mut places = BTreeMap::new();
        for new in requests.iter().map(|request| &request.operation().new) {
            places.insert((new.owner.clone(), new.priority), 0);
        }
        let keys: Vec<_> = places.keys().map(|(owner, priority)| (owner, priority.as_number())).collect();
        let found =
            sqlx::query(NEXT).bind(rows::write_json(&keys)?).fetch_all(&mut session.connection).await?;
        for (next, row) in places.values_mut().zip(&found) {
            *next = row.try_get(0)?;
        }
        Ok(Self(places))
    }

    /// The next one of a task's owner.
    fn take(&mut self, new: &NewTask) -> i64 {
        let next = self.0.entry((new.owner.clone(), new.priority)).or_insert(1);
        *next += 1;
        *next - 1
    }
}
