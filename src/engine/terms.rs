//! Which terms may a submission have? A key, some tasks to wait for, a time: checked before anything is stored.

use chrono::{TimeDelta, Utc};

use super::error::InvalidRequest;
use crate::task::Terms;

/// The longest idempotency key, in bytes.
const LONGEST_KEY: usize = 255;
/// The most tasks that one may wait for.
const MOST_DEPENDENCIES: usize = 1000;
/// How far ahead a task may be put off.
const FARTHEST: TimeDelta = TimeDelta::days(3650);

/// The terms, if there are any.
pub(super) fn checked(terms: Terms) -> Result<Option<Box<Terms>>, InvalidRequest> {
    if terms == Terms::default() {
        return Ok(None);
    }
    if let Some(key) = terms.idempotency_key.as_deref() {
        check_key(key)?;
    }
    if terms.depends_on.len() > MOST_DEPENDENCIES {
        let message = format!(
            "names {} tasks: a task may wait for {MOST_DEPENDENCIES} at most",
            terms.depends_on.len()
        );
        return Err(InvalidRequest::new("depends_on", message));
    }
    if let Some(run_at) = terms.run_at.filter(|run_at| *run_at > Utc::now() + FARTHEST) {
        let message = format!("{run_at} is more than ten years ahead: name an earlier time");
        return Err(InvalidRequest::new("run_at", message));
    }
    Ok(Some(Box::new(terms)))
}

fn check_key(key: &str) -> Result<(), InvalidRequest> {
    let refused = |message: String| Err(InvalidRequest::new("idempotency_key", message));
    if key.is_empty() {
        return refused("is empty: pass a text that is the same for the same request".to_owned());
    }
    if key.len() > LONGEST_KEY {
        return refused(format!("takes {} bytes: at most {LONGEST_KEY} are kept", key.len()));
    }
    if key.chars().any(char::is_control) {
        return refused(format!("{key:?} has control characters: leave them out"));
    }
    Ok(())
}
