//! What is a tool? What is said of it to an agent, what it takes, and what it does.

use std::sync::Arc;

use rmcp::model::{CallToolResult, Tool as Described, ToolAnnotations};
use serde_json::{Map, Value};

use super::answer::{TaskAnswer, TaskListAnswer};
use super::argument::{Argument, Arguments, schema_of};
use super::schema::schema;
use super::{cancel, list, look, submit};
use crate::server::access::Scope;
use crate::server::http::Problem;

/// One tool.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    /// Its name for people.
    pub(super) title: &'static str,
    /// What it does, and what to do next.
    pub(super) says: String,
    pub(super) arguments: Vec<Argument>,
    pub(super) deed: Deed,
}

/// What a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// Keeps a task of this kind.
    Submit {
        kind: &'static str,
        /// Whether it may replace what somebody wrote.
        may_replace: bool,
    },
    /// Tells where a task stands.
    Status,
    /// Tells what it left.
    Result,
    /// Ends it.
    Cancel,
    /// Tells which there are.
    List,
}

impl Tool {
    /// As clients are told of it.
    pub(super) fn described(&self) -> Described {
        let output =
            if self.deed == Deed::List { schema::<TaskListAnswer>() } else { schema::<TaskAnswer>() };
        Described::new(self.name, self.says.clone(), schema_of(&self.arguments))
            .with_title(self.title)
            .with_raw_output_schema(Arc::new(output))
            .annotate(self.hints())
    }

    /// What an agent may rely on before it asks its user.
    fn hints(&self) -> ToolAnnotations {
        let hints = ToolAnnotations::with_title(self.title);
        match self.deed {
            Deed::Submit { may_replace, .. } => {
                hints.read_only(false).destructive(may_replace).idempotent(false).open_world(true)
            }
            Deed::Status | Deed::Result | Deed::List => {
                hints.read_only(true).destructive(false).idempotent(true).open_world(false)
            }
            Deed::Cancel => hints.read_only(false).destructive(true).idempotent(true).open_world(false),
        }
    }

    /// Does it for a user.
    pub(super) async fn call(
        &self,
        given: Option<Map<String, Value>>,
        scope: &Scope,
    ) -> Result<CallToolResult, Problem> {
        let arguments = Arguments::of(given, &self.arguments)?;
        match self.deed {
            Deed::Submit { kind, .. } => submit::submit(kind, arguments, scope).await,
            Deed::Status => look::status(arguments, scope).await,
            Deed::Result => look::result(arguments, scope).await,
            Deed::Cancel => cancel::cancel(arguments, scope).await,
            Deed::List => list::list(arguments, scope).await,
        }
    }
}
