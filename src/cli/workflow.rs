//! `workflow`: the stages of a component. They are Python's: the command reads what was said, as it does for every
//! verb, and hands over.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::arguments::Workflow;
use super::error::CommandError;
use super::exit::Exit;
use super::format::OutputFormat;
use super::session::{Host, Session};

/// What the command line asks of a workflow.
#[derive(Debug, Clone)]
pub struct WorkflowRequest {
    /// The file that says what the component is to do.
    pub spec: PathBuf,
    /// The component's folder below `src/`, or a path.
    pub component: String,
    /// `dev`, `staging` or `production`.
    pub target: String,
    /// Whether the other stages go on while tests are generated.
    pub is_async: bool,
    /// Coverage to reach in percent, where it was said.
    pub coverage: Option<i64>,
    /// A file for the report.
    pub report: Option<PathBuf>,
    /// `text`, `json` or `github`.
    pub format: &'static str,
    /// Settings of the command line, by the variables that say the same.
    pub variables: BTreeMap<&'static str, OsString>,
}

/// `workflow`.
pub(super) fn run(command: &Workflow, session: &Session, host: &Host) -> Result<Exit, CommandError> {
    let request = WorkflowRequest {
        spec: command.spec.clone(),
        component: command.component.clone(),
        target: command.target.clone(),
        is_async: command.is_async,
        coverage: command.coverage,
        report: command.report.clone(),
        format: match command.format.chosen() {
            OutputFormat::Text => "text",
            OutputFormat::Json => "json",
            OutputFormat::Github => "github",
        },
        variables: session.given_variables(),
    };
    let code = (host.run_workflow)(&request).map_err(|reason| CommandError::machine("workflow", reason))?;
    Ok(Exit::of_code(code).unwrap_or(Exit::Internal))
}
