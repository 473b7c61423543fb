//! How are writes made cheap and safe? One connection, one transaction for all that arrived meanwhile, answers
//! only after COMMIT.

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::operation::{Job, Operation, Request};
use super::pause::{Pause, PausedWriter};
use super::session::Session;
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
    /// Starts the writer task on the present runtime; it ends when the store is closed or dropped.
    pub(super) fn start(session: Session) -> Self {
        let (sender, receiver) = mpsc::channel(2 * MAX_GROUP);
        let (pauses, asked) = mpsc::channel(1);
        let task = tokio::spawn(run(session, receiver, asked));
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
) {
    let mut jobs = Vec::with_capacity(MAX_GROUP);
    loop {
        tokio::select! {
            Some(pause) = pauses.recv() => session = session.pause(pause).await,
            arrived = inbox.recv_many(&mut jobs, MAX_GROUP) => {
                if arrived == 0 {
                    break;
                }
                apply_group(&mut session, &mut jobs).await;
                jobs.drain(..).for_each(Job::answer);
            }
        }
    }
    session.close().await;
}

/// Applies all jobs in one transaction. When the database refuses one of them, each gets a transaction of its
/// own, so that none suffers for another.
async fn apply_group(session: &mut Session, jobs: &mut [Box<dyn Job>]) {
    match apply_together(session, jobs).await {
        Ok(()) => (),
        Err(error) if jobs.len() == 1 || session.is_busy(&error) => {
            for job in jobs {
                job.fail(session.not_written(&error));
            }
        }
        Err(_) => {
            for job in jobs {
                if let Err(error) = apply_together(session, std::slice::from_mut(job)).await {
                    job.fail(session.not_written(&error));
                }
            }
        }
    }
}

async fn apply_together(session: &mut Session, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
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

async fn apply_each(session: &mut Session, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    for job in jobs {
        job.apply(session).await?;
    }
    Ok(())
}
