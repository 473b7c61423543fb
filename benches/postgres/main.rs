//! What does the store on PostgreSQL cost? Each figure beside a bare one-row insert on the same server in the same run.
//!
//! `cargo bench --no-default-features --bench postgres -- postgres://USER@HOST:PORT`: makes a database there and drops it.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a program that measures and prints")]

mod workers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use _core::store::{PostgresAddress, PostgresStore, Store};
use _core::task::{Kind, Lane, ListFilter, NewTask, Priority, ProcessId, Settlement, Task, TaskId, Work};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::task::JoinSet;

/// How often a thing that is done alone is measured.
const SINGLE: usize = 301;
const CLIENTS: usize = 64;
const EACH: usize = 20;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| !one.starts_with('-')).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let [server] = &arguments[..] else {
        match &arguments[..] {
            [url, share] => runtime.block_on(workers::work(url, share.parse().unwrap())),
            _ => println!("postgres: not measured; name a server: -- postgres://USER@HOST:PORT"),
        }
        return;
    };
    runtime.block_on(async {
        let name = format!("otg_bench_{}", std::process::id());
        let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
        run(&mut admin, format!("CREATE DATABASE {name}")).await;
        measure(&format!("{server}/{name}")).await;
        run(&mut admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    });
}

async fn run(connection: &mut PgConnection, sql: String) {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
}

async fn measure(url: &str) {
    let address: PostgresAddress = url.parse().unwrap();
    let store = Arc::new(PostgresStore::open(&address).await.unwrap());
    let other = Arc::new(PostgresStore::open(&address).await.unwrap());
    let mut raw = PgConnection::connect(url).await.unwrap();
    let commit = measure_single(&store, &mut raw).await;
    measure_clients(&store, commit).await;
    measure_pick_up(&store, &other, commit).await;
    for queued in [10_000, 1_000_000] {
        fill(&mut raw, queued).await;
        measure_backlog(&store, queued, commit).await;
        workers::measure(url, &mut raw, queued, commit).await;
    }
    store.close().await;
    other.close().await;
}

/// One after the other, as one client does, and between them the bare one-row inserts that all else is measured by.
async fn measure_single(store: &PostgresStore, raw: &mut PgConnection) -> Duration {
    run(raw, "CREATE TABLE raw (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)".to_owned())
        .await;
    let mut commits = Vec::new();
    let (mut submit, mut claim, mut settle, mut get) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SINGLE {
        let started = Instant::now();
        let insert = sqlx::query("INSERT INTO raw (text) VALUES ($1)").bind("x".repeat(400));
        insert.execute(&mut *raw).await.unwrap();
        commits.push(started.elapsed());
        let started = Instant::now();
        store.submit(noop(store.process())).await.unwrap();
        submit.push(started.elapsed());
        let started = Instant::now();
        let task = store.claim(&[lane()], 1).await.unwrap().pop().unwrap();
        claim.push(started.elapsed());
        let started = Instant::now();
        complete(store, &task).await;
        settle.push(started.elapsed());
        let started = Instant::now();
        store.get(task.id()).await.unwrap();
        get.push(started.elapsed());
    }
    let commit = median(commits);
    println!("raw one-row insert: {commit:?}");
    for (what, times) in [("submit", submit), ("claim", claim), ("settle", settle), ("get", get)] {
        let each = median(times);
        println!("{what}, alone: {each:?}, {:.2} x the rate of raw inserts", ratio(commit, each));
    }
    commit
}

/// Many at once, in one process.
async fn measure_clients(store: &Arc<PostgresStore>, commit: Duration) {
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let store = Arc::clone(store);
        clients.spawn(async move {
            for _ in 0..EACH {
                store.submit(noop(store.process())).await.unwrap();
            }
        });
    }
    clients.join_all().await;
    print_rate(&format!("submit, {CLIENTS} clients"), CLIENTS * EACH, started, commit);

    let started = Instant::now();
    let (mut running, mut count) = (JoinSet::new(), 0);
    loop {
        for task in store.claim(&[lane()], CLIENTS - running.len()).await.unwrap() {
            let store = Arc::clone(store);
            running.spawn(async move { complete(&store, &task).await });
            count += 1;
        }
        if running.join_next().await.is_none() {
            break;
        }
        while running.try_join_next().is_some() {}
    }
    print_rate(&format!("attempts, {CLIENTS} slots"), count, started, commit);
}

/// From the call of a submission in one process to the claim in another, which waits for the hint.
async fn measure_pick_up(store: &PostgresStore, other: &PostgresStore, commit: Duration) {
    let (mut picked_up, mut noticed) = (Vec::new(), Vec::new());
    for _ in 0..SINGLE {
        let started = Instant::now();
        let (id, (task, at)) =
            tokio::join!(async { store.submit(noop(store.process())).await.unwrap().id() }, async {
                loop {
                    if let Some(task) = other.claim(&[lane()], 1).await.unwrap().pop() {
                        break (task, Instant::now());
                    }
                    other.hint().await;
                }
            });
        assert_eq!(task.id(), id);
        picked_up.push(at - started);
        let started = Instant::now();
        let seen = async {
            while !store.get(id).await.unwrap().unwrap().status().is_final() {
                store.hint().await;
            }
            Instant::now()
        };
        let ((), at) = tokio::join!(complete(other, &task), seen);
        noticed.push(at - started);
    }
    for (what, times) in
        [("submitted here, claimed there", picked_up), ("completed there, seen here", noticed)]
    {
        let each = median(times);
        println!("{what}: {each:?}, {:.1} commits", each.as_secs_f64() / commit.as_secs_f64());
    }
}

/// With so many tasks in the queue.
async fn measure_backlog(store: &PostgresStore, queued: i64, commit: Duration) {
    let (mut claim, mut list, mut stats) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..101 {
        let started = Instant::now();
        let task = store.claim(&[lane()], 1).await.unwrap().pop().unwrap();
        claim.push(started.elapsed());
        complete(store, &task).await;
        let started = Instant::now();
        store.list(ListFilter { limit: 50, ..ListFilter::default() }).await.unwrap();
        list.push(started.elapsed());
        let started = Instant::now();
        store.stats().await.unwrap();
        stats.push(started.elapsed());
    }
    let (claim, list, stats) = (median(claim), median(list), median(stats));
    println!(
        "with {queued} queued: claim {claim:?} ({:.2} x raw inserts), listing {list:?}, statistics {stats:?}",
        ratio(commit, claim)
    );
}

/// Puts tasks into the queue by one statement, as copies of one.
async fn fill(raw: &mut PgConnection, count: i64) {
    let fill = format!(
        "WITH one AS (SELECT * FROM testgen.task ORDER BY seq LIMIT 1), task AS ( \
             INSERT INTO testgen.task (id, kind, lane, owner, priority, rank, status, open_dependencies, submitter, \
                 attempt_seconds, max_retries, retention_seconds, token, attempt, retries, crashes, cancel_requested, \
                 created_at, events, changed_at, has_dependants) \
             SELECT gen_random_uuid(), kind, lane, owner, priority, 1000000 + number, 'queued', 0, submitter, \
                 attempt_seconds, max_retries, retention_seconds, 0, 0, 0, 0, FALSE, created_at - 3600000000, 1, changed_at, FALSE \
             FROM one, generate_series(1, {count}) AS number RETURNING seq \
         ) INSERT INTO testgen.task_request (task, work, metadata) \
         SELECT task.seq, request.work, request.metadata FROM task, \
             (SELECT work, metadata FROM testgen.task_request LIMIT 1) AS request"
    );
    run(raw, fill).await;
    run(raw, "ANALYZE testgen.task".to_owned()).await;
}

async fn complete(store: &PostgresStore, task: &Task) {
    store.settle(task.id(), task.token, Settlement::Complete(Arc::new(json!(1)))).await.unwrap();
}

fn print_rate(what: &str, count: usize, started: Instant, commit: Duration) {
    let each = started.elapsed() / u32::try_from(count).unwrap();
    println!(
        "{what}: {:.0} a second, {:.1} x the rate of raw inserts",
        1.0 / each.as_secs_f64(),
        ratio(commit, each)
    );
}

fn ratio(commit: Duration, each: Duration) -> f64 {
    commit.as_secs_f64() / each.as_secs_f64()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn lane() -> Lane {
    Lane::of_kind(&Kind::Noop)
}

fn noop(submitter: ProcessId) -> NewTask {
    NewTask {
        id: TaskId::fresh(),
        lane: lane(),
        owner: Box::default(),
        priority: Priority::Normal,
        work: Work::Noop,
        metadata: Box::default(),
        submitter,
        attempt_seconds: 300.0,
        max_retries: 3,
        retention_seconds: 86_400.0,
        terms: None,
    }
}
