//! With which words is a conversation made? The one place that knows the server's form for it.

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::ServerOptions;
use crate::task::{Remote, Session, TaskId};

/// How often the server itself asks a model again: the rest is ours, which can wait for longer.
const MODEL_RETRIES: u32 = 2;
/// How long one call of a model may take, in seconds.
const MODEL_SECONDS: u32 = 120;

/// What differs between the conversations of one iteration.
pub(super) struct Asked<'a> {
    pub(super) model: &'a str,
    /// Where the agent works, as the server sees it.
    pub(super) folder: &'a str,
    pub(super) instruction: &'a str,
}

/// The request that makes a conversation and has it run. It holds the key of the model: never to be shown.
pub(super) fn request(
    options: &ServerOptions,
    remote: &Remote,
    task: TaskId,
    session: &Session,
    asked: &Asked<'_>,
) -> Value {
    let mut llm = json!({
        "model": asked.model,
        "usage_id": "agent",
        "num_retries": MODEL_RETRIES,
        "retry_min_wait": 1,
        "retry_max_wait": 10,
        "timeout": MODEL_SECONDS,
    });
    if let Some(key) = &options.llm.api_key {
        llm["api_key"] = key.expose_secret().into();
    }
    if let Some(address) = &options.llm.base_url {
        llm["base_url"] = address.as_str().into();
    }
    json!({
        "agent": {"kind": "Agent", "llm": llm, "tools": [{"name": "terminal"}, {"name": "file_editor"}]},
        "workspace": {"kind": "LocalWorkspace", "working_dir": asked.folder},
        "conversation_id": session.conversation,
        "initial_message": {"role": "user", "content": [{"type": "text", "text": asked.instruction}], "run": true},
        "max_iterations": remote.steps,
        "stuck_detection": true,
        // Would cost a call of the model.
        "autotitle": false,
        "confirmation_policy": {"kind": "NeverConfirm"},
        "tags": {"task": task.to_string()},
    })
}
