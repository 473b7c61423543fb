//! Which plan is a text as JSON?

use serde_json::Value;

use super::plan::Plan;

/// The plan that a text is as JSON, perhaps in a fence or as the `plan` of a result; `None` where it is no JSON.
pub(super) fn json_of(text: &str) -> Option<Result<Plan, String>> {
    let bare = text.trim();
    let bare = bare.strip_prefix("```json").or_else(|| bare.strip_prefix("```")).unwrap_or(bare);
    let bare = bare.strip_suffix("```").unwrap_or(bare).trim();
    if !bare.starts_with('{') {
        return None;
    }
    let value: Value = match serde_json::from_str(bare) {
        Ok(value) => value,
        Err(error) => return Some(Err(error.to_string())),
    };
    let plan = value.get("plan").cloned().unwrap_or(value);
    Some(serde_json::from_value(plan).map_err(|error| error.to_string()))
}
