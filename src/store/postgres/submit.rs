//! How does a task get in? At its owner's next place, with its request beside it; what asks for more than its turn is
//! looked at first.

use std::sync::Arc;

use sqlx::Row;

use super::dependencies::{self, Dependencies};
use super::desk::Batch;
use super::explain::is_passing;
use super::hub::Hub;
use super::operation::Operation;
use super::places::last_place;
use super::rows;
use super::session::Session;
use super::submit_many::SubmitMany;
use super::{tally, text};
use crate::store::{Limits, StoreError};
use crate::task::{NewTask, Task};

/// Keeps a new task.
pub(super) struct Submit {
    pub(super) new: NewTask,
    limits: Arc<Limits>,
    /// The work and the terms as JSON, made once.
    pub(super) work: String,
    terms: Option<String>,
}

impl Submit {
    pub(super) fn new(new: NewTask, limits: Arc<Limits>) -> Result<Self, StoreError> {
        let work = rows::write_json(&new.work)?;
        let terms = new.terms.as_ref().map(rows::write_json).transpose()?;
        Ok(Self { new, limits, work, terms })
    }

    /// Whether it asks for nothing but its turn.
    fn is_plain(&self) -> bool {
        self.new.terms.is_none() && !self.limits.concern_submission()
    }
}

impl Batch for Submit {
    type Answer = Arc<Task>;

    /// Plain ones that follow each other, together; the others one by one.
    async fn do_all(hub: &Arc<Hub>, submissions: Vec<Arc<Self>>) -> Vec<Result<Arc<Task>, StoreError>> {
        let mut outcomes = Vec::with_capacity(submissions.len());
        for run in submissions.chunk_by(|one, next| one.is_plain() && next.is_plain()) {
            match run {
                [one] if !one.is_plain() => outcomes.push(hub.carry_out(&OnTerms(Arc::clone(one))).await),
                plain => outcomes.extend(together(hub, plain).await),
            }
        }
        outcomes
    }
}

/// Keeps plain submissions. Where the database refuses one of them, each is tried alone, so that none suffers for
/// another.
async fn together(hub: &Arc<Hub>, plain: &[Arc<Submit>]) -> Vec<Result<Arc<Task>, StoreError>> {
    match hub.carry_out(&SubmitMany(plain.to_vec())).await {
        Ok(tasks) => tasks.into_iter().map(Ok).collect(),
        Err(StoreError::Database(error)) if plain.len() > 1 && !is_passing(&error) => {
            let mut outcomes = Vec::with_capacity(plain.len());
            for one in plain {
                let kept = hub.carry_out(&SubmitMany(vec![Arc::clone(one)])).await;
                outcomes.push(kept.and_then(|mut tasks| tasks.pop().ok_or(StoreError::Closed)));
            }
            outcomes
        }
        Err(error) => hub.same_for_all(error, plain.len()),
    }
}

/// A submission that may be known, refused, or have to wait for others.
struct OnTerms(Arc<Submit>);

impl Operation for OnTerms {
    type Answer = Arc<Task>;

    const IS_REPEATABLE: bool = true;

    async fn apply(&self, session: &mut Session) -> Result<Arc<Task>, StoreError> {
        let submit = &self.0;
        if let Some(known) = submit.known(session).await? {
            return Ok(Arc::new(known));
        }
        submit.check_room(session).await?;
        let dependencies = Dependencies::of(&submit.new, session).await?;
        let open = dependencies.open_at_submission();
        let task = Task::submitted(submit.new.clone(), 0, 0, open, session.now());
        let task = match submit.insert(session, task).await? {
            Some(task) => dependencies::keep(dependencies, session, task).await?,
            // Another process has kept the same between our look and our insertion, which waited for it.
            None => submit.known(session).await?.ok_or_else(|| submit.vanished())?,
        };
        Ok(Arc::new(task))
    }
}

impl Submit {
    /// The task that is there, by its id or its key.
    async fn known(&self, session: &mut Session) -> Result<Option<Task>, StoreError> {
        match session.load(self.new.id).await? {
            Some(known) => Ok(Some(known)),
            None => self.known_by_key(session).await,
        }
    }

    /// The task that this key stands for; an error when it asks for something else.
    async fn known_by_key(&self, session: &mut Session) -> Result<Option<Task>, StoreError> {
        const KNOWN: &str = rows::select_tasks!("WHERE owner = $1 AND idempotency_key = $2");
        let Some(key) = self.new.idempotency_key() else { return Ok(None) };
        let query = sqlx::query(KNOWN).bind(text::write(&self.new.owner)).bind(text::write(key));
        let Some(known) = session.select(query).await?.pop() else { return Ok(None) };
        if known.new.asks_the_same(&self.new) {
            return Ok(Some(known));
        }
        Err(StoreError::KeyTaken { key: key.into(), id: known.id() })
    }

    fn vanished(&self) -> StoreError {
        StoreError::Corrupt(format!("{}: what has its id or key is not to be found", self.new.id))
    }

    /// Under limits submissions go one after the other, in all processes: the count of what waits is exact.
    async fn check_room(&self, session: &mut Session) -> Result<(), StoreError> {
        if !self.limits.concern_submission() || self.new.work.follows_any_end() {
            return Ok(());
        }
        session.execute(sqlx::query(tally::LOCK_SUBMISSIONS)).await?;
        if self.limits.queued.is_some() {
            let waiting = tally::waiting(session, None).await?;
            self.limits.check_queue(waiting)?;
        }
        if self.limits.queued_per_owner.is_some() {
            let waiting = tally::waiting(session, Some(&self.new.owner)).await?;
            self.limits.check_owner(&self.new.owner, waiting)?;
        }
        Ok(())
    }

    /// Inserts the task at its owner's next place; answers it with its place, or `None` where id or key are taken.
    async fn insert(&self, session: &mut Session, mut task: Task) -> Result<Option<Task>, StoreError> {
        const INSERT: &str = concat!(
            "WITH task AS ( \
                 INSERT INTO testgen.task (id, kind, lane, owner, priority, rank, status, due, open_dependencies, \
                     submitter, attempt_seconds, max_retries, retention_seconds, idempotency_key, token, attempt, \
                     retries, crashes, cancel_requested, created_at, events, changed_at, has_dependants) \
                 VALUES ($1, $2, $3, $4, $5, 1 + ",
            last_place!("$4", "$5"),
            ", $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, 0, 0, FALSE, $14, 1, $14, FALSE) \
                 ON CONFLICT DO NOTHING RETURNING seq, rank \
             ), request AS ( \
                 INSERT INTO testgen.task_request (task, work, metadata, terms) SELECT seq, $15, $16, $17 FROM task \
             ) SELECT seq, rank FROM task"
        );
        let (due, open_dependencies) = rows::write_wait(&task.state);
        let query = sqlx::query(INSERT)
            .bind(task.id().as_uuid())
            .bind(task.new.work.kind().as_str().to_owned())
            .bind(task.new.lane.as_str().to_owned())
            .bind(text::write(&task.new.owner))
            .bind(i64::from(task.new.priority.as_number()))
            .bind(task.status().as_str())
            .bind(due)
            .bind(open_dependencies)
            .bind(task.new.submitter.as_uuid())
            .bind(task.new.attempt_seconds)
            .bind(i64::from(task.new.max_retries))
            .bind(task.new.retention_seconds)
            .bind(task.new.idempotency_key().map(text::write))
            .bind(rows::write_time(task.created_at))
            .bind(self.work.clone())
            .bind(text::write(&task.new.metadata))
            .bind(self.terms.clone());
        let inserted = session.rows(query).await?;
        let Some(row) = inserted.first() else { return Ok(None) };
        (task.seq, task.rank) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Some(task))
    }
}
