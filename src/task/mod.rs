//! What a task is: identity, priority, request, state machine and outcome. Pure data, no I/O.

mod failure;
mod id;
mod kind;
mod lane;
mod page;
mod priority;
mod progress;
mod record;
mod settlement;
mod state;
mod status;
mod work;
mod work_form;

pub use failure::{ErrorKind, Failure};
pub use id::{ProcessId, TaskId, forget_process};
pub use kind::{Kind, KindName};
pub use lane::Lane;
pub use page::{Cursor, ListFilter, QueueStats, TaskPage};
pub use priority::Priority;
pub use progress::{Progress, Stage};
pub use record::{NewTask, Task};
pub use settlement::Settlement;
pub use state::{IllegalTransition, State};
pub use status::TaskStatus;
pub use work::{Context, Custom, GenerateTests, Threshold, Work};
