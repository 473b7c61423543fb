//! How long is a provider waited for that asks to slow down? Twice, with a little chance in it, and as long as it says.

use std::time::Duration;

/// The longest that a provider's word is taken for.
const LONGEST: Duration = Duration::from_mins(1);

/// The pauses between tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Before the second try, and before the third.
    pub pauses: [Duration; 2],
}

impl Default for Throttle {
    fn default() -> Self {
        Self { pauses: [Duration::from_secs(2), Duration::from_secs(4)] }
    }
}

impl Throttle {
    /// How long to wait after so many tries, from 1; `None` where that was the last.
    pub(super) fn pause(self, tries: usize, asked: Option<Duration>) -> Option<Duration> {
        let pause = *self.pauses.get(tries.checked_sub(1)?)?;
        // Up to a quarter more, so that those who were refused together do not come back together.
        let jitter = pause.mul_f64(fastrand::f64() / 4.0);
        Some((pause + jitter).max(asked.unwrap_or_default().min(LONGEST)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_tries_with_two_and_four_seconds_between() {
        let throttle = Throttle::default();
        for (tries, seconds) in [(1, 2.0), (2, 4.0)] {
            let pause = throttle.pause(tries, None).unwrap().as_secs_f64();
            assert!((seconds..=seconds * 1.25).contains(&pause), "{pause}");
        }
        assert_eq!(throttle.pause(3, None), None);
    }

    #[test]
    fn the_word_of_a_provider_is_taken_within_reason() {
        let throttle = Throttle::default();
        assert_eq!(throttle.pause(1, Some(Duration::from_secs(20))), Some(Duration::from_secs(20)));
        assert_eq!(throttle.pause(1, Some(Duration::from_hours(20))), Some(LONGEST));
    }
}
