//! How does this process hear of what others changed? It listens on a connection of its own, and tries now and then
//! whether it hears itself: a connection may be dead without a sign, and some poolers swallow LISTEN. A poll stands
//! behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use super::announcer::{Announce, CHANNEL};
use super::explain::takes_no_writes;
use super::hub::Hub;
use super::open;

/// How often the listener tries whether it hears itself.
const PROBE: Duration = Duration::from_secs(10);
/// How long it waits for its own voice.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often something may have changed though nobody said so, while the listener hears, and while it does not.
const POLL: Duration = Duration::from_secs(2);
const POLL_DEAF: Duration = Duration::from_millis(250);
/// Between two tries to listen again.
const PAUSE: Duration = Duration::from_millis(500);

/// What was heard.
#[derive(Debug)]
pub(super) struct News {
    /// Whether something changed since the last look.
    has_any: AtomicBool,
    /// Wakes whoever waits for news.
    came: Notify,
    /// Whether the listener hears.
    hears: AtomicBool,
    /// When somebody last looked on suspicion. Held for a look or a replacement.
    polled: parking_lot::Mutex<Instant>,
}

impl Default for News {
    fn default() -> Self {
        Self {
            has_any: AtomicBool::new(false),
            came: Notify::new(),
            hears: AtomicBool::new(false),
            polled: parking_lot::Mutex::new(Instant::now()),
        }
    }
}

impl News {
    fn come(&self) {
        self.has_any.store(true, Ordering::SeqCst);
        self.came.notify_one();
    }

    /// Whether something changed elsewhere since the last look, or may have.
    pub(super) fn take(&self) -> bool {
        self.has_any.swap(false, Ordering::SeqCst) || self.is_time_to_poll()
    }

    fn is_time_to_poll(&self) -> bool {
        let period = if self.hears.load(Ordering::SeqCst) { POLL } else { POLL_DEAF };
        let mut polled = self.polled.lock();
        let is_time = polled.elapsed() >= period;
        if is_time {
            *polled = Instant::now();
        }
        is_time
    }

    /// Ends when something changes elsewhere.
    pub(super) async fn wait(&self) {
        self.came.notified().await;
    }
}

/// Listens until the store is closed, however often the connection is lost.
pub(super) async fn run(hub: Arc<Hub>, news: Arc<News>) {
    let mut has_complained = false;
    let listening = async {
        loop {
            let end = listen(&hub, &news).await;
            news.hears.store(false, Ordering::SeqCst);
            // Whatever was said meanwhile was not heard.
            news.come();
            match end {
                Ending::Deaf if !has_complained => {
                    has_complained = true;
                    tracing::warn!(
                        store = %hub.address,
                        "the database does not pass on notifications: behind a pooler that pools by transaction \
                         changes of other processes are seen by asking, four times a second; connect past it, or pool \
                         by session"
                    );
                }
                Ending::Deaf => {}
                Ending::Refused => {
                    tracing::debug!("a standby tells nobody of changes: they are seen by asking");
                    return;
                }
                Ending::Lost(error) => tracing::debug!(%error, "the listening connection is lost"),
            }
            sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = hub.closing.cancelled() => {}
        () = listening => {}
    }
}

/// Why the listener listens no more.
enum Ending {
    /// It does not hear itself.
    Deaf,
    /// The server lets nobody listen, as a standby does.
    Refused,
    /// Its connection broke.
    Lost(String),
}

async fn listen(hub: &Arc<Hub>, news: &News) -> Ending {
    let mut listener = match begin(hub).await {
        Ok(listener) => listener,
        Err(error) if takes_no_writes(&error) => return Ending::Refused,
        Err(error) => return Ending::Lost(error.to_string()),
    };
    let own = hub.process.to_string();
    let probe = format!("probe {own}");
    loop {
        if let Err(error) = hub.carry_out(&Announce(probe.clone())).await {
            return Ending::Lost(error.to_string());
        }
        match timeout(PATIENCE, hear(&mut listener, news, &own, Some(&probe))).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Ending::Lost(error.to_string()),
            Err(_) if news.hears.load(Ordering::SeqCst) => return Ending::Lost("it went silent".to_owned()),
            Err(_) => return Ending::Deaf,
        }
        if !news.hears.swap(true, Ordering::SeqCst) {
            // What changed before the first word was heard.
            news.come();
        }
        if let Ok(Err(error)) = timeout(PROBE, hear(&mut listener, news, &own, None)).await {
            return Ending::Lost(error.to_string());
        }
    }
}

/// A connection that listens. Each has a pool of its own, which it takes along if it never answers again.
async fn begin(hub: &Hub) -> Result<PgListener, sqlx::Error> {
    let beginning = async {
        let mut listener = PgListener::connect_with(&open::pool_of_one(&hub.address, &hub.terms)).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    };
    timeout(PROBE, beginning).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Passes on what others say; ends when `awaited` was heard, or the connection is lost.
async fn hear(
    listener: &mut PgListener,
    news: &News,
    own: &str,
    awaited: Option<&str>,
) -> Result<(), sqlx::Error> {
    loop {
        let Some(notification) = listener.try_recv().await? else {
            // Connected anew: something may have been missed.
            news.come();
            continue;
        };
        match notification.payload() {
            said if awaited == Some(said) => return Ok(()),
            said if said == own || said.starts_with("probe ") => {}
            _ => news.come(),
        }
    }
}
