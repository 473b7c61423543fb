//! How does an iteration begin? With a new conversation, another message, or where an earlier attempt left off.

use uuid::Uuid;

use super::conversation::Conversation;
use super::http::Http;
use super::state::Status;
use super::{HttpError, ServerOptions};
use crate::agent::Engagement;
use crate::task::{LogLevel, Session, Usage};

/// What is to be done first.
#[derive(Debug)]
pub(super) enum Opening {
    /// Make the conversation.
    Make(Session),
    /// Say in the one that is there what is missing.
    Say(Session),
    /// It works, or has ended and nobody has looked.
    Attach(Session),
    /// Something that may be over has stopped it half-way: have it go on.
    GoOn(Session, Status),
    /// It got stuck: end it, and make another, once.
    Replace(Session),
    /// Its model is rate-limited or used up: end it, and make another with the next one.
    Rotate(Session),
}

impl Opening {
    /// Decides by what was kept with the task, and by what the server knows of it.
    pub(super) async fn decide(
        http: &Http,
        options: &ServerOptions,
        engagement: &Engagement<'_>,
    ) -> Result<Self, HttpError> {
        let Some(session) = engagement.notes.session() else {
            return Ok(Self::Make(new_session(options, engagement.iteration)));
        };
        if session.server != options.address() {
            // Our keys are for another server: it must not get them.
            let (id, server) = (session.conversation, session.server);
            let line = format!(
                "conversation {id} on {server} is left behind: another server is set now; delete it there"
            );
            engagement.notes.log(LogLevel::Warning, &line);
            return Ok(Self::Make(new_session(options, engagement.iteration)));
        }
        if session.iteration < engagement.iteration {
            return Ok(Self::Say(Session { iteration: engagement.iteration, ..session }));
        }
        let conversation = Conversation { http, id: session.conversation };
        let Some(state) = http.persistently(|| conversation.state()).await? else {
            return Ok(Self::Make(session));
        };
        Ok(match state.status {
            Status::Running | Status::Finished | Status::Unknown => Self::Attach(session),
            Status::Idle | Status::Paused | Status::Error => Self::GoOn(session, state.status),
            Status::Stuck | Status::WaitingForConfirmation | Status::Deleting => Self::Replace(session),
        })
    }
}

/// A conversation that is in nobody's way.
fn new_session(options: &ServerOptions, iteration: u32) -> Session {
    Session {
        server: options.address(),
        conversation: Uuid::new_v4(),
        iteration,
        model: 0,
        fresh_starts: 0,
        spent_before: Usage::default(),
    }
}

/// The one that follows a conversation that used this much.
pub(super) fn next_session(before: &Session, used: Usage) -> Session {
    Session { conversation: Uuid::new_v4(), spent_before: before.spent_before.plus(used), ..before.clone() }
}
