//! Who keeps a server of ours up? One background task: it starts the server, starts it again with back-off when it has
//! died, gives up where that does not help, and ends it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Access;
use super::container::Container;
use super::own::Own;
use super::phase::{Phase, Tell};
use crate::agent::openhands::{HttpError, Patience};
use crate::redact::Redactor;
use crate::task::{ErrorKind, Failure};

/// Lives in a row that were short, after which nobody hopes for another.
const MOST_SHORT_LIVES: u32 = 5;
/// A server that lived for so long had begun well.
const STEADY: Duration = Duration::from_mins(1);

/// One life of a server after another, of one of these kinds.
#[derive(Debug)]
pub(super) enum Life {
    Own(Own),
    Container(Container),
}

impl Life {
    /// One life: from its start to its end, which comes with `stop` at the latest. `Ok` where it is to begin again at
    /// once, a failure where something went wrong.
    async fn live(&self, stop: &CancellationToken, tell: &Tell) -> Result<(), Failure> {
        match self {
            Self::Own(own) => own.live(stop, tell).await,
            Self::Container(container) => container.live(stop, tell).await,
        }
    }
}

/// Keeps one server up from its first use until it is closed.
#[derive(Debug)]
pub(in crate::agent::openhands) struct Keeper {
    life: Arc<Life>,
    patience: Patience,
    /// Takes the keys of the model out of what a server says as it dies.
    redactor: Redactor,
    /// Held for a look or a change only.
    watch: Mutex<Option<Watch>>,
}

/// The background task of this process.
#[derive(Debug)]
struct Watch {
    process: u32,
    phase: watch::Receiver<Phase>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Watch {
    fn is_ours(&self) -> bool {
        self.process == std::process::id()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Keeper {
    pub(super) fn new(life: Life, patience: Patience, redactor: Redactor) -> Self {
        Self { life: Arc::new(life), patience, redactor, watch: Mutex::new(None) }
    }

    pub(super) async fn ready(&self) -> Result<(), Failure> {
        let mut phase = self.begin();
        loop {
            match &*phase.borrow_and_update() {
                Phase::Up(_) => return Ok(()),
                Phase::Down(failure) => return Err(failure.clone()),
                Phase::Starting => {}
            }
            if phase.changed().await.is_err() {
                return Err(Failure::new(
                    ErrorKind::Transient,
                    "the agent server was ended while it started",
                ));
            }
        }
    }

    pub(super) fn access(&self) -> Result<Access, HttpError> {
        let away = |why: &str| Err(HttpError::Unreachable(why.to_owned()));
        let watch = self.watch.lock();
        let Some(watch) = watch.as_ref().filter(|watch| watch.is_ours()) else {
            return away("it is not started");
        };
        match &*watch.phase.borrow() {
            Phase::Up(access) => Ok(access.clone()),
            Phase::Starting => away("it is being started"),
            Phase::Down(failure) => away(&failure.message),
        }
    }

    pub(super) fn may_remember(&self) -> bool {
        match &*self.life {
            Life::Own(_) => true,
            Life::Container(_) => self.access().is_ok(),
        }
    }

    pub(super) async fn end_orphans(&self) {
        if let Life::Container(container) = &*self.life {
            container.end_orphans().await;
        }
    }

    pub(super) async fn close(&self) {
        let watch = self.watch.lock().take();
        let Some(mut watch) = watch else { return };
        if !watch.is_ours() {
            return std::mem::forget(watch);
        }
        watch.stop.cancel();
        let _ = (&mut watch.task).await;
    }

    pub(super) fn let_go_after_fork(&self) {
        if let Some(mut watch) = self.watch.try_lock() {
            std::mem::forget(watch.take());
        }
        if let Life::Own(own) = &*self.life {
            own.let_go_after_fork();
        }
    }

    /// The background task, which begins now if there is none, or one that gave up.
    fn begin(&self) -> watch::Receiver<Phase> {
        let mut watch = self.watch.lock();
        if let Some(watch) = watch.as_ref().filter(|watch| watch.is_ours() && !watch.task.is_finished()) {
            return watch.phase.clone();
        }
        let (tell, phase) = Tell::new();
        let stop = CancellationToken::new();
        let (life, redactor) = (Arc::clone(&self.life), self.redactor.clone());
        let keeping = keep(life, redactor, self.patience, tell, stop.clone());
        let task = tokio::spawn(keeping);
        let before = watch.replace(Watch { process: std::process::id(), phase: phase.clone(), stop, task });
        if before.as_ref().is_some_and(|before| !before.is_ours()) {
            std::mem::forget(before);
        }
        phase
    }
}

async fn keep(life: Arc<Life>, redactor: Redactor, patience: Patience, tell: Tell, stop: CancellationToken) {
    let mut short_lives = 0;
    while !stop.is_cancelled() {
        let began = Instant::now();
        let ended = life.live(&stop, &tell).await;
        let Err(failure) = ended.map_err(|failure| redactor.failure(failure)) else { continue };
        if stop.is_cancelled() {
            return;
        }
        short_lives = if began.elapsed() < STEADY { short_lives + 1 } else { 1 };
        if short_lives >= MOST_SHORT_LIVES || !failure.kind.is_retryable() {
            return tell.down(failure);
        }
        tracing::warn!("{failure}; it is started again");
        tell.starting();
        let wait = patience.reconnect.saturating_mul(1 << short_lives).min(patience.longest_reconnect);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => {}
        }
    }
}
