//! The routes of tasks: submit, look, list, cancel, retry, and what they left.
//!
//! Routes of one kind of task, such as `/tasks/generate-test-cases`, belong here too: a file each, which makes the
//! payload of its kind from the body and goes on as `submit` does.

mod answer;
mod cancel;
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

pub(super) use cancel::{__path_cancel, cancel};
pub(super) use id::OwnId;
pub(super) use list::{__path_list, limit_of, list};
pub(super) use logs::{__path_logs, logs};
pub(super) use me::{__path_me, me};
pub(super) use result::{__path_result, result};
pub(super) use retry::{__path_retry, retry};
pub(super) use show::{__path_show, show};
pub(super) use submit::{__path_submit, submit};
pub(super) use view::{TaskView, iso};
