//! How does the server speak the protocol? It names its tools, and does what they are called for: each call within a
//! second, since none waits for a task.

use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CustomRequest, CustomResult, ErrorCode, ErrorData,
    Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    Tool as Described,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};

use super::answer::refusal;
use super::table::TOOLS;
use super::tool::Tool;
use crate::server::access::Scope;
use crate::server::http::Problem;

/// How long a call may take; only a store that does not answer gets there.
const PATIENCE: Duration = Duration::from_millis(950);

/// What an agent is told before it sees the tools.
const INSTRUCTIONS: &str = "Tasks that take from seconds to minutes, in the background. A submission answers a task_id at once: tell the user \
     the task_id and end the turn, do not poll in it. When the user asks for the outcome, call get_task_result; while a \
     task goes on, poll_after_ms says how long to wait before asking again. Tasks survive restarts of this server, and \
     list_tasks finds an id that was lost.";

/// The tools, for one user.
#[derive(Debug, Clone)]
pub(super) struct Face {
    scope: Scope,
}

impl Face {
    pub(super) fn new(scope: Scope) -> Self {
        Self { scope }
    }
}

fn tool(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.name == name)
}

impl ServerHandler for Face {
    fn get_info(&self) -> ServerConfig {
        let name = Implementation::new("openhands-testgen", env!("CARGO_PKG_VERSION"));
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        info.server_info = name.with_title("Verified unit tests from AI coding agents");
        info.instructions = Some(INSTRUCTIONS.to_owned());
        info
    }

    fn get_tool(&self, name: &str) -> Option<Described> {
        tool(name).map(Tool::described)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.iter().map(Tool::described).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = tool(&request.name) else {
            let names: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            let name: String = request.name.chars().take(64).collect();
            let message = format!("unknown tool {name:?}: there are {}", names.join(", "));
            return Err(ErrorData::invalid_params(message, None));
        };
        let called = tokio::time::timeout(PATIENCE, tool.call(request.arguments, &self.scope)).await;
        let answered = called.unwrap_or_else(|_| Err(Problem::no_store()));
        Ok(answered.unwrap_or_else(|problem| refusal(&problem)).into())
    }

    /// What comes here has a method that nobody knows, or parameters that are none of its method.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let method: String = request.method.chars().take(64).collect();
        if ["initialize", "tools/call", "tools/list"].contains(&method.as_str()) {
            let message = format!(
                "the params of {method} are not those of the protocol: tools/call takes an object with \
                                   `name`, a text, and `arguments`, an object"
            );
            return Err(ErrorData::invalid_params(message, None));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, format!("method {method:?} is not served"), None))
    }
}
