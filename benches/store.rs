//! What does a store cost? Times an operation, the memory a queued task takes, and, for `sqlite:`, how that
//! compares to a bare fdatasync of the same disk in the same run.
//!
//! `cargo bench --no-default-features --bench store [-- FOLDER]`; the folder `memory:` measures memory alone.
#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a program that measures and prints"
)]

use std::collections::HashMap;
use std::fs::File;
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use _core::store::{MemoryStore, SqliteStore, Store};
use _core::task::{Kind, Lane, NewTask, Priority, ProcessId, Settlement, TaskId, Work};
use serde_json::json;
use tokio::task::JoinSet;

const TASKS: usize = 100_000;
const BURST: usize = 100;
const CLIENTS: usize = 64;
const ROUNDS: usize = 50;
const CLAIMS: usize = 301;

fn main() {
    let folder = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        measure_size().await;
        for _ in 0..5 {
            measure_map();
            measure_memory().await;
        }
        if folder.as_deref() == Some("memory:") {
            return;
        }
        let folder = tempfile::tempdir_in(folder.map_or_else(std::env::temp_dir, PathBuf::from)).unwrap();
        let fdatasync = measure_fdatasync(folder.path());
        for clients in [1, CLIENTS] {
            measure_sqlite(&folder.path().join(format!("{clients}.db")), clients, fdatasync).await;
        }
        measure_following(folder.path()).await;
        measure_backlog(&folder.path().join("backlog.db")).await;
    });
}

/// What the machine takes for a record of the same size in a plain map: the measure for the figures below.
fn measure_map() {
    let ids: Vec<_> = (0..TASKS).map(|_| TaskId::fresh()).collect();
    let mut map = HashMap::new();
    let started = processor_time();
    for id in &ids {
        map.insert(*id, Arc::new([0_u8; 400]));
    }
    print_each("plain map insert", started, TASKS);
    let started = processor_time();
    for id in &ids {
        assert!(map.get(id).cloned().is_some());
    }
    print_each("plain map get", started, TASKS);
}

/// Comes first: later stores would live in what earlier ones freed.
async fn measure_size() {
    let store = MemoryStore::new();
    let before = resident_bytes();
    for _ in 0..TASKS {
        store.submit(noop(store.process())).await.unwrap();
    }
    println!("memory bytes a queued task: {}", resident_bytes().saturating_sub(before) / TASKS);
}

async fn measure_memory() {
    let store = MemoryStore::new();
    let mut spent = Duration::ZERO;
    for _ in 0..TASKS / BURST {
        // Requests are made just before, as they are in life, and not counted.
        let tasks: Vec<_> = (0..BURST).map(|_| noop(store.process())).collect();
        let started = processor_time();
        for task in tasks {
            store.submit(task).await.unwrap();
        }
        spent += processor_time().saturating_sub(started);
    }
    println!("memory submit: {:.0} ns", spent.as_nanos() as f64 / TASKS as f64);
    let started = processor_time();
    let mut claimed = Vec::with_capacity(TASKS);
    for _ in 0..TASKS {
        claimed.extend(store.claim(&[lane()], 1).await.unwrap());
    }
    print_each("memory claim", started, TASKS);
    let result = Arc::new(json!({"ok": true}));
    let started = processor_time();
    for task in &claimed {
        store.settle(task.id(), task.token, Settlement::Complete(Arc::clone(&result))).await.unwrap();
    }
    print_each("memory settle, records shared", started, TASKS);
    let started = processor_time();
    for task in &claimed {
        assert!(store.get(task.id()).await.unwrap().is_some());
    }
    print_each("memory get", started, TASKS);
}

fn measure_fdatasync(folder: &Path) -> Duration {
    let mut file = File::create(folder.join("raw")).unwrap();
    let started = Instant::now();
    for _ in 0..300 {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
    }
    let each = started.elapsed() / 300;
    println!("fdatasync: {each:?}");
    each
}

async fn measure_sqlite(path: &Path, clients: usize, fdatasync: Duration) {
    let store = Arc::new(SqliteStore::open(path).await.unwrap());
    timed(&format!("sqlite submit, {clients} clients"), &store, clients, fdatasync, submit_one).await;
    timed(&format!("sqlite claim and settle, {clients} clients"), &store, clients, fdatasync, run_one).await;
    if clients > 1 {
        fill(&store, clients * ROUNDS).await;
        measure_attempts(&store, clients, fdatasync).await;
    }
    store.close().await;
}

/// Attempts as a process makes them: one dispatcher, which claims as many as have ended, each settled by itself.
async fn measure_attempts(store: &Arc<SqliteStore>, slots: usize, fdatasync: Duration) {
    let (started, processor) = (Instant::now(), processor_time());
    let (mut running, mut free, mut count) = (JoinSet::new(), slots, 0);
    loop {
        for task in store.claim(&[lane()], free).await.unwrap() {
            let store = Arc::clone(store);
            running.spawn(async move {
                let result = Settlement::Complete(Arc::new(json!(1)));
                store.settle(task.id(), task.token, result).await.unwrap();
            });
            count += 1;
        }
        if running.join_next().await.is_none() {
            break;
        }
        while running.try_join_next().is_some() {}
        free = slots - running.len();
    }
    assert_eq!(count, slots * ROUNDS);
    // A claim and a settlement are two operations.
    print_rate(&format!("sqlite attempts, {slots} slots"), 2 * count, started, processor, fdatasync);
}

async fn submit_one(store: Arc<SqliteStore>) {
    store.submit(noop(store.process())).await.unwrap();
}

async fn run_one(store: Arc<SqliteStore>) {
    for task in store.claim(&[lane()], 1).await.unwrap() {
        store.settle(task.id(), task.token, Settlement::Complete(Arc::new(json!(1)))).await.unwrap();
    }
}

async fn timed<F>(
    what: &str,
    store: &Arc<SqliteStore>,
    clients: usize,
    fdatasync: Duration,
    operation: fn(Arc<SqliteStore>) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let (started, processor) = (Instant::now(), processor_time());
    let running: Vec<_> = (0..clients)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for _ in 0..ROUNDS {
                    operation(Arc::clone(&store)).await;
                }
            })
        })
        .collect();
    for client in running {
        client.await.unwrap();
    }
    print_rate(what, clients * ROUNDS, started, processor, fdatasync);
}

fn print_rate(what: &str, count: usize, started: Instant, processor: Duration, fdatasync: Duration) {
    let elapsed = started.elapsed();
    let per_sync = count as f64 * fdatasync.as_secs_f64() / elapsed.as_secs_f64();
    println!(
        "{what}: {:.0} a second, {per_sync:.1} a raw fdatasync, {:.0} us of processor each",
        count as f64 / elapsed.as_secs_f64(),
        processor_time().saturating_sub(processor).as_secs_f64() * 1e6 / count as f64
    );
}

/// What a submission costs more whose owner is followed; of the others, a look whether theirs is.
async fn measure_following(folder: &Path) {
    const ROUNDS: usize = 20;
    const OWNERS: [(&str, &[&str]); 3] = [
        ("nobody is followed", &[]),
        ("others are followed", &["ada", "bob"]),
        ("its owner is followed", &[""]),
    ];
    let mut stores = Vec::new();
    for (index, (what, owners)) in OWNERS.into_iter().enumerate() {
        let store = Arc::new(SqliteStore::open(&folder.join(format!("followed{index}.db"))).await.unwrap());
        for owner in owners {
            store.follow((*owner).into()).await.unwrap();
        }
        stores.push((what, store, Vec::new()));
    }
    // In turns, so that what else the machine does is spread over all of them.
    for _ in 0..ROUNDS {
        for (_, store, costs) in &mut stores {
            let (started, count) = (processor_time(), CLIENTS * 4);
            fill(store, count).await;
            costs.push(processor_time().saturating_sub(started).as_secs_f64() * 1e6 / count as f64);
        }
    }
    let mut plain = None;
    for (what, store, mut costs) in stores {
        costs.sort_unstable_by(f64::total_cmp);
        let cost = costs[ROUNDS / 2];
        println!(
            "sqlite submit, {what}: {cost:.1} us of processor, {:.2} x",
            cost / *plain.get_or_insert(cost)
        );
        store.close().await;
    }
}

/// A claim must not get dearer by what waits behind it.
async fn measure_backlog(path: &Path) {
    let store = Arc::new(SqliteStore::open(path).await.unwrap());
    let mut empty = 0.0;
    for backlog in [1, 10_000, 1_000_000] {
        let present = usize::try_from(store.stats().await.unwrap().queued).unwrap();
        fill(&store, backlog - present).await;
        let cost = claim_and_give_back(&store).await;
        empty = if backlog == 1 { cost } else { empty };
        println!("sqlite claim and give back at {backlog} queued: {cost:.0} us, {:.2} x", cost / empty);
    }
    store.close().await;
}

/// The median of microseconds of processor.
async fn claim_and_give_back(store: &SqliteStore) -> f64 {
    let mut costs = Vec::with_capacity(CLAIMS);
    for _ in 0..CLAIMS {
        let started = processor_time();
        let task = store.claim(&[lane()], 1).await.unwrap().pop().unwrap();
        store.settle(task.id(), task.token, Settlement::GiveBack).await.unwrap();
        costs.push(processor_time().saturating_sub(started));
    }
    costs.sort_unstable();
    costs[CLAIMS / 2].as_secs_f64() * 1e6
}

async fn fill(store: &Arc<SqliteStore>, count: usize) {
    let fillers: Vec<_> = (0..256)
        .map(|filler| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for _ in (filler..count).step_by(256) {
                    store.submit(noop(store.process())).await.unwrap();
                }
            })
        })
        .collect();
    for filler in fillers {
        filler.await.unwrap();
    }
}

/// Prints processor time, which other programs on the machine do not lengthen.
fn print_each(what: &str, started: Duration, count: usize) {
    let spent = processor_time().saturating_sub(started);
    println!("{what}: {:.0} ns", spent.as_nanos() as f64 / count as f64);
}

fn noop(submitter: ProcessId) -> NewTask {
    NewTask {
        id: TaskId::fresh(),
        lane: lane(),
        owner: "".into(),
        priority: Priority::High,
        work: Work::Noop,
        metadata: "".into(),
        submitter,
        attempt_seconds: 300.0,
        max_retries: 3,
        retention_seconds: 86_400.0,
        terms: None,
    }
}

fn lane() -> Lane {
    Lane::of_kind(&Kind::Noop)
}

fn resident_bytes() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    4096 * pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap()
}

fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}
