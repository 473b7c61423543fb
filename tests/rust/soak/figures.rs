//! How much is much? All figures of the stress tests, in `make test` and, with `OTG_SOAK` set, in `make soak`.

use std::time::Duration;

use _core::engine::LeaseTerms;

/// The figures of one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// How often the process that holds the queue is killed.
    pub(super) kills: usize,
    /// How long clients in several processes use one file.
    pub(super) clients: Duration,
    /// What `memory:` takes at once.
    pub(super) load_in_memory: Load,
    /// What a file takes at once.
    pub(super) load_on_file: Load,
    /// Random sequences of operations that every store is taken through.
    pub(crate) sequences: u32,
    /// How many tasks are submitted and waited for on `memory:`.
    pub(super) noops_in_memory: usize,
    /// How many on a file.
    pub(super) noops_on_file: usize,
    /// How many by one process on a database, done by another.
    pub(super) noops_on_database: usize,
    /// What many hosts go through.
    pub(super) hosts: Hosts,
}

/// Tasks on many hosts, and what befalls these.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hosts {
    pub(super) tasks: usize,
    /// How long they are submitted, more or less.
    pub(super) submission: Duration,
    pub(super) lease: LeaseTerms,
    /// Between two kills of a worker.
    pub(super) kills: Span,
    /// Between two cuts of one host, and how long they last.
    pub(super) cuts: Span,
    pub(super) cut: Span,
    /// Between two crashes of the database, and how long it is away.
    pub(super) crashes: Span,
    pub(super) crash: Span,
    /// Between two ends of all connections.
    pub(super) terminations: Span,
    /// How soon everything has ended after the last fault.
    pub(super) soon: Duration,
}

/// From how many milliseconds to how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span(pub(super) u64, pub(super) u64);

/// Tasks that are submitted at once, and how many of them someone waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(super) submissions: usize,
    pub(super) waiters: usize,
}

const TEST: Figures = Figures {
    kills: 200,
    clients: Duration::from_secs(5),
    load_in_memory: Load { submissions: 100_000, waiters: 10_000 },
    load_on_file: Load { submissions: 5_000, waiters: 1_000 },
    sequences: 2_000,
    noops_in_memory: 100_000,
    noops_on_file: 3_000,
    noops_on_database: 1_000,
    hosts: Hosts {
        tasks: 2_000,
        submission: Duration::from_secs(35),
        lease: LeaseTerms {
            beat: Duration::from_secs(1),
            patience: Duration::from_secs(4),
            length: Duration::from_secs(8),
        },
        kills: Span(1_000, 7_000),
        cuts: Span(5_000, 25_000),
        cut: Span(500, 14_000),
        crashes: Span(5_000, 10_000),
        crash: Span(0, 2_000),
        terminations: Span(1_000, 6_000),
        soon: Duration::from_mins(1),
    },
};

const SOAK: Figures = Figures {
    kills: 5_000,
    clients: Duration::from_mins(1),
    load_in_memory: Load { submissions: 1_000_000, waiters: 100_000 },
    load_on_file: Load { submissions: 100_000, waiters: 10_000 },
    sequences: 200_000,
    noops_in_memory: 1_000_000,
    noops_on_file: 100_000,
    noops_on_database: 50_000,
    hosts: Hosts {
        tasks: 20_000,
        submission: Duration::from_mins(10),
        // As they are for everybody.
        lease: LeaseTerms {
            beat: Duration::from_secs(10),
            patience: Duration::from_secs(30),
            length: Duration::from_secs(45),
        },
        kills: Span(5_000, 30_000),
        cuts: Span(30_000, 180_000),
        cut: Span(1_000, 75_000),
        crashes: Span(5_000, 40_000),
        crash: Span(0, 5_000),
        terminations: Span(2_000, 30_000),
        soon: Duration::from_mins(3),
    },
};

/// The figures of this run.
pub(crate) fn figures() -> Figures {
    if std::env::var_os("OTG_SOAK").is_some() { SOAK } else { TEST }
}

/// The seed of all random choices, said aloud: `OTG_SEED` repeats a run as far as chance goes.
pub(super) fn seed() -> u64 {
    let given = std::env::var("OTG_SEED").ok();
    let seed = given.map_or_else(|| fastrand::u64(..), |text| text.parse().expect("OTG_SEED is a number"));
    println!("OTG_SEED={seed}");
    seed
}

/// Median and maximum, for a report.
pub(super) fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let (Some(longest), Some(median)) = (times.last(), times.get(times.len() / 2)) else {
        return "none".into();
    };
    let seconds = |time: Duration| format!("{:.3} s", time.as_secs_f64());
    format!("median {}, longest {} of {}", seconds(*median), seconds(*longest), times.len())
}
