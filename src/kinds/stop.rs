//! Is an attempt to stop, and why? A sign that is given once; the first reason counts.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

/// Why an attempt is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// A user asked for the end of the task.
    Cancelled,
    /// The attempt's time is up.
    TimedOut,
    /// Someone else holds the task now.
    LeaseLost,
    /// This process ends.
    ShuttingDown,
}

impl StopReason {
    /// Whether another attempt goes on with the task.
    #[must_use]
    pub fn is_followed(self) -> bool {
        matches!(self, Self::LeaseLost | Self::ShuttingDown)
    }
}

/// The sign to stop one attempt. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    token: CancellationToken,
    reason: Arc<OnceLock<StopReason>>,
}

impl Stop {
    /// Gives the sign.
    pub fn request(&self, reason: StopReason) {
        let _ = self.reason.set(reason);
        self.token.cancel();
    }

    /// What fires with it.
    #[must_use]
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Why it was given, once it was.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        self.reason.get().copied()
    }
}
