//! Is a wake-up ever lost? Clients submit and wait, one task after the other, as fast as they can: a wait that is not
//! woken ends by its limit, and that is a failure.

use std::sync::Arc;
use std::time::{Duration, Instant};

use _core::engine::{Engine, EngineOptions};
use _core::store::StoreLocation;
use _core::task::NewTask;
use tokio::task::JoinSet;

use super::figures::figures;
use crate::postgres::Database;
use crate::store::subject::folder;
use crate::support::noop;

const CLIENTS: usize = 32;
/// No wait takes so long but one that is not woken.
const LOST: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_memory_no_wake_up_is_lost() {
    no_wake_up_is_lost(&StoreLocation::Memory, figures().noops_in_memory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_file_no_wake_up_is_lost() {
    let folder = folder();
    let location = StoreLocation::Sqlite(folder.path().join("tasks.db"));
    no_wake_up_is_lost(&location, figures().noops_on_file).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_database_no_wake_up_is_lost_between_two_processes() {
    let Some(database) = Database::fresh().await else { return };
    let location = StoreLocation::Postgres(Box::new(database.address()));
    let quick = EngineOptions::without_workers().with_quick_kinds();
    let works = Engine::open(&location, quick).await.unwrap();
    let waits = Arc::new(Engine::open(&location, EngineOptions::without_workers()).await.unwrap());
    let clients =
        (0..CLIENTS).map(|_| submit_and_wait(Arc::clone(&waits), figures().noops_on_database / CLIENTS));
    clients.collect::<JoinSet<()>>().join_all().await;
    waits.stop(Duration::ZERO).await;
    works.stop(Duration::ZERO).await;
}

async fn no_wake_up_is_lost(location: &StoreLocation, count: usize) {
    let options = EngineOptions::without_workers().with_quick_kinds();
    let engine = Arc::new(Engine::open(location, options).await.unwrap());
    let begin = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(submit_and_wait(Arc::clone(&engine), count / CLIENTS));
    }
    clients.join_all().await;
    println!("{count} no-ops, {CLIENTS} at once, in {:.1} s", begin.elapsed().as_secs_f64());
    assert_eq!(engine.stats().await.unwrap().completed, (count / CLIENTS * CLIENTS) as u64);
    engine.stop(Duration::ZERO).await;
}

async fn submit_and_wait(engine: Arc<Engine>, count: usize) {
    for _ in 0..count {
        let task = NewTask { submitter: engine.process(), ..noop() };
        let id = engine.submit(task).await.unwrap().id();
        let finished = engine.wait(id, Some(LOST)).await.expect("the wait is woken");
        assert!(finished.is_success());
    }
}
