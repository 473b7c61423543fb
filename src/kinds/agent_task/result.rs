//! What does a free-form task leave? What the agent said, what differs, and that nobody verified it.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use super::changes::Changed;
use super::patch::Patch;
use crate::agent::{AgentReport, LeftOut};
use crate::kinds::steps::apart;
use crate::task::{Failure, Ground};

/// All that a result tells.
pub(super) struct Account {
    pub(super) workspace: Ground,
    pub(super) report: AgentReport,
    pub(super) agent: String,
    pub(super) changes: Vec<Changed>,
    /// When the attempt began.
    pub(super) began: Instant,
}

impl Account {
    /// The result as it is kept; the same each time it is read. What differs in large files takes its time to find.
    pub(super) async fn value(self: &Arc<Self>, is_applied: bool) -> Result<Value, Failure> {
        let account = Arc::clone(self);
        apart(move || account.told(is_applied)).await
    }

    fn told(&self, is_applied: bool) -> Value {
        let told = |failure: &Failure| json!({"error_kind": failure.kind, "error": failure.message});
        let patch = Patch::of(&self.changes);
        let files: Vec<Value> =
            self.changes.iter().zip(&patch.has).map(|(changed, has)| file(changed, *has)).collect();
        json!({
            "message": self.report.message,
            "files": files,
            "patch": patch.text,
            "left_out": self.left_out(),
            "applied": is_applied,
            "verified": false,
            "workspace": self.workspace,
            "agent": self.agent,
            "model": self.report.model,
            "stopped": self.report.stopped.as_ref().map(told),
            "usage": self.report.usage,
            "duration_seconds": (self.began.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        })
    }

    /// What did not come home, and what cannot be taken over.
    pub(super) fn left_out(&self) -> Vec<LeftOut> {
        let with_obstacles = self.changes.iter().filter_map(|changed| {
            Some(LeftOut { name: changed.path.to_string(), reason: changed.obstacle?.to_owned() })
        });
        self.report.left_out.iter().cloned().chain(with_obstacles).collect()
    }
}

fn file(changed: &Changed, is_in_patch: bool) -> Value {
    json!({
        "path": changed.path,
        "change": changed.verb(),
        "bytes": changed.after.as_ref().map(Vec::len),
        "binary": changed.is_binary(),
        "in_patch": is_in_patch,
    })
}
