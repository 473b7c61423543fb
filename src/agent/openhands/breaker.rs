//! Is a provider that keeps failing left alone for a while? Open after so many failures in a row; after a while one
//! task may try, and its end decides.

use std::sync::Arc;
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

/// The circuit breaker of one provider. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Breaker {
    terms: Option<BreakerTerms>,
    /// Held for a look or a note.
    record: Arc<Mutex<Record>>,
}

/// What is known of the provider.
#[derive(Debug, Clone, Copy)]
struct Record {
    /// Failures in a row.
    failures: u32,
    phase: Phase,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// As it should be.
    Closed,
    /// Until then nobody asks.
    Open(Instant),
    /// One asks; whoever else comes waits until then.
    HalfOpen(Instant),
}

/// Where a circuit breaker stands, for people and programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerStanding {
    /// `closed`, `open`, or `half_open`: one may try, or does.
    pub state: &'static str,
    /// Failures in a row.
    pub failures: u32,
    /// How long nobody else asks; `None` where somebody may now.
    pub retry_after: Option<Duration>,
}

impl Breaker {
    pub(super) fn new(terms: Option<BreakerTerms>) -> Self {
        let record = Record { failures: 0, phase: Phase::Closed };
        Self { terms, record: Arc::new(Mutex::new(record)) }
    }

    /// Where it stands; `None` where no breaker is wanted.
    #[must_use]
    pub fn standing(&self, now: Instant) -> Option<BreakerStanding> {
        self.terms?;
        let Record { failures, phase } = *self.record.lock();
        let (state, until) = match phase {
            Phase::Closed => ("closed", now),
            Phase::Open(until) if now < until => ("open", until),
            Phase::Open(until) | Phase::HalfOpen(until) => ("half_open", until),
        };
        let retry_after = until.checked_duration_since(now).filter(|left| !left.is_zero());
        Some(BreakerStanding { state, failures, retry_after })
    }

    /// Whether the provider may be asked now; while it may not, the failure says for how long.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Failure> {
        let Some(terms) = self.terms else { return Ok(()) };
        let mut record = self.record.lock();
        match record.phase {
            Phase::Closed => Ok(()),
            Phase::Open(until) | Phase::HalfOpen(until) if now < until => {
                let retry_after = Some(until - now);
                Err(Failure { retry_after, ..Failure::new(ErrorKind::Transient, OPEN) })
            }
            Phase::Open(_) | Phase::HalfOpen(_) => {
                record.phase = Phase::HalfOpen(now + terms.rest);
                Ok(())
            }
        }
    }

    /// Notes how an iteration went.
    pub(super) fn note<T>(&self, outcome: &Result<T, Failure>, now: Instant) {
        let Some(terms) = self.terms else { return };
        let mut record = self.record.lock();
        match outcome {
            Ok(_) => *record = Record { failures: 0, phase: Phase::Closed },
            Err(failure) if is_the_providers(failure) => {
                record.failures = record.failures.saturating_add(1);
                let is_closed = matches!(record.phase, Phase::Closed);
                if !is_closed || record.failures >= terms.threshold {
                    record.phase = Phase::Open(now + terms.rest);
                }
            }
            // Nothing is learnt of the provider.
            Err(_) => {}
        }
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
    fn it_tells_where_it_stands() {
        let (breaker, now) = (Breaker::new(Some(TERMS)), Instant::now());
        let told = |now| breaker.standing(now).map(|told| (told.state, told.failures, told.retry_after));
        assert_eq!(told(now), Some(("closed", 0, None)));
        fail(&breaker, ErrorKind::Transient, now);
        assert_eq!(told(now), Some(("closed", 1, None)));
        fail(&breaker, ErrorKind::Transient, now);
        assert_eq!(told(now), Some(("open", 2, Some(TERMS.rest))));
        let later = now + TERMS.rest;
        assert_eq!(told(later), Some(("half_open", 2, None)), "somebody may try");
        assert_eq!(breaker.clone().admit(later), Ok(()));
        assert_eq!(told(later), Some(("half_open", 2, Some(TERMS.rest))), "somebody does");
        breaker.note(&Ok(()), later);
        assert_eq!(told(later), Some(("closed", 0, None)));
    }

    #[test]
    fn without_terms_it_never_opens() {
        let (breaker, now) = (Breaker::new(None), Instant::now());
        (0..100).for_each(|_| fail(&breaker, ErrorKind::Transient, now));
        assert_eq!(breaker.standing(now), None);
        assert_eq!(breaker.admit(now), Ok(()));
    }
}
