//! What a task is: identity, priority, request, state machine and outcome. Pure data, no I/O.

mod agent_task;
mod documents;
mod event;
mod failure;
mod feed;
mod id;
mod kind;
mod label;
mod lane;
mod member;
mod model;
mod page;
mod parcel;
mod priority;
mod progress;
mod record;
mod remote;
mod session;
mod settlement;
mod state;
mod stats;
mod status;
mod tally;
mod usage;
mod webhook;
mod work;
mod work_form;

pub use agent_task::{AgentTask, Ground};
pub use documents::{
    Artifacts, ChatTerms, CoverageAnalysis, Documents, GenerateRtm, GenerateTestCases, Order,
};
pub use event::{Happening, LogLevel, TaskEvent};
pub use failure::{ErrorKind, Failure};
pub use feed::{Feed, FeedEvent, FeedPlace};
pub use id::{ProcessId, TaskId, forget_process};
pub use kind::{Kind, KindName};
pub use label::Labels;
pub use lane::Lane;
pub use member::{Member, Program};
pub use model::{ModelFigures, ModelRun, RunEnding};
pub use page::{Cursor, ListFilter, TaskPage};
pub use parcel::ParcelId;
pub use priority::Priority;
pub use progress::{Progress, Stage};
pub use record::{NewTask, Task, Terms};
pub use remote::Remote;
pub use session::Session;
pub use settlement::Settlement;
pub use state::{IllegalTransition, State, Wait};
pub use stats::{ByPriority, QueueStats, Recent};
pub use status::TaskStatus;
pub use tally::Tally;
pub use usage::Usage;
pub use webhook::Webhook;
pub use work::{Context, Custom, GenerateTests, Threshold, Travel, Work};
