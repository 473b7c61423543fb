//! How much may there be at once? Limits on what waits and on what runs, counted over all processes of a store.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::StoreError;
use crate::task::{Kind, Lane};

/// What a store refuses, and what a claim passes over; `None` is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Tasks that wait: queued and pending, webhooks apart.
    pub queued: Option<u64>,
    /// The same for each owner.
    pub queued_per_owner: Option<u64>,
    /// Tasks that run.
    pub running: Option<u64>,
    /// The same for each owner.
    pub running_per_owner: Option<u64>,
    /// The same for some lanes.
    pub running_per_lane: BTreeMap<Lane, u64>,
    /// The same for some agents, by name, over all kinds of work that they do.
    pub running_per_agent: BTreeMap<Box<str>, u64>,
    /// Webhooks of each owner that are being delivered. They count for nothing else.
    pub delivering_per_owner: Option<u64>,
}

impl Limits {
    /// Whether anything limits a submission.
    #[must_use]
    pub fn concern_submission(&self) -> bool {
        self.queued.is_some() || self.queued_per_owner.is_some()
    }

    /// An error where `waiting` tasks are as many as may wait.
    pub(super) fn check_queue(&self, waiting: u64) -> Result<(), StoreError> {
        Self::check(self.queued, waiting, || "the queue has".to_owned())
    }

    /// An error where an owner's `waiting` tasks are as many as may wait.
    pub(super) fn check_owner(&self, owner: &str, waiting: u64) -> Result<(), StoreError> {
        Self::check(self.queued_per_owner, waiting, || match owner {
            "" => "the user of this machine has".to_owned(),
            owner => format!("owner {owner:?} has"),
        })
    }

    fn check(most: Option<u64>, waiting: u64, whose: impl Fn() -> String) -> Result<(), StoreError> {
        match most {
            Some(limit) if waiting >= limit => Err(StoreError::Full { whose: whose(), waiting, limit }),
            _ => Ok(()),
        }
    }

    /// What limits a claim of these lanes; `None` where nothing does. Webhooks take nobody's place, so that they never
    /// wait behind other work, and have a limit of their own.
    pub(super) fn of_claim(&self, lanes: &[Lane]) -> Option<Cow<'_, Self>> {
        if are_webhooks(lanes) {
            let running_per_owner = Some(self.delivering_per_owner?);
            return Some(Cow::Owned(Self { running_per_owner, ..Self::default() }));
        }
        self.concern_claims().then_some(Cow::Borrowed(self))
    }

    /// Whether anything limits a claim of other work than webhooks.
    #[must_use]
    pub fn concern_claims(&self) -> bool {
        self.running.is_some()
            || self.running_per_owner.is_some()
            || !self.running_per_lane.is_empty()
            || !self.running_per_agent.is_empty()
    }
}

fn are_webhooks(lanes: &[Lane]) -> bool {
    lanes.iter().all(|lane| lane.is_of(&Kind::Webhook))
}

/// How many tasks run, in the ways that limits count them: webhooks, or everything else.
#[derive(Debug, Clone, Default)]
pub(super) struct Running {
    of_webhooks: bool,
    /// All of them.
    pub(super) total: u64,
    pub(super) by_owner: BTreeMap<Box<str>, u64>,
    pub(super) by_lane: BTreeMap<Lane, u64>,
    pub(super) by_agent: BTreeMap<Box<str>, u64>,
}

impl Running {
    /// To count what a claim of these lanes adds to.
    pub(super) fn beside(lanes: &[Lane]) -> Self {
        Self { of_webhooks: are_webhooks(lanes), ..Self::default() }
    }

    /// Counts `number` tasks that run, where they are of the sort that is counted.
    pub(super) fn count(&mut self, owner: &str, lane: &Lane, number: u64) {
        if lane.is_of(&Kind::Webhook) != self.of_webhooks {
            return;
        }
        self.total += number;
        *self.by_owner.entry(owner.into()).or_default() += number;
        *self.by_lane.entry(lane.without_labels()).or_default() += number;
        if let Some(agent) = lane.agent() {
            *self.by_agent.entry(agent.into()).or_default() += number;
        }
    }

    /// Whether one more of this owner may run.
    pub(super) fn has_room_for_owner(&self, limits: &Limits, owner: &str) -> bool {
        let running = self.by_owner.get(owner).copied().unwrap_or_default();
        limits.running_per_owner.is_none_or(|most| running < most)
    }

    /// Whether one more of this lane may run, and its agent may do one more.
    pub(super) fn has_room_in_lane(&self, limits: &Limits, lane: &Lane) -> bool {
        let work = lane.without_labels();
        let running = self.by_lane.get(&work).copied().unwrap_or_default();
        limits.running_per_lane.get(&work).is_none_or(|most| running < *most)
            && self.has_room_at_agent(limits, lane)
    }

    fn has_room_at_agent(&self, limits: &Limits, lane: &Lane) -> bool {
        let Some(agent) = lane.agent() else { return true };
        let running = self.by_agent.get(agent).copied().unwrap_or_default();
        limits.running_per_agent.get(agent).is_none_or(|most| running < *most)
    }

    /// How many more may run at all, `wanted` at most.
    pub(super) fn room(&self, limits: &Limits, wanted: usize) -> usize {
        let room = limits.running.map_or(u64::MAX, |most| most.saturating_sub(self.total));
        wanted.min(usize::try_from(room).unwrap_or(usize::MAX))
    }

    /// The owners of whom no more may run.
    pub(super) fn full_owners<'a>(&'a self, limits: &'a Limits) -> impl Iterator<Item = &'a str> {
        let owners = self.by_owner.keys().map(|owner| &**owner);
        owners.filter(|owner| !self.has_room_for_owner(limits, owner))
    }
}
