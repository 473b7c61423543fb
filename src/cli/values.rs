//! How are the values of options read, beyond what clap can do by itself?

use chrono::{DateTime, Utc};

use crate::task::{Cursor, TaskId};

/// The longest attempt, and the longest wait: a day and ten years.
const LONGEST_ATTEMPT: f64 = 86_400.0;
const LONGEST_WAIT: f64 = 315_360_000.0;

/// Seconds of an attempt: more than 0, at most a day.
pub(super) fn attempt_seconds(text: &str) -> Result<f64, String> {
    match number(text)? {
        seconds if seconds > 0.0 && seconds <= LONGEST_ATTEMPT => Ok(seconds),
        _ => Err(format!("must be more than 0 and at most {LONGEST_ATTEMPT} seconds")),
    }
}

/// Seconds of a wait: 0 or more.
pub(super) fn wait_seconds(text: &str) -> Result<f64, String> {
    match number(text)? {
        seconds if seconds >= 0.0 => Ok(seconds.min(LONGEST_WAIT)),
        _ => Err("must be 0 or more seconds".to_owned()),
    }
}

/// Where a page ended.
pub(super) fn cursor(text: &str) -> Result<Cursor, String> {
    text.parse().map_err(|_| "is not the next_cursor of a page".to_owned())
}

/// An id, as `submit` prints it.
pub(super) fn task_id(text: &str) -> Result<TaskId, String> {
    text.trim().parse().map_err(|_| "is not an id that `submit` printed".to_owned())
}

/// A moment with its zone.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text.trim())
        .map(|moment| moment.to_utc())
        .map_err(|_| "must be a time with its zone, such as 2030-01-31T08:00:00Z or …+01:00".to_owned())
}

fn number(text: &str) -> Result<f64, String> {
    text.trim().parse().map_err(|_| "must be a number of seconds".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_takes_more_than_nothing_and_at_most_a_day() {
        assert_eq!(attempt_seconds("0.5"), Ok(0.5));
        for refused in ["0", "-1", "86401", "inf", "NaN", "soon"] {
            assert!(attempt_seconds(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_wait_may_be_nothing_or_for_ever() {
        assert_eq!(wait_seconds("0"), Ok(0.0));
        assert_eq!(wait_seconds("inf"), Ok(LONGEST_WAIT));
        for refused in ["-1", "NaN", ""] {
            assert!(wait_seconds(refused).is_err(), "{refused}");
        }
    }
}
