//! What befalls the hosts? Kills, cuts, crashes of the database and ends of all connections, each in a rhythm of its own,
//! until there was enough; then everything is whole again.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use tokio_util::sync::CancellationToken;

use super::event::{Event, Journal};
use super::network::Network;
use super::worker;
use crate::soak::figures::{Hosts, Span};
use crate::soak::moment::now;
use crate::soak::process::Process;
use crate::soak::survivors;

/// The longest that something of a killed process may live.
const CHILDREN_GONE: Duration = Duration::from_secs(20);

/// How many faults there were.
#[derive(Debug, Default)]
pub(super) struct Faults {
    kills: u32,
    cuts: u32,
    crashes: u32,
    terminations: u32,
}

impl Faults {
    /// Whether each kind was there.
    pub(super) fn has_all(&self) -> bool {
        [self.kills, self.cuts, self.crashes, self.terminations].iter().all(|count| *count > 0)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, cuts, crashes, terminations } = self;
        write!(
            formatter,
            "{kills} kills, {cuts} cuts, {crashes} restarts of the database, {terminations} ends of all connections"
        )
    }
}

/// Processes that work, one on each host but the first.
pub(super) struct Workers<'a> {
    network: &'a Network,
    folder: &'a Path,
    journal: &'a Journal,
    processes: Vec<(u32, Process)>,
    started: u32,
}

impl<'a> Workers<'a> {
    pub(super) fn start(network: &'a Network, folder: &'a Path, journal: &'a Journal, hosts: usize) -> Self {
        let mut workers = Self { network, folder, journal, processes: Vec::new(), started: 0 };
        workers.processes = (1..=hosts).map(|host| workers.one_more(host)).collect();
        workers
    }

    fn one_more(&mut self, host: usize) -> (u32, Process) {
        self.started += 1;
        let (binary, url) = (self.network.binary(host), self.network.url(host));
        (self.started, worker::start(binary, &url, self.folder, self.started))
    }

    /// Kills one and starts another on the same host.
    async fn replace(&mut self, which: usize) {
        let fresh = self.one_more(which + 1);
        let old = std::mem::replace(&mut self.processes[which], fresh);
        self.kill(old).await;
    }

    async fn kill(&self, (number, process): (u32, Process)) {
        for (_, line) in process.kill().await {
            assert!(!line.contains("panicked"), "worker {number}: {line}");
        }
        survivors::wait_until_gone(&worker::mark(self.folder, number), CHILDREN_GONE).await;
        self.journal.write(&Event::Gone { process: number, at: now() });
    }

    /// Kills all of them.
    pub(super) async fn end(mut self) {
        for process in std::mem::take(&mut self.processes) {
            self.kill(process).await;
        }
    }
}

/// Lets everything happen until it is told to stop.
pub(super) async fn rage(
    workers: &mut Workers<'_>,
    network: &Network,
    figures: &Hosts,
    rng: &mut Rng,
    stop: &CancellationToken,
) -> Faults {
    let hosts = workers.processes.len() + 1;
    let kills = kills(workers, figures, rng.fork(), stop);
    let cuts = join_all((0..hosts).map(|host| cuts(network, host, figures, rng.fork(), stop)));
    let crashes = crashes(network, figures, rng.fork(), stop);
    let terminations = terminations(network, figures, rng.fork(), stop);
    let (kills, cuts, crashes, terminations) = tokio::join!(kills, cuts, crashes, terminations);
    Faults { kills, cuts: cuts.iter().sum(), crashes, terminations }
}

/// Waits for a random time; whether to go on then.
async fn rest(Span(from, to): Span, rng: &mut Rng, stop: &CancellationToken) -> bool {
    let time = Duration::from_millis(rng.u64(from..=to));
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(time) => true,
    }
}

async fn kills(workers: &mut Workers<'_>, figures: &Hosts, mut rng: Rng, stop: &CancellationToken) -> u32 {
    let mut count = 0;
    while rest(figures.kills, &mut rng, stop).await {
        workers.replace(rng.usize(..workers.processes.len())).await;
        count += 1;
    }
    count
}

async fn cuts(
    network: &Network,
    host: usize,
    figures: &Hosts,
    mut rng: Rng,
    stop: &CancellationToken,
) -> u32 {
    let mut count = 0;
    while rest(figures.cuts, &mut rng, stop).await {
        network.cut(host).await;
        rest(figures.cut, &mut rng, stop).await;
        network.mend(host).await;
        count += 1;
    }
    count
}

async fn crashes(network: &Network, figures: &Hosts, mut rng: Rng, stop: &CancellationToken) -> u32 {
    let mut count = 0;
    while rest(figures.crashes, &mut rng, stop).await {
        network.order("crash").await;
        rest(figures.crash, &mut rng, stop).await;
        network.order("start").await;
        count += 1;
    }
    count
}

async fn terminations(network: &Network, figures: &Hosts, mut rng: Rng, stop: &CancellationToken) -> u32 {
    let url = network.own_url();
    let mut count = 0;
    while rest(figures.terminations, &mut rng, stop).await {
        // The database may be away just now.
        count += u32::from(terminate(&url).await.is_ok());
    }
    count
}

async fn terminate(url: &str) -> Result<(), sqlx::Error> {
    const ALL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(ALL).await?;
    connection.close().await
}
