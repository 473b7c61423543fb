//! How does one wait for a moment on a clock? By an alarm, which a clock that is moved ahead rings at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::movable::MovableTime;

/// A moment that somebody waits for. A movable clock knows it until it is dropped: the moment may have come, and
/// what follows from it not yet.
#[derive(Debug)]
pub struct Alarm(When);

#[derive(Debug)]
enum When {
    System(Instant),
    Movable { time: Arc<MovableTime>, moment: i64, number: u64, moved: Arc<Notify> },
}

impl Alarm {
    pub(super) fn of_system(after: Duration) -> Self {
        Self(When::System(Instant::now() + after))
    }

    pub(super) fn of_movable(time: &Arc<MovableTime>, after: Duration, is_limit: bool) -> Self {
        let after = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
        let moment = time.steady().saturating_add(after);
        let (number, moved) = time.register(moment, is_limit);
        Self(When::Movable { time: Arc::clone(time), moment, number, moved })
    }

    /// Waits for the moment; at once where it has come.
    pub async fn rung(&self) {
        let (time, moment, moved) = match &self.0 {
            When::System(moment) => return tokio::time::sleep_until(*moment).await,
            When::Movable { time, moment, moved, .. } => (time, *moment, moved),
        };
        loop {
            // Ready for a move before the look at the time, so that none falls between.
            let mut news = std::pin::pin!(moved.notified());
            news.as_mut().enable();
            let Ok(left @ 1..) = u64::try_from(moment - time.steady()) else { return };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_micros(left)) => {}
                () = news => {}
            }
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if let When::Movable { time, number, .. } = &self.0 {
            time.unregister(*number);
        }
    }
}
