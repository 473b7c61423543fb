//! Is a run over, and how? The rule that decides, over what is seen of a conversation and when.
//!
//! Only the state as a whole counts, asked for or sent after the run was ordered: single events are repeated, late
//! and out of order. What a run began with does not end it, unless nothing else is seen for a while. `error` and
//! `stuck` are final from any source; `finished` is once the socket says so, or a look at the server for a while.

use std::time::{Duration, Instant};

use super::state::Status;

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The state that the socket sends.
    Socket,
    /// The state that was asked for.
    Rest,
}

/// How a run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The agent says that it is done. It proves nothing.
    Finished,
    /// It broke off.
    Error,
    /// It went round in circles.
    Stuck,
    /// The server went down and has come back.
    Paused,
    /// It wants what nobody will give.
    Waiting,
    /// The conversation is going away.
    Deleted,
}

/// The rule, for one run.
#[derive(Debug, Clone)]
pub(super) struct Done {
    /// Where the conversation stood when the run was ordered; `None` where it runs already, for all we know.
    before: Option<Status>,
    ordered_at: Instant,
    has_begun: bool,
    /// Since when the server says `finished` each time that it is asked.
    finished_since: Option<Instant>,
    begin: Duration,
    settle: Duration,
}

impl Done {
    /// A run ordered now. `begin` is how long it may look as before, `settle` how long `finished` must last where
    /// only the server says so.
    pub(super) fn new(before: Option<Status>, begin: Duration, settle: Duration, now: Instant) -> Self {
        Self { before, ordered_at: now, has_begun: before.is_none(), finished_since: None, begin, settle }
    }

    /// Takes in one state; answers the end of the run where that is one.
    pub(super) fn see(&mut self, status: Status, source: Source, now: Instant) -> Option<Ending> {
        if self.before != Some(status) || now.duration_since(self.ordered_at) >= self.begin {
            self.has_begun = true;
        }
        if status != Status::Finished {
            self.finished_since = None;
        }
        if !self.has_begun {
            return None;
        }
        match status {
            Status::Idle | Status::Running | Status::Unknown => None,
            Status::Finished => self.see_finished(source, now),
            Status::Error => Some(Ending::Error),
            Status::Stuck => Some(Ending::Stuck),
            Status::Paused => Some(Ending::Paused),
            Status::WaitingForConfirmation => Some(Ending::Waiting),
            Status::Deleting => Some(Ending::Deleted),
        }
    }

    fn see_finished(&mut self, source: Source, now: Instant) -> Option<Ending> {
        let since = *self.finished_since.get_or_insert(now);
        let is_stable = now.duration_since(since) >= self.settle;
        (source == Source::Socket || is_stable).then_some(Ending::Finished)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BEGIN: Duration = Duration::from_secs(10);
    const SETTLE: Duration = Duration::from_secs(30);

    /// Sees these states, a second apart; answers the first end and when it was.
    fn end_of(before: Option<Status>, seen: &[(Status, Source)]) -> Option<(Ending, usize)> {
        let begin = Instant::now();
        let mut done = Done::new(before, BEGIN, SETTLE, begin);
        seen.iter().enumerate().find_map(|(second, (status, source))| {
            let now = begin + Duration::from_secs(second as u64);
            done.see(*status, *source, now).map(|ending| (ending, second))
        })
    }

    #[test]
    fn the_socket_says_finished_once() {
        let seen = [(Status::Running, Source::Socket), (Status::Finished, Source::Socket)];
        assert_eq!(end_of(Some(Status::Idle), &seen), Some((Ending::Finished, 1)));
    }

    #[test]
    fn the_server_must_say_finished_for_a_while() {
        let seen = [(Status::Finished, Source::Rest); 40];
        assert_eq!(end_of(Some(Status::Idle), &seen), Some((Ending::Finished, 30)));
        let mut with_a_relapse = seen;
        with_a_relapse[20].0 = Status::Running;
        assert_eq!(end_of(Some(Status::Idle), &with_a_relapse), None);
    }

    #[test]
    fn what_a_run_began_with_does_not_end_it_before_it_had_time_to_begin() {
        for (before, ending) in [
            (Status::Error, Ending::Error),
            (Status::Paused, Ending::Paused),
            (Status::Finished, Ending::Finished),
        ] {
            let seen = [(before, Source::Socket); 20];
            assert_eq!(end_of(Some(before), &seen), Some((ending, 10)), "{before:?}");
            assert_eq!(end_of(None, &seen), Some((ending, 0)), "it was there when we came");
            let begun = [(before, Source::Rest), (Status::Running, Source::Rest), (before, Source::Socket)];
            assert_eq!(end_of(Some(before), &begun), Some((ending, 2)));
        }
    }

    fn status() -> impl Strategy<Value = Status> {
        prop_oneof![
            Just(Status::Idle),
            Just(Status::Running),
            Just(Status::Paused),
            Just(Status::Finished),
            Just(Status::Error),
            Just(Status::Stuck),
            Just(Status::Unknown),
        ]
    }

    proptest! {
        #[test]
        fn an_end_is_what_was_seen_last_and_never_what_was_there_before_all(
            before in proptest::option::of(status()),
            seen in proptest::collection::vec((status(), prop_oneof![Just(Source::Socket), Just(Source::Rest)]), 1..60),
        ) {
            let Some((ending, second)) = end_of(before, &seen) else { return Ok(()) };
            let last = seen[second].0;
            let expected = match last {
                Status::Finished => Ending::Finished,
                Status::Error => Ending::Error,
                Status::Stuck => Ending::Stuck,
                Status::Paused => Ending::Paused,
                other => return Err(TestCaseError::fail(format!("{other:?} ended a run"))),
            };
            prop_assert_eq!(ending, expected);
            let has_moved = seen[..=second].iter().any(|(status, _)| Some(*status) != before);
            prop_assert!(before.is_none() || has_moved || second >= 10, "it had not begun");
            if last == Status::Finished && seen[second].1 == Source::Rest {
                let stable = seen[..=second].iter().rev().take_while(|(status, _)| *status == Status::Finished);
                prop_assert!(stable.count() > 30, "not for long enough");
            }
        }

        #[test]
        fn a_state_that_lasts_ends_every_run(before in proptest::option::of(status()), last in status()) {
            let is_over = !matches!(last, Status::Idle | Status::Running | Status::Unknown);
            prop_assert_eq!(end_of(before, &[(last, Source::Rest); 60]).is_some(), is_over);
        }
    }
}
