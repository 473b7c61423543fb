//! `doctor`: tries everything that a generation needs, and names the remedy for what is missing.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::arguments::Json;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD, ERROR, GOOD, HINT, WARNING};
use super::session::Session;
use crate::agent::{ServerOptions, probe_server};
use crate::config::AgentChoice;
use crate::engine::{Defaults, Engine, SubmitOptions};
use crate::sandbox::{Interpreter, Level, Sandbox};
use crate::task::{Priority, Work};

/// How long a task that does nothing may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// As it should be.
    Good,
    /// It works, and could be better.
    Note,
    /// Without it nothing is generated.
    Missing,
}

/// One thing that was tried.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    detail: String,
    remedy: Option<String>,
}

impl Check {
    fn good(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Good, detail: detail.into(), remedy: None }
    }

    fn note(name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Note, detail: detail.into(), remedy: Some(remedy.into()) }
    }

    fn missing(name: &'static str, detail: impl Into<String>, remedy: Option<String>) -> Self {
        Self { name, verdict: Verdict::Missing, detail: detail.into(), remedy }
    }
}

/// The document of `doctor --json`.
#[derive(Debug, Serialize)]
struct Findings {
    /// Whether nothing that is needed is missing.
    healthy: bool,
    checks: Vec<Check>,
}

/// `doctor`.
pub(super) async fn run(format: Json, session: &Session) -> Result<Exit, CommandError> {
    let mut checks = vec![project(session)];
    checks.extend(interpreter_and_sandbox(session).await);
    checks.extend(store_and_engine(session).await);
    checks.push(agent(session));
    checks.push(server(session).await);
    let healthy = checks.iter().all(|check| check.verdict != Verdict::Missing);
    let findings = Findings { healthy, checks };
    if format.json {
        output::print_json(&findings)?;
    } else {
        let lines: Vec<String> = findings.checks.iter().map(text).collect();
        output::print(lines.join("\n"))?;
    }
    Ok(if healthy { Exit::Done } else { Exit::Configuration })
}

fn text(check: &Check) -> String {
    let (style, word) = match check.verdict {
        Verdict::Good => (GOOD, "good"),
        Verdict::Note => (WARNING, "note"),
        Verdict::Missing => (ERROR, "missing"),
    };
    let hint = check
        .remedy
        .as_ref()
        .map_or_else(String::new, |remedy| format!("\n                  {HINT}hint{HINT:#}: {remedy}"));
    format!("{style}{word:<8}{style:#}{BOLD}{:<9}{BOLD:#} {}{hint}", check.name, check.detail)
}

fn project(session: &Session) -> Check {
    let source = session.sources.get("project_root").map_or("", |entry| &entry.source);
    Check::good("project", format!("{}, by {source}", session.settings.project_root.display()))
}

async fn interpreter_and_sandbox(session: &Session) -> Vec<Check> {
    let python = &session.settings.python;
    let interpreter = match Interpreter::probe(python, &session.host.probe).await {
        Ok(interpreter) => interpreter,
        Err(error) => return vec![Check::missing("python", error.to_string(), None)],
    };
    let source = session.sources.get("python").map_or("", |entry| &entry.source);
    vec![
        Check::good("python", format!("{} {}, by {source}", python.display(), interpreter.version())),
        Check::good("pytest", interpreter.pytest_version()),
        Check::good("coverage", interpreter.coverage_version()),
        sandbox(session, interpreter).await,
    ]
}

async fn sandbox(session: &Session, interpreter: Arc<Interpreter>) -> Check {
    const REMEDY: &str =
        "install bubblewrap (`apt install bubblewrap`) and allow unprivileged user namespaces";
    let sandbox = match Sandbox::detect(interpreter, &session.host.probe).await {
        Ok(sandbox) => sandbox,
        Err(error) => return Check::missing("sandbox", error.to_string(), Some(REMEDY.to_owned())),
    };
    let isolation = sandbox.isolation();
    let reason = isolation.reason.clone().unwrap_or_default();
    match isolation.level {
        Level::Bubblewrap => Check::good("sandbox", "bubblewrap, tried by a real run"),
        Level::Landlock => {
            Check::note("sandbox", format!("landlock and seccomp, tried by a real run: {reason}"), REMEDY)
        }
        Level::Limits if session.settings.require_sandbox => {
            let detail = format!("a sandbox is required (`require_sandbox`), but {reason}");
            Check::missing("sandbox", detail, Some(REMEDY.to_owned()))
        }
        Level::Limits => {
            Check::note("sandbox", format!("limits and a watched process tree: {reason}"), REMEDY)
        }
    }
}

/// Opens the store and sends a task that does nothing through the engine.
async fn store_and_engine(session: &Session) -> Vec<Check> {
    let engine = match session.open_for_quick_kinds().await {
        Ok(engine) => engine,
        Err(error) => {
            let remedy = error.hint().or_else(|| Some("name another store by `--store`".to_owned()));
            return vec![Check::missing("store", error.to_string(), remedy)];
        }
    };
    let store = if engine.is_durable() {
        Check::good("store", session.location.to_string())
    } else {
        Check::note("store", "memory: tasks end with their process", "`--store sqlite:PATH` keeps them")
    };
    let moved = match run_nothing(&engine, session).await {
        Ok(()) => Check::good("engine", "a task went through it"),
        Err(error) => Check::missing("engine", error.to_string(), error.hint()),
    };
    engine.stop(Duration::ZERO).await;
    vec![store, moved]
}

async fn run_nothing(engine: &Engine, session: &Session) -> Result<(), CommandError> {
    let options = SubmitOptions { priority: Priority::Critical, ..SubmitOptions::default() };
    let defaults = Defaults::of(&session.settings, &Work::Noop.kind());
    let task = options.into_task(Work::Noop, engine.process(), &defaults)?;
    let task = engine.submit(task).await?;
    engine.wait(task.id(), Some(PATIENCE)).await?;
    Ok(())
}

/// Whether the agent server is there; missing only where the tests are to come from it.
async fn server(session: &Session) -> Check {
    const NAME: &str = "server";
    const REMEDY: &str = "set OPENHANDS_SERVER_URL to an OpenHands agent server, with LLM_API_KEY and LLM_MODEL, to have \
        it write the tests";
    let settings = &session.settings;
    let Some(options) = ServerOptions::of(settings) else {
        return Check { verdict: Verdict::Good, ..Check::note(NAME, "not configured", REMEDY) };
    };
    let is_needed = settings.effective_agent().name == AgentChoice::SERVER;
    match probe_server(&options).await {
        Ok(report) if report.makes_once => {
            let detail = format!("OpenHands agent server {} at {}", report.version, options.address());
            Check::good(NAME, detail)
        }
        Ok(report) => {
            let detail = format!("{} is of version {}, which is too old", options.address(), report.version);
            Check::missing(NAME, detail, Some("use openhands-agent-server 1.58 or later".to_owned()))
        }
        Err(failure) if is_needed => Check::missing(NAME, failure.message, None),
        Err(failure) => Check::note(NAME, failure.message, "it is not needed for the agent above"),
    }
}

fn agent(session: &Session) -> Check {
    let agent = session.settings.effective_agent();
    let source = session.sources.get("agent").map_or("", |entry| &entry.source);
    match agent.reason {
        None => Check::good("agent", format!("{}, by {source}", agent.name)),
        Some(reason) => Check::note("agent", agent.name, reason),
    }
}
