//! Project, interpreter, sandbox, store, engine, agents: one after the other.

use std::sync::Arc;
use std::time::Duration;

use super::agents;
use super::check::{Check, Findings, Verdict};
use crate::cli::arguments::Json;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::session::Session;
use crate::engine::{Defaults, Engine, EngineError, SubmitOptions};
use crate::sandbox::{Interpreter, Level, Sandbox};
use crate::store::StoreError;
use crate::task::{Priority, Work};

/// How long a task that does nothing may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// `doctor`.
pub(in crate::cli) async fn run(format: Json, session: &Session) -> Result<Exit, CommandError> {
    let mut checks = vec![project(session)];
    checks.extend(interpreter_and_sandbox(session).await);
    checks.extend(store_and_engine(session).await);
    checks.extend(agents::checks(session).await);
    let healthy = checks.iter().all(|check| check.verdict != Verdict::Missing);
    let findings = Findings { healthy, checks };
    if format.json {
        output::print_json(&findings)?;
    } else {
        let lines: Vec<String> = findings.checks.iter().map(Check::to_string).collect();
        output::print(lines.join("\n"))?;
    }
    Ok(if healthy { Exit::Done } else { Exit::Configuration })
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
        Err(CommandError::Engine(EngineError::Store(error @ StoreError::ReadOnly { .. }))) => {
            return vec![Check::note("store", error.to_string(), "tasks can be looked at, and nothing else")];
        }
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
