//! What can be done with a conversation? Make it, look at it, talk, run, stop, end it.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use uuid::Uuid;

use super::HttpError;
use super::events::{ConversationError, Event, What};
use super::http::Http;
use super::state::State;

/// What a server must be able to do: a conversation that is made twice under one id is one conversation.
const MAKES_ONCE: &str = "idempotent_conversation_create_v1";

/// What a server says of itself.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ServerInfo {
    /// Its version, such as `1.58.0`.
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    capabilities: Vec<String>,
}

impl ServerInfo {
    pub(super) async fn ask(http: &Http) -> Result<Self, HttpError> {
        let info: Self = http.get("/server_info").await?;
        Ok(Self { version: http.quoted(&info.version), ..info })
    }

    /// Whether a task that goes on elsewhere finds its conversation, and pays once.
    pub(super) fn makes_once(&self) -> bool {
        self.capabilities.iter().any(|capability| capability == MAKES_ONCE)
    }
}

/// One conversation on a server. It may not exist yet, or any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conversation<'a> {
    pub(super) http: &'a Http,
    pub(super) id: Uuid,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    items: Vec<Value>,
    #[serde(default)]
    next_page_id: Option<String>,
}

impl Conversation<'_> {
    /// Makes it and has it run; one that is there already is left as it is.
    pub(super) async fn make(&self, request: &Value) -> Result<(), HttpError> {
        let made: Result<IgnoredAny, _> =
            self.http.persistently(|| self.http.post("/api/conversations", request)).await;
        made.map(drop)
    }

    /// Where it stands; `None` where there is none. Asks once.
    pub(super) async fn state(&self) -> Result<Option<State>, HttpError> {
        match self.http.get(&self.path("")).await {
            Ok(state) => Ok(Some(state)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Says something and has it run: once, even where an answer is lost.
    pub(super) async fn say(&self, text: &str) -> Result<(), HttpError> {
        let message = json!({"role": "user", "content": [{"type": "text", "text": text}], "run": true});
        let path = self.path("/events");
        // The same may have been said before.
        let before = self.http.persistently(|| self.last_request()).await?;
        let mut tries = 0;
        let say = || {
            tries += 1;
            let is_first = tries == 1;
            let (path, message, before) = (&path, &message, &before);
            async move {
                if !is_first && self.last_request().await? != *before {
                    return Ok(());
                }
                self.http.post::<IgnoredAny>(path, message).await.map(drop)
            }
        };
        self.http.persistently(say).await
    }

    /// Has it run. It may do so already.
    pub(super) async fn run(&self) -> Result<(), HttpError> {
        let (path, nothing) = (self.path("/run"), json!({}));
        let ran: Result<IgnoredAny, _> = self.http.persistently(|| self.http.post(&path, &nothing)).await;
        match ran {
            Err(HttpError::Refused { status: 409, .. }) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Stops it at once, within a call of the model too.
    pub(super) async fn interrupt(&self) -> Result<(), HttpError> {
        let stopped: Result<IgnoredAny, _> = self.http.post(&self.path("/interrupt"), &json!({})).await;
        gone_is_done(stopped.map(drop))
    }

    /// Ends it, with its processes on the server.
    pub(super) async fn delete(&self) -> Result<(), HttpError> {
        gone_is_done(self.http.delete(&self.path("")).await)
    }

    /// A page of its events, the newest first, and where the next page begins.
    pub(super) async fn events(&self, page: Option<&str>) -> Result<(Vec<Event>, Option<String>), HttpError> {
        let mut arguments = vec![("sort_order", "TIMESTAMP_DESC"), ("limit", "100")];
        arguments.extend(page.map(|page| ("page_id", page)));
        let page: Page = self.http.search(&self.path("/events/search"), &arguments).await?;
        let events = page.items.into_iter().filter_map(|item| Event::deserialize(item).ok());
        Ok((events.collect(), page.next_page_id))
    }

    /// The newest error that it ended with, and its id.
    pub(super) async fn last_error(&self) -> Result<Option<(String, ConversationError)>, HttpError> {
        let arguments =
            [("kind", "ConversationErrorEvent"), ("sort_order", "TIMESTAMP_DESC"), ("limit", "1")];
        let page: Page = self.http.search(&self.path("/events/search"), &arguments).await?;
        Ok(page.items.into_iter().find_map(|item| match Event::deserialize(item).ok()? {
            Event { id, what: What::ConversationErrorEvent(error) } => Some((id, error)),
            _ => None,
        }))
    }

    /// What the agent said last, if it is among the newest of its events.
    pub(super) async fn last_message(&self) -> Result<Option<String>, HttpError> {
        let (events, _) = self.events(None).await?;
        Ok(events.iter().find_map(Event::message))
    }

    /// The id of what it was told last, if that is among the newest of its events.
    async fn last_request(&self) -> Result<Option<String>, HttpError> {
        let (events, _) = self.events(None).await?;
        Ok(events.into_iter().find(Event::is_request).map(|event| event.id))
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/conversations/{}{rest}", self.id)
    }
}

fn gone_is_done(outcome: Result<(), HttpError>) -> Result<(), HttpError> {
    match outcome {
        Err(error) if error.is_not_found() => Ok(()),
        other => other,
    }
}
