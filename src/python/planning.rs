//! The planning tools, as Python asks for them: each call is an order that the assistant carries out.

use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use serde_json::{Map, Value};

use super::arguments;
use super::convert::Answer;
use crate::assistant::{Assistant, Memory, Mode};
use crate::config::Settings;
use crate::engine::{Engine, EngineError};
use crate::server::{check_callback, submit_and_tell};
use crate::task::{Context, PlanningTool};

/// What is asked for.
pub(super) enum Order {
    /// A task, and its id in a text.
    Submit(PlanningTool, String),
    /// The same, and whom to tell of its end.
    SubmitAndTell(PlanningTool, Map<String, Value>, String),
    /// What a task comes to, if that takes no longer.
    Ask(PlanningTool, String, Duration),
    /// How a task is.
    Result(String),
    /// What a prompt says.
    Handle(String, Mode, Duration),
    /// How planning goes.
    Figures,
}

/// What an engine carries orders out with.
pub(super) struct Means {
    pub(super) settings: Settings,
    pub(super) context: Arc<Context>,
    pub(super) memory: Memory,
}

/// The tool of a name.
pub(super) fn tool(name: &str) -> PyResult<PlanningTool> {
    PlanningTool::named(name).ok_or_else(|| {
        let shown: String = name.chars().take(64).collect();
        let known = PlanningTool::ALL.map(PlanningTool::as_str).join(", ");
        arguments::invalid("tool_name", format!("{shown:?} is unknown: use one of {known}"))
    })
}

/// An address that is told of the end of a task.
pub(super) fn checked_address(url: &str, settings: &Settings) -> PyResult<()> {
    check_callback(url, &settings.webhook_networks())
        .map_err(|reason| arguments::invalid("webhook_url", reason))
}

/// Carries an order out.
pub(super) async fn carry_out(
    order: Order,
    engine: Arc<Engine>,
    means: Means,
) -> Result<Answer, EngineError> {
    let assistant = Assistant::new(&engine, &means.settings, &means.context, &means.memory);
    let text = match order {
        Order::Submit(tool, text) => assistant.submit(tool, text).await?.1,
        Order::SubmitAndTell(tool, arguments, url) => {
            let new = assistant.task(tool, arguments)?;
            let task = submit_and_tell(&engine, &means.settings, new, url).await?;
            assistant.remember(task.id());
            return Ok(Answer::Id(task.id()));
        }
        Order::Ask(tool, text, limit) => assistant.ask(tool, text, limit).await?,
        Order::Result(id) => assistant.result(&id).await?,
        Order::Handle(prompt, mode, limit) => assistant.handle(&prompt, mode, limit).await?,
        Order::Figures => return Ok(Answer::Value(assistant.figures().await?)),
    };
    Ok(Answer::Text(text))
}
