//! Is a provider that keeps failing left alone for a while? Open after so many failures in a row; after a while one
//! task may try, and its end decides.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::config::Settings;
use crate::task::{ErrorKind, Failure};

/// What is said while it is open.
const OPEN: &str = "Circuit breaker open - service temporarily unavailable";

/// When a circuit breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerTerms {
    /// Failures in a row.
    pub threshold: u32,
    /// How long nobody asks.
    pub rest: Duration,
}

impl BreakerTerms {
    /// Those of these settings; `None` where no breaker is wanted.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Self> {
        settings.circuit_breaker_enabled.then(|| Self {
            threshold: settings.circuit_breaker_failure_threshold,
            rest: Duration::from_secs(u64::from(settings.circuit_breaker_timeout_seconds)),
        })
    }
}

/// The circuit breaker of one provider.
#[derive(Debug)]
pub(super) struct Breaker {
    terms: Option<BreakerTerms>,
    /// Held for a look or a note.
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// As it should be; so many failures in a row.
    Closed(u32),
    /// Until then nobody asks.
    Open(Instant),
    /// One asks; whoever else comes waits until then.
    HalfOpen(Instant),
}

impl Breaker {
    pub(super) fn new(terms: Option<BreakerTerms>) -> Self {
        Self { terms, state: Mutex::new(State::Closed(0)) }
    }

    /// Whether the provider may be asked now; while it may not, the failure says for how long.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Failure> {
        let Some(terms) = self.terms else { return Ok(()) };
        let mut state = self.state.lock();
        match *state {
            State::Closed(_) => Ok(()),
            State::Open(until) | State::HalfOpen(until) if now < until => {
                let retry_after = Some(until - now);
                Err(Failure { retry_after, ..Failure::new(ErrorKind::Transient, OPEN) })
            }
            State::Open(_) | State::HalfOpen(_) => {
                *state = State::HalfOpen(now + terms.rest);
                Ok(())
            }
        }
    }

    /// Notes how an iteration went.
    pub(super) fn note<T>(&self, outcome: &Result<T, Failure>, now: Instant) {
        let Some(terms) = self.terms else { return };
        let mut state = self.state.lock();
        *state = match (outcome, *state) {
            (Err(failure), before) if is_the_providers(failure) => match before {
                State::Closed(failures) if failures + 1 < terms.threshold => State::Closed(failures + 1),
                _ => State::Open(now + terms.rest),
            },
            // Nothing is learnt of the provider.
            (Err(_), before) => before,
            (Ok(_), _) => State::Closed(0),
        };
    }
}

fn is_the_providers(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        ErrorKind::Transient | ErrorKind::RateLimit | ErrorKind::Quota | ErrorKind::Authentication
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: BreakerTerms = BreakerTerms { threshold: 2, rest: Duration::from_mins(1) };

    fn fail(breaker: &Breaker, kind: ErrorKind, now: Instant) {
        breaker.note::<()>(&Err(Failure::new(kind, "no")), now);
    }

    #[test]
    fn it_opens_after_so_many_failures_in_a_row_and_says_for_how_long() {
        let (breaker, now) = (Breaker::new(Some(TERMS)), Instant::now());
        fail(&breaker, ErrorKind::Transient, now);
        breaker.note(&Ok(()), now);
        fail(&breaker, ErrorKind::RateLimit, now);
        fail(&breaker, ErrorKind::Stuck, now);
        assert_eq!(breaker.admit(now), Ok(()), "not in a row, and not the provider's");
        fail(&breaker, ErrorKind::Quota, now);
        let refused = breaker.admit(now + Duration::from_secs(10)).expect_err("open");
        assert_eq!((refused.message.as_str(), refused.retry_after), (OPEN, Some(Duration::from_secs(50))));
    }

    #[test]
    fn after_a_while_one_may_try_and_its_end_decides() {
        let (breaker, now) = (Breaker::new(Some(TERMS)), Instant::now());
        fail(&breaker, ErrorKind::Transient, now);
        fail(&breaker, ErrorKind::Transient, now);
        let later = now + TERMS.rest;
        assert_eq!(breaker.admit(later), Ok(()));
        assert!(breaker.admit(later).is_err(), "one only");
        fail(&breaker, ErrorKind::Transient, later);
        assert!(breaker.admit(later).is_err(), "open again at the first failure");
        let last = later + TERMS.rest;
        assert_eq!(breaker.admit(last), Ok(()));
        breaker.note(&Ok(()), last);
        assert_eq!(breaker.admit(last), Ok(()));
        assert_eq!(breaker.admit(last), Ok(()), "closed");
    }

    #[test]
    fn without_terms_it_never_opens() {
        let (breaker, now) = (Breaker::new(None), Instant::now());
        (0..100).for_each(|_| fail(&breaker, ErrorKind::Transient, now));
        assert_eq!(breaker.admit(now), Ok(()));
    }
}
