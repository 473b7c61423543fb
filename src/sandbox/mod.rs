//! Where code of a project runs: copies of the project, child processes, limits, isolation levels.
//!
//! A [`Project`] is opened once, an [`Attempt`] makes [`Workspace`]s of it, a [`Sandbox`] runs commands of the
//! project's [`Interpreter`] in them. Nothing here knows what a test is.

mod bubblewrap;
mod command;
mod copy;
mod detect;
mod difference;
mod disk;
mod error;
mod exclude;
mod fence;
mod hops;
mod interpreter;
mod layout;
mod level;
mod memory;
mod orphans;
mod output;
mod parcel;
mod partner;
mod path;
mod probe;
mod process;
mod project;
mod question;
mod remove;
mod run;
mod snapshot;
mod starter;
mod survey;
mod tool;
mod tree;
mod twins;
mod view;
mod watchdog;
mod workspace;

pub use command::{Command, Exit, Finished, Limits};
pub use difference::{Difference, differences};
pub use error::SandboxError;
pub(crate) use exclude::{is_left_alone, left_alone};
pub use interpreter::Interpreter;
pub use layout::{ModuleLayout, default_output};
pub use level::{Isolation, Level};
pub use orphans::{Holder, end_orphans};
pub use parcel::{Outline, Parcel};
pub use partner::Partner;
pub use path::{PathError, ProjectPath};
pub use probe::ProbeDir;
pub use project::{Project, workspace_folder};
pub(crate) use remove::remove_tree;
pub use run::Sandbox;
pub use snapshot::{Change, ChangeKind, Snapshot};
pub use survey::{MAX_BYTES, MAX_FILES};
pub use tool::Tool;
pub use twins::Twins;
pub use watchdog::MAX_PROCESSES;
pub(crate) use workspace::read_plain;
pub use workspace::{Attempt, Workspace};
