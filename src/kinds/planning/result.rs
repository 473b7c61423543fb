//! What does planning leave? Data of a known form, a text for people, and whose work it is.

use serde_json::{Map, Value, json};

use crate::kinds::credit::Credit;
use crate::task::PlanningTool;

/// What the embedded way does, and does not.
fn note_of(tool: PlanningTool) -> &'static str {
    match tool {
        PlanningTool::GenerateImplementationPlan => {
            "Put together from the text alone: nothing was designed, estimated or added. A model (LLM_MODEL and its key, or \
             LLM_BASE_URL) or an OpenHands agent works it out."
        }
        PlanningTool::ParseRequirements => {
            "Read from the text alone: nothing was guessed or added. A model (LLM_MODEL and its key, or LLM_BASE_URL) or an \
             OpenHands agent reads between the lines."
        }
        PlanningTool::ValidatePlan => {
            "Checked by rules alone: nobody has judged whether it makes sense. A model (LLM_MODEL and its key, or \
             LLM_BASE_URL) or an OpenHands agent does."
        }
    }
}

/// The result of a task of a tool.
pub(super) fn result(tool: PlanningTool, data: Value, mut text: String, credit: &Credit) -> Value {
    let is_embedded = credit.model.is_none() && credit.agent.is_none();
    let mut result = Map::new();
    result.insert("success".to_owned(), true.into());
    result.insert("tool".to_owned(), tool.as_str().into());
    if let Value::Object(data) = data {
        result.extend(data);
    }
    let note = is_embedded.then(|| note_of(tool));
    if let Some(note) = note {
        text.push_str("\n---\n");
        text.push_str(note);
        text.push('\n');
    }
    result.insert("note".to_owned(), json!(note));
    result.insert("text".to_owned(), text.into());
    credit.tell(&mut result);
    Value::Object(result)
}
