//! How do other processes hear of a change? By a NOTIFY after the commit: at once for the first, and one for all that
//! follow within a moment; what nobody waits for goes along. Never from within a task's transaction, where it would make commits wait for each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::AssertSqlSafe;
use tokio::sync::Notify;

use super::hub::Hub;
use super::membership::SOON;
use super::operation::{Operation, Told, Way};
use super::session::Session;
use crate::store::StoreError;

/// Where is told that something changed; what is said is who changed it.
pub(super) const CHANNEL: &str = "testgen";

/// How long further changes wait for one another.
const PAUSE: Duration = Duration::from_millis(2);

/// How long a change that nobody waits for may wait for another.
const LINGER: Duration = Duration::from_millis(10);

/// The bells that operations ring: each keeps one ring that nobody has heard yet, however many there were.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    at_once: Notify,
    soon: Notify,
    is_closed: AtomicBool,
}

impl Announcer {
    /// Something changed.
    pub(super) fn ring(&self, told: Told) {
        match told {
            Told::Never => {}
            Told::Soon => self.soon.notify_one(),
            Told::AtOnce => self.at_once.notify_one(),
        }
    }

    /// Ends [`Announcer::run`], after what was rung for before.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        self.at_once.notify_one();
    }

    /// Tells the others of every change, until it is closed.
    pub(super) async fn run(&self, hub: &Arc<Hub>) {
        loop {
            self.until_it_is_time().await;
            let is_last = self.is_closed.load(Ordering::SeqCst);
            if let Err(error) = hub.carry_out(&Announce(hub.process.to_string())).await {
                // They poll besides.
                tracing::debug!(%error, "others could not be told of a change");
            }
            if is_last {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn until_it_is_time(&self) {
        let lingering = async {
            self.soon.notified().await;
            tokio::time::sleep(LINGER).await;
        };
        tokio::select! {
            () = self.at_once.notified() => {}
            () = lingering => {}
        }
    }
}

/// Says something on the channel. It is only a hint, and need not survive a crash: no wait for the disk.
pub(super) struct Announce(pub(super) String);

impl Operation for Announce {
    type Answer = ();

    const WAY: Way = Way::Statement;
    const IS_REPEATABLE: bool = true;
    const ANSWER: Option<Duration> = Some(SOON);

    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        let said =
            format!("SET LOCAL synchronous_commit TO off; SELECT pg_notify('{CHANNEL}', '{}')", self.0);
        let text = if session.is_pooled() { said } else { format!("BEGIN; {said}; COMMIT") };
        sqlx::raw_sql(AssertSqlSafe(text)).execute(session.connection()?).await?;
        Ok(())
    }
}
