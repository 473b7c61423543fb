//! How is an operation carried out? On a connection of the pool, to its end even where the caller has gone away, and once
//! more where the database was away for a moment.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use sqlx::postgres::PgPool;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::PostgresAddress;
use super::announcer::{Announce, Announcer};
use super::explain::{explain, is_passing, unusable};
use super::membership::{HeldLease, Leave};
use super::open::{self, Suspicion};
use super::operation::{Operation, Way};
use super::session::Session;
use crate::store::{Clock, StoreError, StoreTerms};
use crate::task::ProcessId;

/// How much longer than a statement may take its answer is waited for.
const GRACE: Duration = Duration::from_secs(2);

/// What all operations of an open store share.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) address: PostgresAddress,
    pub(super) pool: PgPool,
    pub(super) terms: StoreTerms,
    suspicion: Arc<Suspicion>,
    /// Gives the time in tests; the system's stands for the database's.
    pub(super) clock: Clock,
    pub(super) process: ProcessId,
    /// The lease of this process. Held for a look or a replacement.
    pub(super) lease: Mutex<HeldLease>,
    pub(super) announcer: Announcer,
    /// Ends what goes on by itself.
    pub(super) closing: CancellationToken,
    /// How far the database's clock was ahead of ours last, in microseconds.
    ahead: AtomicI64,
    /// What is under way; closed with the store.
    under_way: TaskTracker,
}

/// How an operation that was tried has failed.
pub(super) struct Failed {
    error: StoreError,
    /// Whether it may have been done all the same: the connection broke while it was made durable.
    is_uncertain: bool,
}

impl Failed {
    /// An operation of which nothing was kept.
    pub(super) fn undone(error: impl Into<StoreError>) -> Self {
        Self { error: error.into(), is_uncertain: false }
    }

    /// An operation of which nobody knows.
    pub(super) fn uncertain(error: impl Into<StoreError>) -> Self {
        Self { error: error.into(), is_uncertain: true }
    }

    fn is_passing(&self) -> bool {
        matches!(&self.error, StoreError::Database(error) if is_passing(error))
    }
}

impl Hub {
    pub(super) fn new(address: PostgresAddress, clock: Clock, terms: StoreTerms) -> Arc<Self> {
        let suspicion = Arc::<Suspicion>::default();
        Arc::new(Self {
            pool: open::pool(&address, &terms, &suspicion),
            address,
            terms,
            suspicion,
            clock,
            process: ProcessId::fresh(),
            lease: Mutex::default(),
            announcer: Announcer::default(),
            closing: CancellationToken::new(),
            ahead: AtomicI64::new(0),
            under_way: TaskTracker::new(),
        })
    }

    /// Has an operation done. A caller that stops waiting does not stop it.
    pub(super) async fn apply<O: Operation>(self: &Arc<Self>, operation: O) -> Result<O::Answer, StoreError> {
        if self.is_closed() {
            return Err(StoreError::Closed);
        }
        let hub = Arc::clone(self);
        let job = self.under_way.spawn(async move { hub.carry_out(&operation).await });
        let outcome = job.await.map_err(|_| StoreError::Closed)?;
        outcome.map_err(|error| self.explain(error))
    }

    /// Does an operation, again and again while the database is away for a moment.
    pub(super) async fn carry_out<O: Operation>(
        self: &Arc<Self>,
        operation: &O,
    ) -> Result<O::Answer, StoreError> {
        let begin = Instant::now();
        let mut tries = 0;
        // The server itself gives up a statement that takes too long, and says so.
        let answer = O::ANSWER.unwrap_or(self.terms.statement + GRACE);
        loop {
            let failed = match timeout(answer, self.try_once(operation)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(failed)) => failed,
                Err(_) => {
                    self.suspicion.raise();
                    Failed::uncertain(sqlx::Error::Io(io::ErrorKind::TimedOut.into()))
                }
            };
            let may_repeat = !failed.is_uncertain || O::IS_REPEATABLE || O::WAY == Way::Reading;
            let is_late = begin.elapsed() >= self.terms.retry && tries > 0;
            if is_late || !may_repeat || !failed.is_passing() {
                return Err(failed.error);
            }
            tries += 1;
            // At once where a connection of the pool had died unseen; then ever more seldom.
            let pause = if tries == 1 { 0 } else { fastrand::u64(5..20 << tries.min(5)) };
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn try_once<O: Operation>(self: &Arc<Self>, operation: &O) -> Result<O::Answer, Failed> {
        let mut session = Session::open(self).await?;
        // A pooler that pools by transaction may give each statement another connection of its own.
        let way = if self.address.is_pooled() { Way::Transaction } else { O::WAY };
        if way == Way::Transaction {
            session.begin().await?;
        }
        match (operation.apply(&mut session).await, way) {
            (Ok(answer), Way::Reading) => {
                session.release();
                Ok(answer)
            }
            (Ok(answer), Way::Statement) => {
                session.release();
                self.announcer.ring(O::told(&answer));
                Ok(answer)
            }
            (Ok(answer), Way::Transaction) => {
                session.commit().await?;
                self.announcer.ring(O::told(&answer));
                Ok(answer)
            }
            (Err(error), Way::Statement) => {
                session.give_up(&error);
                Err(Failed::uncertain(error))
            }
            (Err(error), Way::Reading) => {
                session.give_up(&error);
                Err(Failed::undone(error))
            }
            (Err(error), Way::Transaction) => {
                session.roll_back().await;
                Err(Failed::undone(error))
            }
        }
    }

    /// What the database said, with the address and the way out.
    pub(super) fn explain(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Database(error) => explain(&self.address, error),
            other => other,
        }
    }

    /// The same error for each of many.
    pub(super) fn same_for_all<T>(&self, error: StoreError, count: usize) -> Vec<Result<T, StoreError>> {
        let reason = match self.explain(error) {
            StoreError::Unusable { reason, .. } => reason,
            other => other.to_string(),
        };
        (0..count).map(|_| Err(unusable(&self.address, &reason))).collect()
    }

    /// The time that a test gives: as people tell it, and as no one sets it.
    pub(super) fn given(&self) -> Option<(i64, i64)> {
        match &self.clock {
            Clock::Manual(_) => Some((self.clock.now().timestamp_micros(), self.clock.steady())),
            _ => None,
        }
    }

    /// The time for `testgen.moment`, as people tell it: null for the database's.
    pub(super) fn given_now(&self) -> Option<i64> {
        self.given().map(|(now, _)| now)
    }

    /// The time for `testgen.moment`, as no one sets it.
    pub(super) fn given_steady(&self) -> Option<i64> {
        self.given().map(|(_, steady)| steady)
    }

    /// Notes what the database's clock has just shown.
    pub(super) fn note_time(&self, now: DateTime<Utc>) {
        let ahead = (now - self.clock.now()).num_microseconds().unwrap_or_default();
        self.ahead.store(ahead, Ordering::Relaxed);
    }

    /// How far the database's clock is ahead of ours.
    pub(super) fn ahead(&self) -> TimeDelta {
        TimeDelta::microseconds(self.ahead.load(Ordering::Relaxed))
    }

    /// Spawns what ends by itself once the store is closed.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.under_way.spawn(task);
    }

    /// Whether the store was closed.
    pub(super) fn is_closed(&self) -> bool {
        self.under_way.is_closed()
    }

    /// Ends what goes on by itself.
    pub(super) fn stop(&self) {
        self.closing.cancel();
        self.announcer.close();
    }

    /// Refuses what comes from now on, waits for what came before, says that this process is gone if it took part, and
    /// closes the connections. What does not end within `limit` is left alone: the database is away.
    pub(super) async fn close(self: &Arc<Self>, takes_part: bool, limit: Duration) {
        self.under_way.close();
        self.stop();
        let ending = async {
            self.under_way.wait().await;
            let gone = Announce(self.process.to_string());
            if takes_part
                && self.carry_out(&Leave { is_gone: true }).await.is_ok()
                && self.carry_out(&gone).await.is_ok()
            {
                tracing::debug!(process = %self.process, "left the store");
            }
            self.pool.close().await;
        };
        if timeout(limit, ending).await.is_err() {
            tracing::debug!("the database does not answer: its connections are left alone");
        }
    }
}
