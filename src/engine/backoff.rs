//! How long until the next try? Doubling from a base, half of it at random, never less than the provider asks.

use std::time::Duration;

const LONGEST: Duration = Duration::from_mins(1);

/// Who asks for more than this is not waited for that long.
const LONGEST_ASKED: Duration = Duration::from_hours(1);

/// The delay before retry number `retry` (from 1): between half and all of `base * 2^(retry - 1)`, at most a
/// minute, and at least `asked`, of which an hour counts.
pub(super) fn delay(base: Duration, retry: u32, asked: Option<Duration>) -> Duration {
    let doublings = retry.saturating_sub(1).min(16);
    let full = base.saturating_mul(1 << doublings).min(LONGEST);
    let jittered = full.mul_f64(fastrand::f64().mul_add(0.5, 0.5));
    jittered.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_with_jitter_up_to_a_minute() {
        let base = Duration::from_secs(1);
        for (retry, full) in [(1, 1), (2, 2), (3, 4), (7, 60), (u32::MAX, 60)] {
            let full = Duration::from_secs(full);
            for _ in 0..100 {
                let delay = delay(base, retry, None);
                assert!(delay >= full / 2 && delay <= full, "retry {retry}: {delay:?}");
            }
        }
    }

    #[test]
    fn the_provider_may_ask_for_more_time() {
        let asked = Duration::from_secs(90);
        assert_eq!(delay(Duration::from_secs(1), 1, Some(asked)), asked);
        assert_eq!(delay(Duration::from_secs(1), 1, Some(Duration::MAX)), LONGEST_ASKED);
    }
}
