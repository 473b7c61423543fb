//! What may an agent keep with its task, and say of it beside its work?

use std::pin::Pin;

use super::ModelTally;
use crate::task::{Failure, LogLevel, Session};

/// What becomes of [`Notes::keep_session`].
pub type Kept<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// The task's side of an agent.
pub trait Notes: Send + Sync {
    /// What of the task lives on a server.
    fn session(&self) -> Option<Session>;

    /// Keeps what of the task lives on a server from now on. Once this has answered, whoever goes on with the task
    /// finds it: to be called before it is made there, and once it is gone.
    fn keep_session(&self, session: Option<Session>) -> Kept<'_>;

    /// Takes what models do.
    fn models(&self) -> &ModelTally;

    /// Leaves a line with the task.
    fn log(&self, level: LogLevel, line: &str);
}
