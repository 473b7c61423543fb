//! The routes of tasks: submit, look, list, cancel, retry, and what they left.
//!
//! Routes of one kind of task, such as `/tasks/generate-test-cases`, are here too: a file each, which makes the payload
//! of its kind from the body and goes on as `submit` does.

mod answer;
mod artifact;
mod artifacts;
mod cancel;
mod coverage_analysis;
mod coverage_test;
mod coverage_test_sync;
mod generate_test_cases;
mod id;
mod list;
mod logs;
mod me;
mod progress;
mod result;
mod retry;
mod show;
mod submission;
mod submit;
mod view;

pub(super) use artifact::{__path_artifact, artifact};
pub(super) use artifacts::{__path_artifacts, artifacts};
pub(super) use cancel::{__path_cancel, cancel, refuse_ended};
pub(super) use coverage_analysis::{__path_coverage_analysis, coverage_analysis};
pub(super) use coverage_test::{__path_coverage_test, coverage_test};
pub(super) use coverage_test_sync::{__path_coverage_test_sync, coverage_test_sync, deprecate};
pub(super) use generate_test_cases::{__path_generate_test_cases, generate_test_cases};
pub(super) use id::OwnId;
pub(super) use list::{__path_list, limit_of, list};
pub(super) use logs::{__path_logs, logs};
pub(super) use me::{__path_me, me};
pub(super) use progress::ProgressView;
pub(super) use result::{__path_result, result};
pub(super) use retry::{__path_retry, retry};
pub(super) use show::{__path_show, show};
pub(super) use submission::{digest_of, task_with};
pub(super) use submit::{__path_submit, submit};
pub(super) use view::{TaskView, iso, statuses, word};
