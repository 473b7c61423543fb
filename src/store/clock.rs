//! What time is it? The system's, or in tests one that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};

/// Tells a store the time, in whole microseconds, which is what every store can keep.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The wall clock of this machine.
    #[default]
    System,
    /// Stands still until it is advanced; clones share the time. In microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The wall clock of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self::System
    }

    /// A clock that stands at `start` until it is advanced.
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => now_of_system(),
            Self::Manual(time) => {
                DateTime::from_timestamp_micros(time.load(Ordering::SeqCst)).unwrap_or_default()
            }
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

    /// Moves a manual clock and all its clones forward; the system's clock is left alone.
    pub fn advance(&self, step: Duration) {
        if let Self::Manual(time) = self {
            let step = i64::try_from(step.as_micros()).unwrap_or(i64::MAX);
            time.fetch_add(step, Ordering::SeqCst);
        }
    }
}

/// The system's time; a clock set before 1970 shows 1970.
fn now_of_system() -> DateTime<Utc> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let whole_microseconds = since.subsec_micros() * 1000;
    DateTime::from_timestamp(since.as_secs().cast_signed(), whole_microseconds).unwrap_or_default()
}
