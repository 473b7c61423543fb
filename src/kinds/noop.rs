//! Kind `noop`: what does the engine cost by itself? `doctor` and the benches send this through it.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::{Attempt, Handler, HandlerFuture};

static NOTHING: LazyLock<Arc<Value>> = LazyLock::new(|| Arc::new(json!({})));

/// Does nothing, successfully.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoopHandler;

impl Handler for NoopHandler {
    fn run<'a>(&'a self, _attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(std::future::ready(Ok(Arc::clone(&NOTHING))))
    }
}
