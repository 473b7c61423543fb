//! Two processes on one store, for tests of what they are to each other. Two stores in this process stand for them.

use std::sync::Arc;
use std::time::Duration;

use _core::store::{AnyStore, Clock, Store};
use _core::task::{NewTask, Task, TaskId};
use sqlx::{Connection, SqliteConnection};

use super::subject::{Place, lanes, still_clock};
use crate::support::noop;

pub(super) const LEASE: Duration = Duration::from_secs(45);
pub(super) const BEAT: Duration = Duration::from_secs(10);

/// Two processes on one store, both of which work.
pub(super) struct Pair {
    pub(super) one: AnyStore,
    pub(super) other: AnyStore,
    pub(super) clock: Clock,
    place: Place,
}

/// Runs tests that take a [`Pair`] on every store that several processes share.
macro_rules! on_every_shared_store {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::store::pair::Pair::sqlite().await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(pair) = crate::store::pair::Pair::postgres().await else { return };
                super::$name(pair).await;
            })+
        }
    };
}
pub(super) use on_every_shared_store;

impl Pair {
    pub(super) async fn sqlite() -> Self {
        Self::at(Place::folder()).await
    }

    /// `None`, said aloud, where there is no server.
    pub(super) async fn postgres() -> Option<Self> {
        Some(Self::at(Place::database().await?).await)
    }

    /// Another one on the same sort of store.
    pub(super) async fn another(&self) -> Self {
        match self.place {
            Place::Database(_) => Self::postgres().await.unwrap(),
            _ => Self::sqlite().await,
        }
    }

    async fn at(place: Place) -> Self {
        let clock = still_clock();
        let (one, other) = (place.open(&clock).await, place.open(&clock).await);
        one.join(&lanes(), LEASE).await.unwrap();
        other.join(&lanes(), LEASE).await.unwrap();
        Self { one, other, clock, place }
    }

    /// Submits a task that `one` runs.
    pub(super) async fn running(&self) -> Arc<Task> {
        self.other.submit(NewTask { submitter: self.other.process(), ..noop() }).await.unwrap();
        claim(&self.one).await
    }

    /// Time passes; `other` goes on renewing its lease, and `one` hangs.
    pub(super) async fn one_hangs_for(&self, time: Duration) {
        self.clock.advance(time);
        self.other.heartbeat(LEASE).await.unwrap();
    }

    pub(super) async fn now(&self, id: TaskId) -> Arc<Task> {
        self.other.get(id).await.unwrap().unwrap()
    }

    /// Changes the store behind its back, in the words of either database.
    pub(super) async fn change(&self, on_sqlite: &'static str, on_postgres: &'static str) {
        match &self.place {
            Place::Folder(folder) => {
                let address = format!("sqlite://{}", folder.path().join("tasks.db").display());
                let mut connection = SqliteConnection::connect(&address).await.unwrap();
                sqlx::query(on_sqlite).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Place::Database(database) => database.run(on_postgres).await,
            Place::Memory => unreachable!("nobody shares it"),
        }
    }
}

pub(super) async fn claim(store: &AnyStore) -> Arc<Task> {
    store.claim(&lanes(), 1).await.unwrap().pop().unwrap()
}
