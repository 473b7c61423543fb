//! What time is it? The system's, or in tests one that is set by hand or runs ahead.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, TimeDelta, Utc};
use rustix::time::{ClockId, clock_gettime};

use super::alarm::Alarm;
use super::movable::{MovableTime, Upcoming};

/// Tells a store the time, in whole microseconds, which is what every store can keep.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The clocks of this machine.
    #[default]
    System,
    /// Stands still until it is advanced; clones share the time.
    Manual(Arc<ManualTime>),
    /// Runs with the clocks of this machine, as far ahead of them as it was moved; clones share the time.
    Movable(Arc<MovableTime>),
}

/// The time of a manual clock.
#[derive(Debug)]
pub struct ManualTime {
    /// What people call the time, in microseconds since 1970.
    wall: AtomicI64,
    /// What no one sets, in microseconds since some moment.
    steady: AtomicI64,
}

impl Clock {
    /// The clocks of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self::System
    }

    /// A clock that stands at `start` until it is advanced.
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> Self {
        let (wall, steady) = (AtomicI64::new(start.timestamp_micros()), AtomicI64::new(0));
        Self::Manual(Arc::new(ManualTime { wall, steady }))
    }

    /// A clock that shows the time of this machine until it is moved ahead.
    #[must_use]
    pub fn movable() -> Self {
        Self::Movable(Arc::default())
    }

    /// The time now, as people tell it: it jumps when someone sets the clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => now_of_system(),
            Self::Manual(time) => {
                DateTime::from_timestamp_micros(time.wall.load(Ordering::SeqCst)).unwrap_or_default()
            }
            Self::Movable(time) => now_of_system() + TimeDelta::microseconds(time.ahead()),
        }
    }

    /// Microseconds on the clock that no one sets; it means the same in every process, until the machine boots.
    #[must_use]
    pub fn steady(&self) -> i64 {
        match self {
            Self::System => steady_of_system(),
            Self::Manual(time) => time.steady.load(Ordering::SeqCst),
            Self::Movable(time) => time.steady(),
        }
    }

    /// The time `age` ago; the beginning of time for an age beyond it.
    #[must_use]
    pub fn before(&self, age: Duration) -> DateTime<Utc> {
        chrono::TimeDelta::from_std(age)
            .ok()
            .and_then(|age| self.now().checked_sub_signed(age))
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// Moves a manual or movable clock and all its clones forward; the system's clock is left alone.
    pub fn advance(&self, step: Duration) {
        match self {
            Self::System => {}
            Self::Manual(time) => {
                let step = i64::try_from(step.as_micros()).unwrap_or(i64::MAX);
                time.wall.fetch_add(step, Ordering::SeqCst);
                time.steady.fetch_add(step, Ordering::SeqCst);
            }
            Self::Movable(time) => time.advance(step),
        }
    }

    /// An alarm so long from now, at which work goes on. A manual clock has only those of the system.
    #[must_use]
    pub fn alarm(&self, after: Duration) -> Alarm {
        match self {
            Self::System | Self::Manual(_) => Alarm::of_system(after),
            Self::Movable(time) => Alarm::of_movable(time, after, false),
        }
    }

    /// An alarm so long from now, at which somebody gives up.
    #[must_use]
    pub fn limit(&self, after: Duration) -> Alarm {
        match self {
            Self::System | Self::Manual(_) => Alarm::of_system(after),
            Self::Movable(time) => Alarm::of_movable(time, after, true),
        }
    }

    /// What a future comes to, if it does so within `limit`.
    pub async fn within<F: Future>(&self, limit: Duration, future: F) -> Option<F::Output> {
        let Self::Movable(_) = self else { return tokio::time::timeout(limit, future).await.ok() };
        let limit = self.limit(limit);
        tokio::select! {
            biased;
            output = future => Some(output),
            () = limit.rung() => None,
        }
    }

    /// What is waited for on a movable clock; the others do not know.
    #[must_use]
    pub fn upcoming(&self) -> Upcoming {
        match self {
            Self::System | Self::Manual(_) => Upcoming::default(),
            Self::Movable(time) => time.upcoming(),
        }
    }

    /// How many alarms were ever set on a movable clock: between two equal answers nobody has begun to wait.
    #[must_use]
    pub fn alarms_set(&self) -> u64 {
        match self {
            Self::System | Self::Manual(_) => 0,
            Self::Movable(time) => time.alarms_set(),
        }
    }

    /// Sets a manual clock and all its clones forward or back, as people and time servers do.
    pub fn jump(&self, step: TimeDelta) {
        if let Self::Manual(time) = self {
            time.wall.fetch_add(step.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
        }
    }
}

/// The system's time; a clock set before 1970 shows 1970.
fn now_of_system() -> DateTime<Utc> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let whole_microseconds = since.subsec_micros() * 1000;
    DateTime::from_timestamp(since.as_secs().cast_signed(), whole_microseconds).unwrap_or_default()
}

pub(super) fn steady_of_system() -> i64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec.saturating_mul(1_000_000) + time.tv_nsec / 1000
}

/// Which boot of this machine it is: the steady clock of another one says nothing. Where the system does not
/// tell, all are taken for one, and only the locks of processes tell the living from the dead.
pub(super) fn boot() -> &'static str {
    static BOOT: LazyLock<String> = LazyLock::new(|| {
        let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        read.map_or_else(|_| "unknown".to_owned(), |id| id.trim().to_owned())
    });
    &BOOT
}
