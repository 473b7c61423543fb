//! How many attempts do 1, 8 and 32 workers of two processes make, with so many tasks in the queue?

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use _core::store::{PostgresStore, Store};
use sqlx::PgConnection;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use super::{complete, fill, lane, ratio};

/// How long each number of workers works.
const SPAN: Duration = Duration::from_secs(2);

/// Lets them work, in processes of their own, and prints what they come to.
pub(super) async fn measure(url: &str, raw: &mut PgConnection, queued: i64, commit: Duration) {
    for number in [1, 8, 32_usize] {
        top_up(raw, queued).await;
        let processes = number.min(2);
        let start = |_| {
            let program = std::env::current_exe().unwrap();
            let mut command = Command::new(program);
            let share = (number / processes).to_string();
            command.args([url, &share]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
        };
        let running: Vec<Child> = (0..processes).map(start).collect();
        let mut rate = 0.0;
        for child in running {
            let said = child.wait_with_output().await.unwrap().stdout;
            rate += String::from_utf8(said).unwrap().trim().parse::<f64>().unwrap();
        }
        let each = Duration::from_secs_f64(1.0 / rate);
        println!(
            "with {queued} queued, {number} workers in {processes} processes: {rate:.0} attempts a second, \
             {:.2} x the rate of raw inserts",
            ratio(commit, each)
        );
    }
}

/// Puts back into the queue what was taken.
async fn top_up(raw: &mut PgConnection, queued: i64) {
    const WAITING: &str = "SELECT count(*) FROM testgen.task WHERE status = 'queued'";
    let waiting: i64 = sqlx::query_scalar(WAITING).fetch_one(&mut *raw).await.unwrap();
    fill(raw, queued - waiting).await;
}

/// What one of the processes does: claims for its idle workers, which complete at once; prints how many a second.
pub(super) async fn work(url: &str, workers: usize) {
    let store = Arc::new(PostgresStore::open(&url.parse().unwrap()).await.unwrap());
    let (started, mut done) = (Instant::now(), 0_u32);
    let mut running = JoinSet::new();
    while started.elapsed() < SPAN {
        for task in store.claim(&[lane()], workers - running.len()).await.unwrap() {
            let store = Arc::clone(&store);
            running.spawn(async move { complete(&store, &task).await });
        }
        if running.join_next().await.is_some() {
            done += 1;
        }
        while running.try_join_next().is_some() {
            done += 1;
        }
    }
    done += u32::try_from(running.join_all().await.len()).unwrap();
    println!("{}", f64::from(done) / started.elapsed().as_secs_f64());
    store.close().await;
}
