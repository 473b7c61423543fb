//! What may happen to a store, at random.

use _core::task::{Lane, Priority};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{local_lane, noop_lane};

/// One operation; tasks are named by their place among those that are there.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Submit { owner: u8, priority: Priority, local: bool },
    Claim { lanes: Lanes, limit: usize },
    Settle { task: Index, stale: bool, end: End },
    Report { task: Index, stale: bool },
    Cancel { task: Index },
    Advance { seconds: u64 },
    Promote,
    Prune,
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
    prop_oneof![
        5 => (0..3_u8, prop::sample::select(&Priority::ALL[1..3]), any::<bool>())
            .prop_map(|(owner, priority, local)| Step::Submit { owner, priority, local }),
        4 => (lanes(), 0..4_usize).prop_map(|(lanes, limit)| Step::Claim { lanes, limit }),
        4 => (any::<Index>(), prop::bool::weighted(0.2), end())
            .prop_map(|(task, stale, end)| Step::Settle { task, stale, end }),
        1 => (any::<Index>(), any::<bool>()).prop_map(|(task, stale)| Step::Report { task, stale }),
        2 => any::<Index>().prop_map(|task| Step::Cancel { task }),
        2 => (0..5_u64).prop_map(|seconds| Step::Advance { seconds }),
        1 => Just(Step::Promote),
        1 => Just(Step::Prune),
    ]
}

fn lanes() -> impl Strategy<Value = Lanes> {
    prop_oneof![Just(Lanes::Noop), Just(Lanes::Local), Just(Lanes::Both)]
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Complete),
        Just(End::Fail),
        (0..4_u64).prop_map(|seconds| End::Retry { seconds }),
        Just(End::GiveBack),
        Just(End::Cancel),
    ]
}
