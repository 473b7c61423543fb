//! Who works on a store? What is shown of a process that takes part.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Labels, Lane, ProcessId, TaskId};

/// A living process that runs tasks of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its id, made anew at each start.
    pub process: ProcessId,
    /// Where and what it is.
    #[serde(flatten)]
    pub program: Program,
    /// What it works, whatever labels that requires.
    pub lanes: Vec<Lane>,
    /// What its machine has: it runs tasks that require nothing else.
    pub labels: Labels,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// When it last renewed its lease.
    pub seen_at: DateTime<Utc>,
    /// What it runs now.
    pub running: Vec<TaskId>,
}

impl Member {
    /// The lanes without labels, and the labels, of a process that claims from these lanes.
    pub(crate) fn abilities(claimed: impl IntoIterator<Item = Lane>) -> (Vec<Lane>, Labels) {
        let (mut lanes, mut widest) = (Vec::new(), Labels::default());
        for lane in claimed {
            let work = lane.without_labels();
            if !lanes.contains(&work) {
                lanes.push(work);
            }
            // Whoever has labels claims from the lane that requires all of them.
            let labels = Labels::of(lane.labels()).unwrap_or_default();
            if labels.iter().count() > widest.iter().count() {
                widest = labels;
            }
        }
        (lanes, widest)
    }
}

/// A running program of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Program {
    /// The name of its machine.
    pub host: Box<str>,
    /// Its number there.
    pub pid: u32,
    /// Our version in it.
    pub version: Box<str>,
}

impl Program {
    /// This one.
    #[must_use]
    pub fn this() -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into();
        Self { host, pid: std::process::id(), version: env!("CARGO_PKG_VERSION").into() }
    }
}
