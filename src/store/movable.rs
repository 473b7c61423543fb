//! A time that runs with the system's and can be moved ahead: for tests in which hours are to pass at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::clock::steady_of_system;

/// The time of a movable clock.
#[derive(Debug, Default)]
pub struct MovableTime {
    /// How far ahead of the system's, in microseconds.
    ahead: AtomicI64,
    /// Who waits for which moment. Held for a look or a change only.
    awaited: Mutex<Awaited>,
}

#[derive(Debug, Default)]
struct Awaited {
    moments: BTreeMap<u64, Moment>,
    /// How many were registered: no two have one number.
    registered: u64,
}

#[derive(Debug)]
struct Moment {
    /// In microseconds of the steady time.
    at: i64,
    /// Whether somebody gives up then; else work goes on.
    is_limit: bool,
    moved: Arc<Notify>,
}

/// How far away is what is waited for? Nothing is farther than its moment: zero means that it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Upcoming {
    /// The next moment at which work goes on.
    pub step: Option<Duration>,
    /// The next moment at which somebody gives up.
    pub limit: Option<Duration>,
}

impl Upcoming {
    /// The next moment of either sort.
    #[must_use]
    pub fn next(self) -> Option<Duration> {
        self.step.into_iter().chain(self.limit).min()
    }
}

impl MovableTime {
    pub(super) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::SeqCst)
    }

    /// Microseconds on the clock that no one sets, moved ahead.
    pub(super) fn steady(&self) -> i64 {
        steady_of_system().saturating_add(self.ahead())
    }

    /// Moves the time ahead and wakes everyone who waits, to look at it again.
    pub(super) fn advance(&self, step: Duration) {
        self.ahead.fetch_add(i64::try_from(step.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
        for moment in self.awaited.lock().moments.values() {
            moment.moved.notify_waiters();
        }
    }

    pub(super) fn register(&self, at: i64, is_limit: bool) -> (u64, Arc<Notify>) {
        let mut awaited = self.awaited.lock();
        awaited.registered += 1;
        let (number, moved) = (awaited.registered, Arc::default());
        awaited.moments.insert(number, Moment { at, is_limit, moved: Arc::clone(&moved) });
        (number, moved)
    }

    pub(super) fn unregister(&self, number: u64) {
        self.awaited.lock().moments.remove(&number);
    }

    /// How many alarms were ever set: between two looks at it that are equal, nobody has begun to wait.
    pub(super) fn alarms_set(&self) -> u64 {
        self.awaited.lock().registered
    }

    /// What is waited for.
    pub(super) fn upcoming(&self) -> Upcoming {
        let now = self.steady();
        let awaited = self.awaited.lock();
        let next = |limits: bool| {
            let moments = awaited.moments.values().filter(|moment| moment.is_limit == limits);
            let next = moments.map(|moment| moment.at.saturating_sub(now)).min()?;
            Some(Duration::from_micros(u64::try_from(next).unwrap_or(0)))
        };
        Upcoming { step: next(false), limit: next(true) }
    }
}
