//! What may be asked of a user's own handler? Any JSON object of bearable size.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::error::InvalidRequest;
use crate::task::{Custom, KindName, Work};

/// The most that a payload may take as JSON.
const MOST_PAYLOAD: usize = 256 * 1024;

/// The work of a user's kind.
pub(super) fn work(kind: KindName, payload: Map<String, Value>) -> Result<Work, InvalidRequest> {
    let text = Value::Object(payload).to_string();
    if text.len() > MOST_PAYLOAD {
        let message = format!(
            "takes {} bytes as JSON: at most {MOST_PAYLOAD} are kept; put what is large into a file, and its path \
             into the payload",
            text.len()
        );
        return Err(InvalidRequest::new("payload", message));
    }
    let payload = RawValue::from_string(text)
        .map_err(|error| InvalidRequest::new("payload", format!("has no form as JSON: {error}")))?;
    Ok(Work::Custom(Box::new(Custom { kind, payload })))
}
