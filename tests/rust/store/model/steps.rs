//! What may happen to a store, at random.

use _core::store::Limits;
use _core::task::{Lane, Priority};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{local_lane, noop_lane};

/// One operation; tasks are named by their place among those that are there.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Submit(Wish),
    Claim { lanes: Lanes, limit: usize },
    Settle { task: Index, stale: bool, end: End },
    Report { task: Index, stale: bool },
    Log { task: Index, stale: bool, lines: usize },
    Cancel { task: Index },
    Advance { seconds: u64 },
    Jump { days: i64 },
    Promote,
    Prune,
    Heartbeat,
    Rescue,
    Restart,
    Limit(Limits),
}

/// What a submission asks for.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) owner: u8,
    pub(super) priority: Priority,
    pub(super) local: bool,
    pub(super) key: Option<u8>,
    /// Among all tasks that ever were.
    pub(super) depends_on: Vec<Index>,
    pub(super) run_in: Option<i64>,
}

/// How an attempt ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    Complete,
    Fail,
    Retry { seconds: u64 },
    GiveBack,
    Cancel,
}

/// Which lanes are claimed from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lanes {
    Noop,
    Local,
    Both,
}

impl Lanes {
    pub(super) fn includes(self, lane: &Lane) -> bool {
        match self {
            Self::Noop => *lane == noop_lane(),
            Self::Local => *lane == local_lane(),
            Self::Both => true,
        }
    }
}

/// Up to forty steps.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..40)
}

fn step() -> impl Strategy<Value = Step> {
    let stale = || prop::bool::weighted(0.2);
    prop_oneof![
        12 => wish().prop_map(Step::Submit),
        8 => (lanes(), 0..4_usize).prop_map(|(lanes, limit)| Step::Claim { lanes, limit }),
        8 => (any::<Index>(), stale(), end())
            .prop_map(|(task, stale, end)| Step::Settle { task, stale, end }),
        2 => (any::<Index>(), any::<bool>()).prop_map(|(task, stale)| Step::Report { task, stale }),
        1 => (any::<Index>(), stale(), 0..3_usize)
            .prop_map(|(task, stale, lines)| Step::Log { task, stale, lines }),
        4 => any::<Index>().prop_map(|task| Step::Cancel { task }),
        4 => (0..5_u64).prop_map(|seconds| Step::Advance { seconds }),
        1 => prop::sample::select(vec![-365, 365]).prop_map(|days| Step::Jump { days }),
        3 => Just(Step::Promote),
        2 => Just(Step::Prune),
        2 => Just(Step::Heartbeat),
        3 => Just(Step::Rescue),
        1 => Just(Step::Restart),
        1 => limits().prop_map(Step::Limit),
    ]
}

fn wish() -> impl Strategy<Value = Wish> {
    let key = prop::option::weighted(0.2, 0..3_u8);
    let depends_on = prop_oneof![
        3 => Just(Vec::new()),
        1 => prop::collection::vec(any::<Index>(), 1..4),
    ];
    let run_in = prop::option::weighted(0.15, -1..5_i64);
    let what = (0..3_u8, prop::sample::select(&Priority::ALL[1..3]), prop::bool::weighted(0.3));
    (what, key, depends_on, run_in).prop_map(|((owner, priority, local), key, depends_on, run_in)| Wish {
        owner,
        priority,
        local,
        key,
        depends_on,
        run_in,
    })
}

fn lanes() -> impl Strategy<Value = Lanes> {
    prop_oneof![Just(Lanes::Noop), Just(Lanes::Local), Just(Lanes::Both)]
}

fn limits() -> impl Strategy<Value = Limits> {
    let limit = || prop::option::of(0..6_u64);
    let waiting = (limit(), limit());
    let running = (limit(), limit(), limit(), limit());
    (waiting, running).prop_map(|((queued, of_owner), (running, each, lane, agent))| Limits {
        queued,
        queued_per_owner: of_owner,
        running,
        running_per_owner: each,
        running_per_lane: lane.map(|most| (local_lane(), most)).into_iter().collect(),
        running_per_agent: agent.map(|most| ("local".into(), most)).into_iter().collect(),
        // There are no webhooks in it.
        delivering_per_owner: None,
    })
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        3 => Just(End::Complete),
        2 => Just(End::Fail),
        1 => (0..4_u64).prop_map(|seconds| End::Retry { seconds }),
        1 => Just(End::GiveBack),
        1 => Just(End::Cancel),
    ]
}
