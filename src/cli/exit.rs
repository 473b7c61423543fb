//! Which exit code does the command end with? Of several, the highest.

use std::fmt::Write as _;

use crate::engine::{EngineError, Finished};
use crate::store::StoreError;
use crate::task::ErrorKind;

/// How a run of the command ended, ordered by exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All was done.
    #[default]
    Done = 0,
    /// A task failed, or its tests reach too little of the module.
    TaskFailed = 1,
    /// The command line, or what it asks for, makes no sense.
    Usage = 2,
    /// Settings, a key, the store or the machine need attention.
    Configuration = 3,
    /// The provider of the model could not serve.
    Provider = 4,
    /// The agent did not get there.
    Agent = 5,
    /// A bug of ours.
    Internal = 6,
    /// No task has this id.
    NotFound = 7,
    /// `migrate --check` found something to do.
    Outdated = 8,
    /// `--wait-timeout` passed; the task goes on.
    WaitTimedOut = 124,
    /// Ctrl-C.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// What each code means, for `--help`.
    const MEANINGS: [(Self, &str); 12] = [
        (Self::Done, "done"),
        (Self::TaskFailed, "a task failed, or reached too little coverage"),
        (Self::Usage, "the command line makes no sense"),
        (Self::Configuration, "settings, a key, the store or the machine need attention"),
        (Self::Provider, "the provider of the model could not serve"),
        (Self::Agent, "the agent did not get there"),
        (Self::Internal, "a bug of ours"),
        (Self::NotFound, "no task has this id"),
        (Self::Outdated, "migrate --check: the store's schema is to be brought up to date"),
        (Self::WaitTimedOut, "--wait-timeout passed; the task goes on"),
        (Self::Interrupted, "Ctrl-C"),
        (Self::Terminated, "SIGTERM"),
    ];

    /// The way of ending that has this number.
    pub(super) fn of_code(code: i32) -> Option<Self> {
        Self::MEANINGS.iter().map(|(exit, _)| *exit).find(|exit| exit.code() == code)
    }

    /// The number that the process ends with.
    #[must_use]
    pub fn code(self) -> i32 {
        self as i32
    }

    /// The code of a final task.
    pub(super) fn of_task(finished: &Finished) -> Self {
        match finished.failure() {
            _ if finished.is_success() => Self::Done,
            Some(failure) => Self::of_failure(failure.kind),
            None => Self::TaskFailed,
        }
    }

    /// The code of a failed task, by what sort of failure it was.
    pub(super) fn of_failure(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidModule
            | ErrorKind::Verification
            | ErrorKind::CoverageGap
            | ErrorKind::Cancelled
            | ErrorKind::Lost
            | ErrorKind::Dependency
            | ErrorKind::Expired => Self::TaskFailed,
            ErrorKind::Config | ErrorKind::Authentication | ErrorKind::Environment => Self::Configuration,
            ErrorKind::RateLimit | ErrorKind::Quota | ErrorKind::Transient => Self::Provider,
            ErrorKind::Timeout
            | ErrorKind::Stuck
            | ErrorKind::Budget
            | ErrorKind::Protocol
            | ErrorKind::Refused => Self::Agent,
            ErrorKind::Internal => Self::Internal,
        }
    }

    /// The code of a call that the engine refused.
    pub(super) fn of_engine(error: &EngineError) -> Self {
        match error {
            EngineError::TaskNotFound { .. } => Self::NotFound,
            EngineError::InvalidRequest(_) => Self::Usage,
            EngineError::WaitTimedOut { .. } => Self::WaitTimedOut,
            EngineError::QueueFull { .. }
            | EngineError::Store(
                StoreError::Unusable { .. } | StoreError::ReadOnly { .. } | StoreError::Database(_),
            ) => Self::Configuration,
            EngineError::Closed | EngineError::Store(_) => Self::Internal,
        }
    }

    /// The last paragraph of `--help`.
    pub(super) fn help() -> String {
        let mut text = "Exit codes (of several, the highest):".to_owned();
        for (exit, meaning) in Self::MEANINGS {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n  {:>3}  {meaning}", exit.code());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_codes_the_highest_counts() {
        let codes = [Exit::TaskFailed, Exit::Done, Exit::Agent, Exit::Configuration];
        assert_eq!(codes.into_iter().max(), Some(Exit::Agent));
        assert!(Exit::Terminated > Exit::Interrupted && Exit::Interrupted > Exit::WaitTimedOut);
    }

    #[test]
    fn every_code_means_one_way_of_ending() {
        for (exit, _) in Exit::MEANINGS {
            assert_eq!(Exit::of_code(exit.code()), Some(exit));
        }
        assert_eq!(Exit::of_code(9), None);
    }

    #[test]
    fn every_error_kind_fails_the_command() {
        for kind in ErrorKind::ALL {
            let exit = Exit::of_failure(*kind);
            assert!((1..=6).contains(&exit.code()) && exit != Exit::Usage, "{kind}: {exit:?}");
        }
    }

    #[test]
    fn error_kinds_are_told_apart() {
        for (kind, exit) in [
            (ErrorKind::CoverageGap, Exit::TaskFailed),
            (ErrorKind::InvalidModule, Exit::TaskFailed),
            (ErrorKind::Environment, Exit::Configuration),
            (ErrorKind::Quota, Exit::Provider),
            (ErrorKind::Timeout, Exit::Agent),
            (ErrorKind::Internal, Exit::Internal),
        ] {
            assert_eq!(Exit::of_failure(kind), exit, "{kind}");
        }
    }

    #[test]
    fn the_help_names_every_code() {
        let help = Exit::help();
        for code in ["  0  done", "  7  no task", "124  --wait-timeout", "130  Ctrl-C", "143  SIGTERM"] {
            assert!(help.contains(code), "{code} in {help}");
        }
    }
}
