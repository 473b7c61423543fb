//! How are writes made cheap and safe? One connection, one transaction for all that arrived meanwhile, answers
//! only after COMMIT.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::operation::{Job, Operation, Request, apply_together};
use super::pause::{Pause, PausedWriter};
use super::session::Session;
use super::settle::Settle;
use super::submit::Submit;
use crate::store::StoreError;

/// How many operations one transaction takes at most.
const MAX_GROUP: usize = 512;

/// The way to the writer task.
#[derive(Debug)]
pub(super) struct Writer {
    /// Gone once the store is closed; guarded for the clone or the take alone.
    inbox: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    pauses: mpsc::Sender<Pause>,
    /// The writer task, until someone waits for its end; guarded for the take alone.
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the writer task on the present runtime; it ends when the store is closed or dropped. What may linger
    /// waits up to `linger` for a commit that others need.
    pub(super) fn start(session: Session, linger: Duration) -> Self {
        let (sender, receiver) = mpsc::channel(2 * MAX_GROUP);
        let (pauses, asked) = mpsc::channel(1);
        let task = tokio::spawn(run(session, receiver, asked, linger));
        Self { inbox: Mutex::new(Some(sender)), pauses, task: Mutex::new(Some(task)) }
    }

    /// Finishes what is under way and closes the connection, until the answer is dropped. `None` once the store
    /// is closed.
    pub(super) async fn pause(&self) -> Option<PausedWriter> {
        let (pause, paused) = Pause::new();
        self.pauses.send(pause).await.ok()?;
        paused.begun().await
    }

    /// Has an operation done, and answers once it is on disk. A caller that stops waiting does not stop it.
    pub(super) async fn apply<O: Operation>(&self, operation: O) -> Result<O::Answer, StoreError> {
        let inbox = self.inbox.lock().clone().ok_or(StoreError::Closed)?;
        let (caller, answer) = oneshot::channel();
        let job = Box::new(Request::new(operation, caller));
        inbox.send(job).await.map_err(|_| StoreError::Closed)?;
        drop(inbox);
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Whether the store was closed.
    pub(super) fn is_closed(&self) -> bool {
        self.inbox.lock().is_none()
    }

    /// Refuses what comes from now on, finishes what came before, and closes the connection.
    pub(super) async fn close(&self) {
        drop(self.inbox.lock().take());
        let task = self.task.lock().take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer of the store ended badly");
        }
    }
}

async fn run(
    mut session: Session,
    mut inbox: mpsc::Receiver<Box<dyn Job>>,
    mut pauses: mpsc::Receiver<Pause>,
    linger: Duration,
) {
    let mut jobs = Vec::with_capacity(MAX_GROUP);
    let mut lingering = Lingering { limit: linger, end: None };
    loop {
        let room = MAX_GROUP - jobs.len();
        let is_idle = jobs.is_empty();
        let is_open = tokio::select! {
            Some(pause) = pauses.recv(), if is_idle => {
                session = session.pause(pause).await;
                continue;
            }
            arrived = inbox.recv_many(&mut jobs, room) => arrived > 0,
            () = lingering.is_over() => true,
        };
        if is_open && lingering.holds(&jobs) {
            continue;
        }
        apply_group(&mut session, &mut jobs).await;
        jobs.drain(..).for_each(Job::answer);
        if !is_open {
            break;
        }
    }
    session.close().await;
}

/// How long operations that need no commit of their own wait for one that others need.
struct Lingering {
    limit: Duration,
    /// When the first of them has waited long enough.
    end: Option<Instant>,
}

impl Lingering {
    /// Whether these jobs are to wait on; their time begins with the first of them.
    fn holds(&mut self, jobs: &[Box<dyn Job>]) -> bool {
        let has_room = jobs.len() < MAX_GROUP;
        let waits = has_room
            && jobs.iter().all(|job| job.may_linger())
            && *self.end.get_or_insert_with(|| Instant::now() + self.limit) > Instant::now();
        if !waits {
            self.end = None;
        }
        waits
    }

    /// Ends when the first of them has waited long enough; never when none waits.
    async fn is_over(&self) {
        match self.end {
            Some(end) => tokio::time::sleep_until(end).await,
            None => std::future::pending().await,
        }
    }
}

/// Applies all jobs in one transaction. When the database refuses one of them, each gets a transaction of its
/// own, so that none suffers for another.
async fn apply_group(session: &mut Session, jobs: &mut [Box<dyn Job>]) {
    match apply_all(session, jobs).await {
        Ok(()) => (),
        Err(error) if jobs.len() == 1 || session.is_busy(&error) => {
            for job in jobs {
                job.fail(session.not_written(&error));
            }
        }
        Err(_) => {
            for job in jobs {
                if let Err(error) = apply_all(session, std::slice::from_mut(job)).await {
                    job.fail(session.not_written(&error));
                }
            }
        }
    }
}

async fn apply_all(session: &mut Session, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    if jobs.iter().all(|job| job.only_reads()) {
        return apply_each(session, jobs).await;
    }
    session.begin().await?;
    let outcome = match apply_each(session, jobs).await {
        Ok(()) => session.commit().await,
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        session.roll_back().await;
    }
    outcome
}

/// Applies all jobs in their order; those of one type that follow each other, together.
async fn apply_each(session: &mut Session, mut jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    while !jobs.is_empty() {
        let mut done = apply_together::<Submit>(jobs, session).await?;
        if done == 0 {
            done = apply_together::<Settle>(jobs, session).await?;
        }
        if done == 0 {
            jobs[0].apply(session).await?;
            done = 1;
        }
        jobs = &mut jobs[done..];
    }
    Ok(())
}
