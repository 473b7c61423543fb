//! A database of one test, made from one that has the schema already and dropped when the test is over.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, OnceLock};

use _core::store::{Clock, PostgresAddress, PostgresStore, Store, StoreLocation};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::server::{Server, server};

/// A database that is dropped with this.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) server: &'static Server,
    name: String,
}

/// What this run calls its databases: others may use the same server.
static RUN: LazyLock<String> = LazyLock::new(|| format!("otg_{}", uuid::Uuid::new_v4().simple()));

impl Database {
    /// One with our schema and no tasks; `None` where there is no server.
    pub(crate) async fn fresh() -> Option<Self> {
        let server = server()?;
        Some(Self::make(server, &format!("TEMPLATE {}", template(server).await)).await)
    }

    /// One with nothing in it.
    pub(crate) async fn empty() -> Option<Self> {
        Some(Self::make(server()?, "").await)
    }

    /// One with nothing in it, on this server.
    pub(crate) async fn empty_on(server: &'static Server) -> Self {
        Self::make(server, "").await
    }

    async fn make(server: &'static Server, how: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}_{}", *RUN, MADE.fetch_add(1, Ordering::Relaxed));
        let database = Self { server, name };
        on_server(server, format!("CREATE DATABASE {} {how}", database.name)).await;
        database
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("{}/{}", self.server.address, self.name)
    }

    pub(crate) fn location(&self) -> StoreLocation {
        StoreLocation::Postgres(Box::new(self.address()))
    }

    /// The address of its copy on another server.
    pub(crate) fn location_on(&self, server: &str) -> StoreLocation {
        StoreLocation::Postgres(Box::new(format!("{server}/{}", self.name).parse().unwrap()))
    }

    pub(crate) fn address(&self) -> PostgresAddress {
        self.url().parse().unwrap()
    }

    /// A store in it.
    pub(crate) async fn open(&self, clock: &Clock) -> PostgresStore {
        PostgresStore::open_with_clock(&self.address(), clock.clone()).await.unwrap()
    }

    /// Runs statements in it.
    pub(crate) async fn run(&self, sql: impl Into<String>) {
        run(&self.url(), sql.into()).await;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What a killed run leaves goes with its server.
        janitor().send((self.server, self.name.clone())).ok();
    }
}

async fn on_server(server: &Server, sql: String) {
    run(&format!("{}/postgres", server.address), sql).await;
}

async fn run(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
    connection.close().await.unwrap();
}

/// The database that others are made from: a store was opened in it once.
async fn template(server: &'static Server) -> &'static str {
    static TEMPLATE: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    let make = async || {
        let name = format!("{}_template", *RUN);
        on_server(server, format!("CREATE DATABASE {name}")).await;
        let address = format!("{}/{name}", server.address).parse().unwrap();
        PostgresStore::open(&address).await.unwrap().close().await;
        name
    };
    TEMPLATE.get_or_init(make).await
}

/// Drops databases one after the other, on a thread of its own: no test waits for it.
fn janitor() -> &'static Sender<(&'static Server, String)> {
    static JANITOR: OnceLock<Sender<(&'static Server, String)>> = OnceLock::new();
    JANITOR.get_or_init(|| {
        let (sender, names) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            for (server, name) in names {
                runtime.block_on(on_server(server, format!("DROP DATABASE {name} WITH (FORCE)")));
            }
        });
        sender
    })
}
