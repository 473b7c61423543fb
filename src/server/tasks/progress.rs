//! How far is a task, as the service says it? A step of so many, and a percentage.

use serde::Serialize;
use utoipa::ToSchema;

use crate::task::{Progress, Stage, Task, TaskStatus};

/// How far a task is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct ProgressView {
    /// What it does now; of a task that does not run, its status.
    #[schema(example = "verifying")]
    current_step: String,
    /// How many steps there are, as far as that is known.
    total_steps: u64,
    /// How much is done, 0 to 100; 100 at the end of a task that completed.
    #[schema(minimum = 0, maximum = 100)]
    percentage: u64,
}

impl ProgressView {
    /// The view of a task as it stands.
    pub(super) fn of(task: &Task) -> Self {
        let status = task.status();
        task.progress_now().map_or_else(|| Self::at_rest(task, status), Self::of_progress)
    }

    fn at_rest(task: &Task, status: TaskStatus) -> Self {
        let step = if status == TaskStatus::Queued { TaskStatus::Pending } else { status };
        let (_, total_steps) = task.progress.as_deref().map_or((0, 1), steps);
        let percentage = if status == TaskStatus::Completed { 100 } else { 0 };
        Self { current_step: step.as_str().to_owned(), total_steps, percentage }
    }

    /// The view of what was told while it ran.
    pub(in crate::server) fn of_progress(progress: &Progress) -> Self {
        let (step, total_steps) = steps(progress);
        let current_step = match progress.stage {
            Stage::Working if !progress.message.is_empty() => progress.message.clone(),
            stage => stage.to_string(),
        };
        // What still runs is not done.
        let percentage = (step * 100).checked_div(total_steps).unwrap_or_default().min(99);
        Self { current_step, total_steps, percentage }
    }
}

/// How many steps are done, of how many.
fn steps(progress: &Progress) -> (u64, u64) {
    let (iteration, most) = (u64::from(progress.iteration.max(1)), u64::from(progress.max_iterations.max(1)));
    let before = 1 + 2 * (iteration - 1);
    // Preparing, then the agent and its verification in each iteration, then publishing.
    let total = 2 + 2 * most;
    match progress.stage {
        Stage::Preparing => (0, total),
        Stage::Agent => (before.min(total), total),
        Stage::Verifying => ((before + 1).min(total), total),
        Stage::Publishing => (total - 1, total),
        Stage::Working => (progress.done.unwrap_or_default(), progress.total.unwrap_or(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percentage(stage: Stage, iteration: u32) -> u64 {
        ProgressView::of_progress(&Progress::of_iteration(stage, String::new(), iteration, 3)).percentage
    }

    #[test]
    fn a_percentage_only_grows_from_stage_to_stage() {
        let all = [
            percentage(Stage::Preparing, 1),
            percentage(Stage::Agent, 1),
            percentage(Stage::Verifying, 1),
            percentage(Stage::Agent, 2),
            percentage(Stage::Verifying, 3),
            percentage(Stage::Publishing, 3),
        ];
        assert!(all.is_sorted_by(|one, next| one < next) && all[0] == 0 && all[5] < 100, "{all:?}");
    }

    #[test]
    fn a_handler_that_counts_says_how_much_is_done() {
        let view = ProgressView::of_progress(&Progress::working("page 30", Some(30), Some(40)));
        assert_eq!((view.current_step.as_str(), view.total_steps, view.percentage), ("page 30", 40, 75));
        let view = ProgressView::of_progress(&Progress::working("", None, Some(0)));
        assert_eq!((view.current_step.as_str(), view.percentage), ("working", 0));
    }
}
