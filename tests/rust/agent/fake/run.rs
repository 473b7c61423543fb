//! One run of an agent, step by step.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::world::stats;

/// What an agent does.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Writes a file in its folder.
    Write(&'static str, String),
    /// Does something in its folder.
    Do(fn(&Path)),
    /// Says what it does.
    Act(&'static str),
    /// Used so much so far: dollars if they are known, tokens read and written.
    Use(Option<f64>, u64, u64),
    /// Tells an event as it stands.
    Event(Value),
    /// Tells what is no event at all.
    Raw(&'static str),
    /// Works until it is stopped.
    Hang,
    /// Waits until the test says so.
    Wait,
    /// Says something again and again, until it is stopped.
    Drip,
    /// Ends with an error of this code and detail.
    Fail(&'static str, &'static str),
    /// Ends in circles.
    GetStuck,
}

/// Begins a run of a conversation, the next one of the script.
pub(super) fn begin(shared: &Arc<Shared>, id: &str) {
    let mut world = shared.world();
    let steps = world.runs.pop_front().unwrap_or_else(|| vec![Step::Hang]);
    world.runs_begun += 1;
    let Some(conversation) = world.conversations.get_mut(id) else { return };
    conversation.interrupt = CancellationToken::new();
    conversation.become_("running");
    let (interrupt, folder) = (conversation.interrupt.clone(), conversation.folder.clone());
    drop(world);
    let (shared, id) = (Arc::clone(shared), id.to_owned());
    tokio::spawn(async move {
        let folder = shared.real(&folder);
        let mut end = "finished";
        for step in steps {
            tokio::select! {
                biased;
                () = interrupt.cancelled() => return,
                ended = perform(&shared, &id, &folder, step) => {
                    if let Some(status) = ended {
                        end = status;
                        break;
                    }
                }
            }
        }
        if let Some(conversation) = shared.world().conversations.get_mut(&id) {
            conversation.become_(end);
        }
    });
}

/// Takes one step; answers the status with which it ends the run, if it does.
async fn perform(shared: &Shared, id: &str, folder: &Path, step: Step) -> Option<&'static str> {
    let note = |event: Value| {
        if let Some(conversation) = shared.world().conversations.get_mut(id) {
            conversation.note(event);
        }
    };
    match step {
        Step::Write(path, content) => {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        Step::Do(what) => what(folder),
        Step::Act(what) => {
            note(json!({"kind": "ActionEvent", "tool_name": "terminal", "summary": what, "action": {}}));
        }
        Step::Use(cost, prompt, completion) => {
            let stats = stats(cost, prompt, completion);
            if let Some(conversation) = shared.world().conversations.get_mut(id) {
                conversation.stats.clone_from(&stats);
                conversation
                    .note(json!({"kind": "ConversationStateUpdateEvent", "key": "stats", "value": stats}));
            }
        }
        Step::Event(event) => note(event),
        Step::Raw(text) => {
            if let Some(conversation) = shared.world().conversations.get_mut(id) {
                let _ = conversation.listeners.send(text.to_owned());
            }
        }
        Step::Hang => std::future::pending().await,
        Step::Wait => {
            while !shared.world().is_let_go {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        Step::Drip => loop {
            note(json!({"kind": "ActionEvent", "tool_name": "think", "summary": "hm", "action": {}}));
            tokio::time::sleep(Duration::from_millis(20)).await;
        },
        Step::Fail(code, detail) => {
            note(json!({"kind": "ConversationErrorEvent", "code": code, "detail": detail}));
            return Some("error");
        }
        Step::GetStuck => return Some("stuck"),
    }
    None
}
