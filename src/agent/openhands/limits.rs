//! When has an agent had enough? Time, silence, money, tokens: the limits that a server does not keep.

use std::time::{Duration, Instant};

use crate::task::{ErrorKind, Failure, Remote, Usage};

/// The limits of one run.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    deadline: Instant,
    no_progress: Duration,
    max_micro_usd: Option<u64>,
    max_tokens: Option<u64>,
    /// What is said when the time is up.
    out_of_time: &'static str,
    /// When something new was heard last.
    last_news: Instant,
}

impl Limits {
    /// Those of a task, for a run that begins now and may take this long.
    pub(super) fn new(remote: &Remote, time: Duration, out_of_time: &'static str, now: Instant) -> Self {
        Self {
            deadline: now + time,
            no_progress: Duration::from_secs(remote.no_progress_seconds),
            max_micro_usd: remote.max_micro_usd,
            max_tokens: remote.max_tokens,
            out_of_time,
            last_news: now,
        }
    }

    /// Something new was heard.
    pub(super) fn news(&mut self, now: Instant) {
        self.last_news = now;
    }

    /// When to look again, if nothing happens.
    pub(super) fn next(&self) -> Instant {
        self.deadline.min(self.last_news + self.no_progress)
    }

    /// The limit that is reached, if one is; `used` is that of the whole task.
    pub(super) fn reached(&self, used: Usage, now: Instant) -> Option<Failure> {
        if let Some(failure) = self.spent(used) {
            return Some(failure);
        }
        if now >= self.deadline {
            return Some(Failure::new(ErrorKind::Timeout, self.out_of_time));
        }
        (now >= self.last_news + self.no_progress).then(|| {
            let seconds = self.no_progress.as_secs();
            let message = format!(
                "the agent said nothing new for {seconds} s and was stopped; raise OPENHANDS_NO_PROGRESS_SECONDS if \
                 its model is slow"
            );
            Failure::new(ErrorKind::Stuck, message)
        })
    }

    fn spent(&self, used: Usage) -> Option<Failure> {
        let stopped = |what: String, setting: &str| {
            Some(Failure::new(
                ErrorKind::Budget,
                format!("the agent was stopped: it used {what}; raise {setting}"),
            ))
        };
        if let (Some(limit), Some(cost)) = (self.max_micro_usd, used.cost_usd) {
            let limit = usd(limit);
            if cost >= limit {
                return stopped(format!("{cost:.4} of {limit:.4} US dollars"), "OPENHANDS_MAX_COST_USD");
            }
        }
        let limit = self.max_tokens.filter(|limit| used.tokens() >= *limit)?;
        stopped(format!("{} of {limit} tokens", used.tokens()), "OPENHANDS_MAX_TOKENS")
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52 millionths")]
fn usd(micro: u64) -> f64 {
    micro as f64 / 1e6
}
