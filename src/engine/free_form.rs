//! What may be asked of an agent in free form? An instruction of bearable length, where somebody can carry it out.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::InvalidRequest;
use crate::config::AgentChoice;
use crate::task::{AgentTask, Context, Ground, Work};

/// The longest instruction, in bytes.
const LONGEST: usize = 32 * 1024;

/// "Do this in a workspace", as the caller put it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrandRequest {
    /// What is to be done.
    pub instruction: String,
    /// What the agent begins with.
    pub workspace: Ground,
    /// Whether the changes go to the project, all of them or none.
    pub apply: bool,
}

impl ErrandRequest {
    /// The work, if it can be asked for.
    pub fn into_work(self, context: &Arc<Context>) -> Result<Work, InvalidRequest> {
        let refused = |message: String| Err(InvalidRequest::new("instruction", message));
        if self.instruction.trim().is_empty() {
            return refused("is empty: say what is to be done".to_owned());
        }
        if self.instruction.contains('\0') {
            return refused("contains a NUL character: leave it out".to_owned());
        }
        if self.instruction.len() > LONGEST {
            let message = format!(
                "takes {} bytes: at most {LONGEST} are sent; put what is long into a file of the project, and its \
                 path into the instruction",
                self.instruction.len()
            );
            return refused(message);
        }
        if context.agent == AgentChoice::LOCAL {
            return Err(InvalidRequest::new("agent", NEEDS_AN_AGENT.to_owned()));
        }
        let Self { instruction, workspace, apply } = self;
        let context = Arc::clone(context);
        Ok(Work::AgentTask(Box::new(AgentTask { instruction, workspace, apply, context })))
    }

    /// The request of a payload as JSON.
    pub(super) fn from_payload(payload: Map<String, Value>) -> Result<Self, InvalidRequest> {
        let mut request = Self::default();
        for (key, value) in payload {
            match (key.as_str(), value) {
                ("instruction", Value::String(text)) => request.instruction = text,
                ("workspace", Value::String(name)) => {
                    request.workspace =
                        name.parse().map_err(|message: String| InvalidRequest::new("workspace", message))?;
                }
                ("apply", Value::Bool(flag)) => request.apply = flag,
                (key, value) => {
                    let message = format!(
                        "{key} = {value} is not understood: instruction (text), workspace (project or empty) and \
                         apply (true or false) are"
                    );
                    return Err(InvalidRequest::new("payload", message));
                }
            }
        }
        Ok(request)
    }
}

/// What is said where only the embedded agent is there.
const NEEDS_AN_AGENT: &str = "local writes tests only: a free-form task needs an OpenHands agent; set \
    OPENHANDS_SERVER_URL, and LLM_API_KEY with LLM_MODEL (or OPENROUTER_API_KEY), and `openhands-testgen doctor` says \
    what is still missing";
