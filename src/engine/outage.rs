//! What is said of a store that does not answer, and when is it asked again? That it began, each minute that it goes on, and
//! that it is over: whoever says it at each try fills the disk that may be full already.

use std::time::{Duration, Instant};

/// The first pause; each is twice the one before it.
const FIRST: Duration = Duration::from_millis(100);
/// So soon is noticed that the store is back.
const LONGEST: Duration = Duration::from_secs(1);
/// How often it is said.
const SAID: Duration = Duration::from_mins(1);

/// Tries, one after the other, that all failed.
#[derive(Debug, Default)]
pub(super) struct Outage {
    said_at: Option<Instant>,
    pause: Duration,
}

impl Outage {
    /// Another try has failed now: whether to say so.
    pub(super) fn goes_on(&mut self, now: Instant) -> bool {
        self.pause = (self.pause * 2).clamp(FIRST, LONGEST);
        let is_said = self.said_at.is_none_or(|at| now.duration_since(at) >= SAID);
        if is_said {
            self.said_at = Some(now);
        }
        is_said
    }

    /// A try did not fail: whether one before it did.
    pub(super) fn ends(&mut self) -> bool {
        std::mem::take(self).said_at.is_some()
    }

    /// How long to wait for the next try; `None` where the last did not fail.
    pub(super) fn pause(&self) -> Option<Duration> {
        self.said_at.map(|_| self.pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_when_it_begins_then_each_minute_and_when_it_is_over() {
        let mut outage = Outage::default();
        assert!(!outage.ends() && outage.pause().is_none());
        let (mut told, mut pauses) = (Vec::new(), Vec::new());
        let (began, mut passed) = (Instant::now(), Duration::ZERO);
        while passed < Duration::from_secs(150) {
            if outage.goes_on(began + passed) {
                told.push(passed.as_secs());
            }
            let pause = outage.pause().expect("it goes on");
            pauses.push(pause.as_millis());
            passed += pause;
        }
        assert_eq!((&pauses[..6], told), (&[100, 200, 400, 800, 1000, 1000][..], vec![0, 60, 120]));
        assert!(outage.ends() && !outage.ends() && outage.pause().is_none());
    }
}
