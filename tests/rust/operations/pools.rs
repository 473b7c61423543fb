//! Connections as an operator bounds them: how many, under which name, and how long anything is waited for.

use std::net::TcpListener;
use std::time::Duration;

use _core::store::{AnyStore, Store, StoreTerms};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, Row};
use tokio::task::JoinSet;

use super::{PATIENCE, open};
use crate::postgres::{Database, Server};
use crate::support::noop;

/// The connections of our programs to this database, by their names.
const NAMES: &str = "SELECT application_name FROM pg_stat_activity \
     WHERE datname = current_database() AND application_name LIKE 'openhands-testgen/%'";

async fn names(watching: &mut PgConnection) -> Vec<String> {
    let rows = watching.fetch_all(NAMES).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn connect(database: &Database) -> PgConnection {
    PgConnection::connect(&database.url()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_has_no_more_connections_than_it_may_and_one_that_listens() {
    let Some(database) = Database::fresh().await else { return };
    let mut watching = connect(&database).await;
    let terms = StoreTerms { connections: 2, ..StoreTerms::default() };
    let store = std::sync::Arc::new(open(&database.location(), &terms).await.unwrap());

    let mut load = JoinSet::new();
    for _ in 0..40 {
        let store = std::sync::Arc::clone(&store);
        load.spawn(async move {
            for _ in 0..5 {
                let id = store.submit(noop()).await.unwrap().id();
                store.get(id).await.unwrap().unwrap();
            }
        });
    }
    let mut most = 0;
    while !load.is_empty() {
        most = most.max(names(&mut watching).await.len());
        while let Some(end) = load.try_join_next() {
            end.unwrap();
        }
    }

    assert!((1..=3).contains(&most), "{most} connections");
    assert_eq!(store.stats().await.unwrap().total_tasks, 200);
    store.close().await;
}

#[tokio::test]
async fn a_connection_is_named_after_program_version_host_and_process() {
    let Some(database) = Database::fresh().await else { return };
    let mut watching = connect(&database).await;
    let store = open(&database.location(), &StoreTerms::default()).await.unwrap();
    let found = names(&mut watching).await;
    let (begin, end) =
        (format!("openhands-testgen/{} ", env!("CARGO_PKG_VERSION")), format!(" {}", std::process::id()));
    assert!(!found.is_empty());
    assert!(found.iter().all(|name| name.starts_with(&begin) && name.ends_with(&end)), "{found:?}");
    store.close().await;
}

#[tokio::test]
async fn a_name_that_the_address_gives_stays() {
    let Some(database) = Database::fresh().await else { return };
    let mut watching = connect(&database).await;
    let address = format!("{}?application_name=openhands-testgen/nightly", database.url());
    let location = _core::store::StoreLocation::parse(&address, std::path::Path::new("/")).unwrap();
    let store = open(&location, &StoreTerms::default()).await.unwrap();
    assert!(names(&mut watching).await.iter().all(|name| name == "openhands-testgen/nightly"));
    store.close().await;
}

/// What is said of a read while somebody else keeps the table to himself.
async fn held_up(terms: StoreTerms) -> Option<String> {
    let database = Database::fresh().await?;
    let store = open(&database.location(), &terms).await.unwrap();
    let id = store.submit(noop()).await.unwrap().id();
    let mut holding = connect(&database).await;
    holding.execute("BEGIN; LOCK TABLE testgen.task IN ACCESS EXCLUSIVE MODE").await.unwrap();

    let error = store.get(id).await.unwrap_err().to_string();

    holding.execute("ROLLBACK").await.unwrap();
    assert!(store.get(id).await.unwrap().is_some(), "it goes on afterwards");
    store.close().await;
    Some(error)
}

#[tokio::test]
async fn a_lock_is_waited_for_as_long_as_the_setting_says() {
    let brief = Duration::from_millis(100);
    let terms =
        StoreTerms { lock: brief, retry: Duration::ZERO, statement: PATIENCE, ..StoreTerms::default() };
    let Some(error) = held_up(terms).await else { return };
    assert!(error.contains("lock timeout") && error.contains("pg_stat_activity"), "{error}");
}

#[tokio::test]
async fn a_statement_may_take_as_long_as_the_setting_says() {
    let terms = StoreTerms { statement: Duration::from_secs(1), lock: PATIENCE, ..StoreTerms::default() };
    let Some(error) = held_up(terms).await else { return };
    assert!(error.contains("OPENHANDS_STORE_STATEMENT_SECONDS"), "{error}");
}

#[tokio::test]
async fn a_transaction_whose_process_hangs_lets_go_after_the_time_that_the_setting_says() {
    let Some(database) = Database::fresh().await else { return };
    let terms = StoreTerms { idle: Duration::from_secs(7), ..StoreTerms::default() };
    let store = open(&database.location(), &terms).await.unwrap();
    // What every connection of the pool is told, as the database has it: asked by a function that a write calls.
    let tell = "CREATE TABLE told (bounds text); \
         CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO public.told VALUES (current_setting('idle_in_transaction_session_timeout')); RETURN NULL; END $$; \
         CREATE TRIGGER tell AFTER INSERT ON testgen.task FOR EACH STATEMENT EXECUTE FUNCTION public.tell()";
    database.run(tell).await;
    store.submit(noop()).await.unwrap();
    let told = connect(&database).await.fetch_one("SELECT bounds FROM told").await.unwrap();
    assert_eq!(told.get::<String, _>(0), "7s");
    store.close().await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_waited_for_as_long_as_the_setting_says() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgres://ada:hunter2hunter2@{}/testgen", silent.local_addr().unwrap());
    let location = _core::store::StoreLocation::parse(&address, std::path::Path::new("/")).unwrap();
    let terms = StoreTerms { connect: Duration::from_secs(1), ..StoreTerms::default() };
    let opening = async {
        let error = open(&location, &terms).await.unwrap_err().to_string();
        assert!(error.contains("no connection in time") && !error.contains("hunter2"), "{error}");
        AnyStore::migrate(&location, &terms).await.unwrap_err();
    };
    tokio::time::timeout(PATIENCE, opening).await.expect("it is waited for for ever");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_is_done_again_as_long_as_the_setting_says_and_then_fails() {
    let Some(server) = Server::of_its_own() else { return };
    let database = Database::empty_on(server).await;
    let brief = Duration::from_millis(300);
    let terms = StoreTerms { retry: brief, connect: Duration::from_secs(1), ..StoreTerms::default() };
    let store = open(&database.location(), &terms).await.unwrap();
    let order = |order: &'static str| tokio::task::spawn_blocking(move || server.order(order));
    order("crash").await.unwrap();

    let error = tokio::time::timeout(PATIENCE, store.stats()).await.expect("it never fails").unwrap_err();

    let error = error.to_string();
    assert!(error.contains("cannot be reached") || error.contains("in time"), "{error}");
    order("start").await.unwrap();
    assert_eq!(store.stats().await.unwrap().total_tasks, 0);
    store.close().await;
}
