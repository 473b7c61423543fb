//! A database becomes a store, or is refused with what is to be done; and no message knows a password.

use std::path::Path;
use std::sync::Arc;

use _core::store::{AnyStore, PostgresAddress, PostgresStore, Store, StoreError, StoreLocation};
use _core::task::{Settlement, TaskStatus};
use serde_json::json;

use crate::postgres::Database;
use crate::store::subject::lanes;
use crate::support::{generate_tests, noop};

/// Opens what cannot be a store, and answers what the error says.
async fn refusal(url: &str) -> String {
    let address: PostgresAddress = url.parse().unwrap();
    let error = PostgresStore::open(&address).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    let message = error.to_string();
    assert!(message.contains(&address.to_string()), "{message} does not name the database");
    message
}

/// The address with another user, and a password.
fn of_user(database: &Database, user: &str, password: &str) -> String {
    let (_, place) =
        database.url().split_once('@').map(|(user, place)| (user.to_owned(), place.to_owned())).unwrap();
    format!("postgres://{user}:{password}@{place}")
}

/// A user's name that no other test has: users belong to a whole server.
fn fresh_user() -> String {
    format!("otg_{}", uuid::Uuid::new_v4().simple())
}

#[test]
fn an_address_is_shown_without_its_password_however_it_is_shown() {
    for text in [
        "postgres://ada:hunter2hunter2@db.example:5433/testgen",
        "postgresql://ada@db.example:5433/testgen?password=hunter2hunter2",
    ] {
        let location = StoreLocation::parse(text, Path::new("/")).unwrap();
        let StoreLocation::Postgres(address) = &location else {
            panic!("{location} is another sort of store")
        };
        assert_eq!(location.to_string(), "postgres://ada@db.example:5433/testgen");
        assert_eq!(format!("{address:?}"), "postgres://ada@db.example:5433/testgen");
        assert!(!format!("{location:?}").contains("hunter2"), "{location:?}");
    }
}

#[test]
fn an_address_that_cannot_be_read_is_refused_without_being_quoted() {
    let error = StoreLocation::parse("postgres://ada:hunter2@:no-port/x", Path::new("/")).unwrap_err();
    assert!(error.contains("percent-encoded") && !error.contains("hunter2"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_empty_database_can_be_opened_and_used_by_ten_at_the_same_moment() {
    let Some(database) = Database::empty().await else { return };
    let address = Arc::new(database.address());
    let openings: Vec<_> = (0..10)
        .map(|_| {
            let address = Arc::clone(&address);
            tokio::spawn(async move {
                let store = PostgresStore::open(&address).await.unwrap();
                for _ in 0..5 {
                    store.submit(noop()).await.unwrap();
                }
                let claimed = store.claim(&lanes(), 3).await.unwrap().len();
                (store, claimed)
            })
        })
        .collect();
    let (mut claimed, mut stores) = (0, Vec::new());
    for opening in openings {
        let (store, count) = opening.await.unwrap();
        claimed += count;
        stores.push(store);
    }
    let stats = stores[0].stats().await.unwrap();
    assert_eq!((stats.total_tasks, stats.running), (50, claimed as u64));
    for store in stores {
        store.close().await;
    }
}

#[tokio::test]
async fn everything_is_there_when_the_database_is_opened_again() {
    let Some(database) = Database::fresh().await else { return };
    let location = StoreLocation::parse(&database.url(), Path::new("/")).unwrap();
    let store = AnyStore::open(&location).await.unwrap();
    assert!(store.is_durable());
    let done = store.submit(generate_tests("a.py")).await.unwrap();
    let task = store.claim(&lanes(), 1).await.unwrap().pop().unwrap();
    store.settle(task.id(), task.token, Settlement::Complete(Arc::new(json!([1])))).await.unwrap();
    let queued = store.submit(noop()).await.unwrap();
    let before = format!("{:?}", store.get(done.id()).await.unwrap());
    store.close().await;

    let store = AnyStore::open(&location).await.unwrap();
    assert_eq!(format!("{:?}", store.get(done.id()).await.unwrap()), before);
    assert_eq!(*store.result(done.id()).await.unwrap().unwrap(), json!([1]));
    assert_eq!(store.get(queued.id()).await.unwrap().unwrap().status(), TaskStatus::Queued);
    assert_eq!(store.stats().await.unwrap().total_tasks, 2);
    store.close().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_the_way_out() {
    let Some(database) = Database::fresh().await else { return };
    let from_the_future = "INSERT INTO testgen.migration (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, '', 0)";
    database.run(from_the_future).await;
    let message = refusal(&database.url()).await;
    assert!(message.contains("upgrade the package"), "{message}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named_with_the_way_out() {
    let Some(database) = Database::fresh().await else { return };
    let message = refusal(&format!("{}_not", database.url())).await;
    assert!(message.contains("createdb"), "{message}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_with_the_way_out() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let message = refusal(&format!("postgres://ada:hunter2hunter2@127.0.0.1:{port}/testgen")).await;
    assert!(message.contains("cannot be reached") && !message.contains("hunter2"), "{message}");
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_repeated() {
    let Some(database) = Database::fresh().await else { return };
    if !database.server.is_ours() {
        eprintln!("NOT TESTED: whether the server that was given asks for passwords is not known");
        return;
    }
    let user = fresh_user();
    let make = "DO $$ BEGIN CREATE ROLE careful; EXCEPTION WHEN duplicate_object THEN NULL; END $$";
    database
        .run(format!("{make}; CREATE ROLE {user} LOGIN SUPERUSER PASSWORD 'right-secret' IN ROLE careful"))
        .await;

    let message = refusal(&of_user(&database, &user, "wrong-secret")).await;

    assert!(message.contains(&user) && message.contains("PGPASSFILE"), "{message}");
    assert!(!message.contains("secret"), "{message}");
    let right: PostgresAddress = of_user(&database, &user, "right-secret").parse().unwrap();
    PostgresStore::open(&right).await.unwrap().close().await;
}

#[tokio::test]
async fn a_user_without_the_right_to_make_a_schema_is_told_which() {
    let Some(database) = Database::empty().await else { return };
    let user = fresh_user();
    database.run(format!("CREATE ROLE {user} LOGIN")).await;
    let message = refusal(&of_user(&database, &user, "x")).await;
    assert!(message.contains("GRANT CREATE ON DATABASE"), "{message}");
}

#[tokio::test]
async fn a_standby_is_refused_with_the_way_out() {
    let Some(database) = Database::empty().await else { return };
    let read_only = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', \
         current_database()); END $$";
    database.run(read_only).await;
    let message = refusal(&database.url()).await;
    assert!(message.contains("name the primary"), "{message}");
}
