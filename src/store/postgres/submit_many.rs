//! How do many tasks get in at once? As if one after the other, in one statement, which is its own transaction.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::columns::column;
use super::operation::{Operation, Way};
use super::places::last_place;
use super::rows;
use super::session::{Session, Statement};
use super::submit::Submit;
use super::text;
use crate::store::StoreError;
use crate::task::{Task, TaskId};

/// Keeps submissions that ask for nothing but their turn; answers one task for each.
pub(super) struct SubmitMany(pub(super) Vec<Arc<Submit>>);

impl Operation for SubmitMany {
    type Answer = Vec<Arc<Task>>;

    const WAY: Way = Way::Statement;

    /// An id that is there is answered as it is.
    const IS_REPEATABLE: bool = true;

    async fn apply(&self, session: &mut Session) -> Result<Self::Answer, StoreError> {
        let inserted = session.rows(self.insert(session.hub.given_now())).await?;
        let places = inserted.iter().map(place).collect::<Result<HashMap<_, _>, _>>()?;
        let mut tasks = HashMap::<TaskId, Arc<Task>>::new();
        let mut answers = Vec::with_capacity(self.0.len());
        for submission in &self.0 {
            let id = submission.new.id;
            if let Entry::Vacant(slot) = tasks.entry(id) {
                let task = match places.get(&id.as_uuid()) {
                    Some((seq, rank, at)) => {
                        Task::submitted(submission.new.clone(), *rank, *seq, 0, rows::read_time(*at))
                    }
                    None => known(session, id).await?,
                };
                slot.insert(Arc::new(task));
            }
            answers.extend(tasks.get(&id).cloned());
        }
        Ok(answers)
    }
}

/// A task that was there.
async fn known(session: &mut Session, id: TaskId) -> Result<Task, StoreError> {
    session.load(id).await?.ok_or_else(|| StoreError::Corrupt(format!("{id}: its request is missing")))
}

/// Where a task was put: id, number, rank and time.
fn place(row: &PgRow) -> Result<(Uuid, (i64, i64, i64)), sqlx::Error> {
    Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?)))
}

impl SubmitMany {
    /// The tasks and their requests; of an id that is there or comes twice, nothing more. Numbers are given in this
    /// order, and only to what is inserted.
    fn insert(&self, now: Option<i64>) -> Statement {
        const INSERT: &str = concat!(
            "WITH given AS MATERIALIZED ( \
                 SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], \
                     $7::double precision[], $8::bigint[], $9::double precision[], $10::text[], $11::text[]) \
                 WITH ORDINALITY AS given (id, kind, lane, owner, priority, submitter, attempt_seconds, max_retries, \
                     retention_seconds, work, metadata, number) \
             ), fresh AS MATERIALIZED ( \
                 SELECT *, row_number() OVER (PARTITION BY owner, priority ORDER BY number) AS place FROM ( \
                     SELECT DISTINCT ON (id) * FROM given ORDER BY id, number \
                 ) AS first WHERE NOT EXISTS (SELECT FROM testgen.task WHERE task.id = first.id) \
             ), last AS MATERIALIZED ( \
                 SELECT owner, priority, ",
            last_place!("of.owner", "of.priority"),
            " AS rank FROM (SELECT DISTINCT owner, priority FROM fresh) AS of \
             ), task AS ( \
                 INSERT INTO testgen.task (id, kind, lane, owner, priority, rank, status, open_dependencies, submitter, \
                     attempt_seconds, max_retries, retention_seconds, token, attempt, retries, crashes, \
                     cancel_requested, created_at, events, changed_at, has_dependants) \
                 SELECT id, kind, lane, owner, priority, last.rank + place, 'queued', 0, submitter, attempt_seconds, \
                     max_retries, retention_seconds, 0, 0, 0, 0, FALSE, clock.now, 1, clock.now, FALSE \
                 FROM fresh JOIN last USING (owner, priority), (SELECT testgen.moment($12) AS now) AS clock \
                 ORDER BY number ON CONFLICT (id) DO NOTHING RETURNING seq, id, rank, created_at \
             ), request AS ( \
                 INSERT INTO testgen.task_request (task, work, metadata) \
                 SELECT seq, work, metadata FROM task JOIN fresh USING (id) \
             ) SELECT id, seq, rank, created_at FROM task"
        );
        let all = &self.0;
        sqlx::query(INSERT)
            .bind(column(all, |it| it.new.id.as_uuid()))
            .bind(column(all, |it| it.new.work.kind().as_str().to_owned()))
            .bind(column(all, |it| it.new.lane.as_str().to_owned()))
            .bind(column(all, |it| text::write(&it.new.owner)))
            .bind(column(all, |it| i64::from(it.new.priority.as_number())))
            .bind(column(all, |it| it.new.submitter.as_uuid()))
            .bind(column(all, |it| it.new.attempt_seconds))
            .bind(column(all, |it| i64::from(it.new.max_retries)))
            .bind(column(all, |it| it.new.retention_seconds))
            .bind(column(all, |it| it.work.clone()))
            .bind(column(all, |it| text::write(&it.new.metadata)))
            .bind(now)
    }
}
