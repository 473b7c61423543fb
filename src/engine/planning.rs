//! What may be asked of the planning tools? One text of bearable size, checked by itself alone.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::InvalidRequest;
use super::payload::Fields;
use crate::task::{Context, Planning, PlanningTool, Travel, Work};

/// The most that a text may take, in bytes.
const MOST_TEXT: usize = 256 * 1024;

/// The work of a payload.
pub(super) fn work(
    tool: PlanningTool,
    payload: Map<String, Value>,
    context: &Arc<Context>,
) -> Result<Work, InvalidRequest> {
    let mut fields = Fields::new("payload", payload);
    let text = fields.text(tool.field())?;
    fields.finish()?;
    planning_work(tool, text.unwrap_or_default(), context)
}

/// The work of a tool on a text.
pub fn planning_work(
    tool: PlanningTool,
    text: String,
    context: &Arc<Context>,
) -> Result<Work, InvalidRequest> {
    let refused = |message: String| Err(InvalidRequest::new(tool.field(), message));
    if text.trim().is_empty() {
        return refused(format!("is empty: give the text that {tool} is to work on"));
    }
    if text.contains('\0') {
        return refused("contains a NUL character: leave it out".to_owned());
    }
    if text.len() > MOST_TEXT {
        return refused(format!("takes {} bytes: at most {MOST_TEXT} are taken; split it", text.len()));
    }
    let context = match context.travel {
        Travel::Shared => Arc::clone(context),
        // Nothing of the project is needed.
        _ => Arc::new(Context { travel: Travel::Shared, ..Context::clone(context) }),
    };
    Ok(Work::Planning(Box::new(Planning { tool, text, context })))
}
