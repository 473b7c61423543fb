//! What does an answer mean? Taken, to be tried again, or not to be taken at all; and when is the next try?

use std::time::Duration;

use super::sender::{Answer, Unsent};
use crate::task::{ErrorKind, Failure};

/// How often a message is tried again: for less than a day, for which tasks are kept.
pub(super) const RETRIES: u32 = 24;
/// The longest pause, also where the receiver asks for more.
const LONGEST: Duration = Duration::from_hours(1);
/// The pauses before the first retries, in seconds; all others are as long as may be.
const PAUSES: [u32; 5] = [5, 30, 120, 600, 1800];

/// Whether an answer is that of someone who has the message.
pub(super) fn judge(answer: &Answer) -> Result<(), Failure> {
    let status = answer.status;
    let says = format!("the receiver answered {status}");
    match status.as_u16() {
        200..=299 => Ok(()),
        429 => Err(Failure::new(ErrorKind::RateLimit, says)),
        408 | 425 | 500..=599 => Err(Failure::new(ErrorKind::Transient, says)),
        410 => Err(Failure::new(ErrorKind::Refused, format!("{says}: it wants no more"))),
        300..=399 => Err(Failure::new(ErrorKind::Refused, format!("{says}: webhooks follow no redirect"))),
        _ => Err(Failure::new(ErrorKind::Refused, says)),
    }
}

/// What it means that there is no answer.
pub(super) fn judge_unsent(unsent: Unsent) -> Failure {
    match unsent {
        Unsent::NotPublic(reason) => Failure::new(ErrorKind::Refused, reason),
        Unsent::Unreachable(reason) => Failure::new(ErrorKind::Transient, reason),
    }
}

/// The pause after a try that failed, the first being number 1; the receiver may ask for a longer one. `second` is how
/// long a second of the plan takes.
pub(super) fn pause(failed: u32, second: Duration, asked: Option<Duration>) -> Duration {
    let planned = usize::try_from(failed).ok().and_then(|number| PAUSES.get(number.checked_sub(1)?));
    let planned = planned.map_or(second.saturating_mul(3600), |seconds| second.saturating_mul(*seconds));
    planned.max(asked.unwrap_or_default()).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;

    #[test]
    fn an_answer_is_taken_tried_again_or_final() {
        let kind = |status: u16| {
            let answer = Answer { status: StatusCode::from_u16(status).unwrap(), retry_after: None };
            judge(&answer).err().map(|failure| failure.kind.is_retryable())
        };
        for status in [200, 202, 204] {
            assert_eq!(kind(status), None, "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 599] {
            assert_eq!(kind(status), Some(true), "{status}");
        }
        for status in [301, 302, 307, 308, 400, 401, 403, 404, 410, 422, 600] {
            assert_eq!(kind(status), Some(false), "{status}");
        }
    }

    #[test]
    fn all_tries_are_over_before_the_task_is_removed() {
        let second = Duration::from_secs(1);
        let all: Duration = (1..=RETRIES).map(|failed| pause(failed, second, None)).sum();
        assert!(all > Duration::from_hours(19) && all < Duration::from_hours(23), "{all:?}");
        assert_eq!(pause(1, second, Some(Duration::from_secs(90))), Duration::from_secs(90));
        assert_eq!(pause(1, second, Some(Duration::MAX)), LONGEST);
    }
}
