//! Workers on many hosts share one database, while they are killed, their hosts are cut off and come back, the database
//! restarts and connections are ended. A program reads afterwards what everyone wrote down, and judges it by the promises.
//!
//! `network` is what they run on; `worker` and `client` are the processes, `note` is what a task is to do; `nemesis` is
//! what befalls them; `event` is what is written down, `history` and `records` put it together, `promises` judges.

mod client;
mod event;
mod history;
mod made_up;
mod nemesis;
mod network;
mod note;
mod promises;
mod records;
mod worker;

use std::path::Path;
use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use fastrand::Rng;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use self::event::{Event, Journal};
use self::history::History;
use self::nemesis::{Faults, Workers};
use self::network::Network;
use super::figures::{figures, seed, spread};
use super::moment::now;
use super::process::Process;
use crate::store::subject::folder;

/// How many hosts have a process that works; one more submits and waits.
const WORKERS: usize = 4;
/// Long enough for everything to be submitted, and to end, at all.
const PATIENCE: Duration = Duration::from_mins(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_befalls_the_hosts_nothing_is_lost_and_nothing_has_two_owners() {
    let Some(network) = Network::of(WORKERS + 1).await else { return };
    let mut rng = Rng::with_seed(seed());
    let folder = folder();
    let faults = go_through_it(&network, folder.path(), &mut rng).await;
    let engine = worker::open(&network.own_url(), EngineOptions::without_workers()).await;
    let records = records::read(&engine).await;
    engine.stop(Duration::ZERO).await;
    let history = History::read(folder.path());
    println!("{}: {faults}", network.kind());
    println!("{}", summary(&history, &records));
    let breaches = promises::breaches(&history, &records, figures().hosts.soon);
    if !breaches.is_empty() {
        println!("the history stays in {}", folder.keep().display());
        panic!("{} breaches: {:#?}", breaches.len(), &breaches[..breaches.len().min(10)]);
    }
    assert!(faults.has_all(), "some kind of fault never came: {faults}");
}

/// Runs everything under faults, and on until all has ended; nothing lives afterwards but the database.
async fn go_through_it(network: &Network, folder: &Path, rng: &mut Rng) -> Faults {
    let journal = Journal::open(folder, "nemesis");
    let engine = worker::open(&network.own_url(), EngineOptions::without_workers()).await;
    let mut workers = Workers::start(network, folder, &journal, WORKERS);
    let mut client = client::start(network.binary(0), &network.url(0), folder);
    let stop = CancellationToken::new();
    let figures = figures().hosts;
    let submitted = async {
        hear(&mut client, client::SUBMITTED).await;
        stop.cancel();
    };
    let (faults, ()) = tokio::join!(nemesis::rage(&mut workers, network, &figures, rng, &stop), submitted);
    journal.write(&Event::Peace { at: now() });
    hear(&mut client, client::WOKEN).await;
    wait_for_the_rest(&engine).await;
    engine.stop(Duration::ZERO).await;
    workers.end().await;
    client.kill().await;
    faults
}

/// Waits until a process says this line.
async fn hear(process: &mut Process, awaited: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let heard = timeout_at(deadline, process.line()).await.expect("it goes on");
        let (_, line) = heard.expect("the process lives");
        assert!(!line.contains("panicked"), "{line}");
        if line == awaited {
            return;
        }
    }
}

/// Waits for what was kept and not acknowledged: nobody else does.
async fn wait_for_the_rest(engine: &Engine) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let stats = engine.stats().await.unwrap();
        if stats.pending + stats.queued + stats.running == 0 {
            return;
        }
        assert!(Instant::now() < deadline, "tasks are stuck: {stats:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What happened, in figures.
fn summary(history: &History, records: &[records::Record]) -> String {
    let children = || history.tasks.values().flat_map(|seen| &seen.children);
    let lost = children().filter(|child| child.is_lost).count();
    let killed = children().filter(|child| child.dead.is_none()).count();
    let end = history.tasks.values().flat_map(|seen| &seen.ends).map(|end| end.at).max().unwrap_or_default();
    let calm = Duration::from_nanos(end.saturating_sub(history.peace));
    let completed = records.iter().filter(|record| record.result.is_some()).count();
    let handed_over = history.tasks.values().flat_map(|seen| {
        let pairs = seen.children.windows(2).filter(|pair| pair[0].dead.is_none() || pair[0].is_lost);
        pairs.filter_map(|pair| Some(pair[1].began.saturating_sub(history.end_of(&pair[0])?)))
    });
    format!(
        "{} tasks, {} children, {killed} of them killed with their process, {lost} stopped for a lost lease; {completed} \
         tasks completed; the last was told {:.1} s after the last fault; from the end of a child until the task runs \
         again elsewhere: {}",
        records.len(),
        children().count(),
        calm.as_secs_f64(),
        spread(handed_over.map(Duration::from_nanos).collect()),
    )
}
