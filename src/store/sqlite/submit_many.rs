//! How do many tasks get in at once? As if one after the other, in a few statements.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::{AssertSqlSafe, Row};

use super::batch::{batches, values};
use super::rows;
use super::session::{Session, Statement};
use super::submit::Submit;
use crate::store::StoreError;
use crate::task::{NewTask, Priority, Task};

/// Keeps submissions that ask for nothing but their turn.
pub(super) async fn insert_all(
    session: &mut Session,
    submissions: &[&Submit],
) -> Result<Vec<Arc<Task>>, StoreError> {
    let now = session.now();
    let mut places = Places::of(session, submissions).await?;
    let mut kept = Vec::with_capacity(submissions.len());
    for batch in batches(submissions) {
        let tasks = batch.iter().map(|submission| {
            let new = &submission.new;
            Task::submitted(new.clone(), places.take(new), 0, 0, now)
        });
        kept.extend(insert(session, batch, tasks.collect()).await?);
    }
    Ok(kept)
}

/// Inserts the rows of one statement.
async fn insert(
    session: &mut Session,
    submissions: &[&Submit],
    mut tasks: Vec<Task>,
) -> Result<Vec<Arc<Task>>, StoreError> {
    let count = tasks.len();
    let inserted = insert_statement(submissions, &tasks).execute(&mut session.connection).await?;
    if inserted.rows_affected() == 2 * count as u64 {
        // The last row has the number of the last task, and those before it were counted up to there.
        let numbers = (1..=inserted.last_insert_rowid()).rev();
        tasks.iter_mut().rev().zip(numbers).for_each(|(task, seq)| task.seq = seq);
    } else {
        for task in &mut tasks {
            *task = session.known(task.id()).await?;
        }
    }
    Ok(tasks.into_iter().map(Arc::new).collect())
}

/// The tasks and their requests; of an id that is there, nothing.
fn insert_statement(submissions: &[&Submit], tasks: &[Task]) -> Statement {
    const TASK: &str = "(?, ?, ?, ?, ?, ?, 'queued', 0, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, 1, ?, 0)";
    let sql = format!(
        "INSERT INTO task (id, kind, lane, owner, priority, rank, status, open_dependencies, submitter, \
         attempt_seconds, max_retries, retention_seconds, token, attempt, retries, crashes, cancel_requested, \
         created_at, events, changed_at, has_dependants) {} ON CONFLICT (id) DO NOTHING; \
         INSERT OR IGNORE INTO task_request (task, work, metadata) \
         SELECT task.seq, column2, column3 FROM ({}) CROSS JOIN task ON task.id = column1",
        values(TASK, tasks.len()),
        values("(?, ?, ?)", tasks.len()),
    );
    let statement = tasks.iter().fold(sqlx::query(AssertSqlSafe(sql)), bind_task);
    submissions.iter().fold(statement, |statement, submission| {
        statement
            .bind(rows::write_id(submission.new.id))
            .bind(submission.work.clone())
            .bind(submission.new.metadata.to_string())
    })
}

fn bind_task(statement: Statement, task: &Task) -> Statement {
    statement
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
        .bind(rows::write_time(task.changed_at))
}

/// The next rank of each owner and priority.
struct Places(BTreeMap<(Box<str>, Priority), i64>);

impl Places {
    /// As they are before these submissions.
    async fn of(session: &mut Session, submissions: &[&Submit]) -> Result<Self, StoreError> {
        const NEXT: &str = concat!(
            "SELECT ",
            rows::next_rank!("(value ->> 0)", "(value ->> 1)"),
            " FROM json_each(?1) ORDER BY key"
        );
        let mut places: BTreeMap<_, _> = submissions.iter().map(|it| (key(&it.new), 0)).collect();
        let keys: Vec<_> = places.keys().map(|(owner, priority)| (owner, priority.as_number())).collect();
        let query = sqlx::query(NEXT).bind(rows::write_json(&keys)?);
        let found = query.fetch_all(&mut session.connection).await?;
        for (next, row) in places.values_mut().zip(&found) {
            *next = row.try_get(0)?;
        }
        Ok(Self(places))
    }

    /// Takes the next one of a task's owner.
    fn take(&mut self, new: &NewTask) -> i64 {
        let next = self.0.entry(key(new)).or_insert(1);
        *next += 1;
        *next - 1
    }
}

fn key(new: &NewTask) -> (Box<str>, Priority) {
    (new.owner.clone(), new.priority)
}
