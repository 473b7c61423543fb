//! How does planning go? Of the planning tasks that are still known, and of what was cleaned up.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::desk::Assistant;
use crate::engine::EngineError;
use crate::task::{ListFilter, PlanningTool, TaskStatus};

/// Of each tool so many tasks are looked at, the newest.
const MOST: usize = 1000;

impl Assistant<'_> {
    /// Tasks created in the last minute, the mean time from their beginning to their completion in seconds, the share that
    /// failed of those that completed or failed, and how many final tasks of the store were removed after their retention.
    pub async fn figures(&self) -> Result<Value, EngineError> {
        let (mut created, mut completed, mut failed, mut seconds) = (0_u32, 0_u32, 0_u32, 0.0);
        let since = Utc::now() - TimeDelta::minutes(1);
        for tool in PlanningTool::ALL {
            let filter = ListFilter { kind: Some(tool.kind()), limit: MOST, ..ListFilter::default() };
            for task in self.engine().list(filter).await?.tasks {
                created += u32::from(task.created_at >= since);
                match (task.status(), task.started_at, task.completed_at) {
                    (TaskStatus::Completed, Some(start), Some(end)) => {
                        completed += 1;
                        seconds += (end - start).as_seconds_f64().max(0.0);
                    }
                    (TaskStatus::Failed, ..) => failed += 1,
                    _ => {}
                }
            }
        }
        let share = |part: f64, whole: u32| (whole > 0).then(|| part / f64::from(whole));
        Ok(json!({
            "tasks_created_last_minute": created,
            "mean_completion_seconds": share(seconds, completed),
            "failure_rate": share(f64::from(failed), completed + failed),
            "cleaned_up": self.engine().stats().await?.cleaned_up,
        }))
    }
}
