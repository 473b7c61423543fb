//! How does a database become a store? Its schema is looked at, and connections are made when they are needed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use tokio::time::timeout;

use super::address::PostgresAddress;
use super::explain::{explain, is_starting};
use super::hub::Hub;
use super::migrate;
use super::store::PostgresStore;
use crate::store::read_only::{BY_SETTING, Observed};
use crate::store::{Clock, StoreError, StoreTerms};

/// Between two tries to connect to a server that says that it is about to start.
const STARTING: Duration = Duration::from_millis(100);

/// Opens the store, and makes its schema where there is none; says why where it can only be read.
pub(super) async fn open(
    address: &PostgresAddress,
    clock: Clock,
    terms: &StoreTerms,
) -> Result<(PostgresStore, Option<Observed>), StoreError> {
    let found = migrate::prepare(address, terms).await?;
    let by_setting = terms.is_read_only.then(|| BY_SETTING.to_owned());
    let observed = by_setting.or(found.takes_no_writes).map(|reason| Observed::new(address, reason));
    let hub = Hub::new(address.clone(), clock, terms.clone());
    let store = match &observed {
        Some(_) => PostgresStore::observe(hub),
        None => PostgresStore::begin(hub).await?,
    };
    Ok((store, observed))
}

/// Since when nobody trusts the connections that there were: one of them gave no answer, and the host may have been cut
/// off from the others too.
#[derive(Debug, Default)]
pub(super) struct Suspicion(Mutex<Option<Instant>>);

impl Suspicion {
    /// From now on only younger connections are used.
    pub(super) fn raise(&self) {
        *self.0.lock() = Some(Instant::now());
    }

    fn is_free_of(&self, age: Duration) -> bool {
        self.0.lock().is_none_or(|raised| age < raised.elapsed())
    }
}

/// One connection, to listen on.
pub(super) fn pool_of_one(address: &PostgresAddress, terms: &StoreTerms) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(terms.connect)
        .connect_lazy_with(address.options())
}

/// Connections that are made when they are needed.
pub(super) fn pool(address: &PostgresAddress, terms: &StoreTerms, suspicion: &Arc<Suspicion>) -> PgPool {
    let (suspicion, bounds) = (Arc::clone(suspicion), Arc::<str>::from(bounds(terms)));
    PgPoolOptions::new()
        .max_connections(terms.connections)
        .acquire_timeout(terms.connect)
        // An operation that meets a dead connection is done again on another one: no question before each.
        .test_before_acquire(false)
        .before_acquire(move |_, connection| {
            let is_trusted = suspicion.is_free_of(connection.age);
            Box::pin(async move { Ok(is_trusted) })
        })
        .after_connect(move |connection, _| {
            let bounds = sqlx::raw_sql(AssertSqlSafe(Arc::clone(&bounds)));
            Box::pin(async move { connection.execute(bounds).await.map(drop) })
        })
        .connect_lazy_with(address.options())
}

/// What every connection is told first. A transaction whose process hangs, or whose connection a forked child keeps
/// open, must not hold its locks for ever; nor one whose host is gone without a word, which the server asks for a sign
/// of life.
fn bounds(terms: &StoreTerms) -> String {
    format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; \
         SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3",
        terms.statement.as_millis(),
        terms.lock.as_millis(),
        terms.idle.as_millis()
    )
}

/// One connection, tried for a while where the server is about to start.
pub(super) async fn connect(
    address: &PostgresAddress,
    terms: &StoreTerms,
) -> Result<PgConnection, StoreError> {
    let begin = Instant::now();
    loop {
        let left = terms.connect.saturating_sub(begin.elapsed());
        match timeout(left, address.options().connect()).await {
            Ok(Err(error)) if is_starting(&error) => tokio::time::sleep(STARTING).await,
            Ok(outcome) => return outcome.map_err(|error| explain(address, error)),
            Err(_) => return Err(explain(address, sqlx::Error::PoolTimedOut)),
        }
    }
}
