//! What is there on the server: conversations, what is to come, and what was asked for.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::run::Step;

/// Everything that the server knows.
#[expect(clippy::struct_excessive_bools, reason = "each is a manner of its own")]
pub(crate) struct World {
    /// What it asks for.
    pub(crate) key: String,
    /// What the agent does, run by run.
    pub(crate) runs: VecDeque<Vec<Step>>,
    pub(crate) conversations: BTreeMap<String, Conversation>,
    /// The ids of all that were made, in their order.
    pub(crate) made: Vec<String>,
    /// The ids of all that were ended.
    pub(crate) deleted: Vec<String>,
    pub(crate) interrupted: Vec<String>,
    /// The requests that made conversations.
    pub(crate) requests: Vec<Value>,
    /// What users said, the first message of each conversation too.
    pub(crate) messages: Vec<String>,
    /// Answers that stand in for the proper ones.
    pub(crate) refusals: Vec<Refusal>,
    pub(crate) capabilities: Vec<&'static str>,
    /// Whether runs that wait go on.
    pub(crate) is_let_go: bool,
    /// How many more sockets are told that there is no such conversation, before what a dead server ran is taken up.
    pub(crate) leased_for: usize,
    /// Whether conversations are made only when they are let go.
    pub(crate) makes_slowly: bool,
    /// How many were asked for.
    pub(crate) makes_begun: usize,
    /// Whether it says so when it is asked whether it is ready.
    pub(crate) is_never_ready: bool,
    /// Whether a conversation was looked for that is not there.
    pub(crate) looked_for: bool,
    /// How many runs began.
    pub(crate) runs_begun: usize,
    /// How many sockets were opened.
    pub(crate) sockets: usize,
    pub(crate) manner: Manner,
}

/// How sockets are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    #[default]
    Steady,
    /// Closed as soon as they have said what there is.
    Closing,
    /// Every event is sent twice, and the newest ones first.
    Jumbled,
    /// There are none.
    Missing,
}

/// An answer that stands in for the proper one.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// The beginning of method and path, such as `POST /api/conversations`.
    pub(crate) what: &'static str,
    /// How many more times.
    pub(crate) times: usize,
    pub(crate) status: u16,
    pub(crate) retry_after: Option<&'static str>,
    pub(crate) location: Option<&'static str>,
    pub(crate) body: String,
}

impl Refusal {
    /// In place of a status: no answer at all.
    pub(crate) const NEVER: u16 = 0;
    /// What is asked is done, and the answer is lost.
    pub(crate) const LOST: u16 = 1;
}

/// One conversation.
pub(crate) struct Conversation {
    pub(crate) status: String,
    pub(crate) folder: PathBuf,
    pub(crate) events: Vec<Value>,
    pub(crate) stats: Value,
    /// Whoever listens.
    pub(super) listeners: broadcast::Sender<String>,
    /// Ends the run under way.
    pub(super) interrupt: CancellationToken,
}

impl Default for World {
    fn default() -> Self {
        Self {
            key: super::SESSION_KEY.to_owned(),
            runs: VecDeque::new(),
            conversations: BTreeMap::new(),
            made: Vec::new(),
            deleted: Vec::new(),
            interrupted: Vec::new(),
            requests: Vec::new(),
            messages: Vec::new(),
            refusals: Vec::new(),
            capabilities: vec!["idempotent_conversation_create_v1"],
            is_let_go: false,
            leased_for: 0,
            makes_slowly: false,
            makes_begun: 0,
            is_never_ready: false,
            looked_for: false,
            runs_begun: 0,
            sockets: 0,
            manner: Manner::default(),
        }
    }
}

impl World {
    /// The refusal of a request, if there is one left.
    pub(super) fn refusal(&mut self, what: &str) -> Option<Refusal> {
        let refusal =
            self.refusals.iter_mut().find(|refusal| refusal.times > 0 && what.starts_with(refusal.what))?;
        refusal.times -= 1;
        Some(refusal.clone())
    }

    /// The one conversation that there is.
    pub(crate) fn only(&self) -> &Conversation {
        assert_eq!(self.conversations.len(), 1, "{:?}", self.made);
        self.conversations.values().next().unwrap()
    }
}

impl Conversation {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            status: "idle".to_owned(),
            folder,
            events: Vec::new(),
            stats: stats(None, 0, 0),
            listeners: broadcast::channel(1024).0,
            interrupt: CancellationToken::new(),
        }
    }

    /// Keeps an event, and tells it to whoever listens.
    pub(super) fn note(&mut self, mut event: Value) {
        if event.get("id").is_none() {
            event["id"] = Uuid::new_v4().to_string().into();
        }
        self.events.push(event.clone());
        let _ = self.listeners.send(event.to_string());
    }

    /// Takes on a status because its server has died.
    pub(super) fn break_off(&mut self, status: &str) {
        status.clone_into(&mut self.status);
        self.note(json!({"kind": "AgentErrorEvent", "error": "A restart occurred while this ran."}));
    }

    /// Takes on a status, and tells it as an event and as a snapshot.
    pub(super) fn become_(&mut self, status: &str) {
        status.clone_into(&mut self.status);
        self.note(
            json!({"kind": "ConversationStateUpdateEvent", "key": "execution_status", "value": status}),
        );
        let snapshot = self.snapshot();
        let _ = self.listeners.send(snapshot.to_string());
    }

    pub(super) fn state(&self) -> Value {
        json!({
            "execution_status": self.status,
            "stats": self.stats,
            "leaf_event_id": self.events.last().map(|event| event["id"].clone()),
            "agent": {"kind": "Agent"},
        })
    }

    pub(super) fn snapshot(&self) -> Value {
        json!({
            "id": Uuid::new_v4().to_string(),
            "kind": "ConversationStateUpdateEvent",
            "key": "full_state",
            "value": self.state(),
        })
    }
}

/// Figures as the server gives them: a cost that it does not know is 0.
pub(super) fn stats(cost: Option<f64>, prompt: u64, completion: u64) -> Value {
    let tokens = json!({"prompt_tokens": prompt, "completion_tokens": completion});
    json!({"usage_to_metrics": {"agent": {
        "accumulated_cost": cost.unwrap_or(0.0), "accumulated_token_usage": tokens, "model_name": "openai/fake",
    }}})
}
