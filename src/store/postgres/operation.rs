//! What can be asked of the database? An [`Operation`], done in a transaction of its own or in one statement.

use std::future::Future;
use std::time::Duration;

use super::session::Session;
use crate::store::StoreError;

/// How an operation is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Reads, in statements that see what there is.
    Reading,
    /// Writes, in one statement that stands for itself.
    Statement,
    /// Writes what it read under locks.
    Transaction,
}

/// When other processes hear of what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Never,
    /// With the next thing that they are told, or a moment later: nobody waits for it.
    Soon,
    AtOnce,
}

impl Told {
    /// The same where something was done to so many, else never.
    pub(super) fn of(self, number: usize) -> Self {
        if number == 0 { Self::Never } else { self }
    }
}

/// Something that is done on one connection.
pub(super) trait Operation: Send + Sync + 'static {
    /// What the caller gets.
    type Answer: Send + 'static;

    /// How it is done.
    const WAY: Way = Way::Transaction;

    /// Whether it may be done once more where nobody knows whether it was done: the second time changes nothing, or
    /// nothing that matters.
    const IS_REPEATABLE: bool = false;

    /// How long a try may take: a host that was cut off gives no other sign. `None` where that is a
    /// little longer than a statement may take.
    const ANSWER: Option<Duration> = None;

    /// When other processes hear of it. What changed nothing is not told: they would look, and tell in turn.
    fn told(_: &Self::Answer) -> Told {
        Told::AtOnce
    }

    /// Does it. May be done again from the start, after what it did was undone.
    fn apply(&self, session: &mut Session) -> impl Future<Output = Result<Self::Answer, StoreError>> + Send;
}
