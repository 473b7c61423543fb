//! What does a free-form task leave? What the agent said, what differs, and that nobody verified it.

use std::time::Duration;

use serde_json::{Value, json};

use super::changes::Changed;
use super::patch::Patch;
use crate::agent::{AgentReport, LeftOut};
use crate::task::{AgentTask, Failure};

/// All that a result tells.
pub(super) struct Account<'a> {
    pub(super) request: &'a AgentTask,
    pub(super) report: &'a AgentReport,
    pub(super) agent: &'a str,
    pub(super) changes: &'a [Changed],
    pub(super) is_applied: bool,
    pub(super) took: Duration,
}

impl Account<'_> {
    /// The result as it is kept; the same each time it is read.
    pub(super) fn value(&self) -> Value {
        let told = |failure: &Failure| json!({"error_kind": failure.kind, "error": failure.message});
        let patch = Patch::of(self.changes);
        let files: Vec<Value> =
            self.changes.iter().zip(&patch.has).map(|(changed, has)| file(changed, *has)).collect();
        json!({
            "message": self.report.message,
            "files": files,
            "patch": patch.text,
            "left_out": self.left_out(),
            "applied": self.is_applied,
            "verified": false,
            "workspace": self.request.workspace,
            "agent": self.agent,
            "model": self.report.model,
            "stopped": self.report.stopped.as_ref().map(told),
            "usage": self.report.usage,
            "duration_seconds": (self.took.as_secs_f64() * 1000.0).round() / 1000.0,
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
