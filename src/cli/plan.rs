//! `plan`: does what a prompt says: a plan, requirements or a check, now or in the background, or word of a task.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use super::arguments::Plan;
use super::attend::Attendance;
use super::error::CommandError;
use super::exit::Exit;
use super::follow::{Ending, Followed};
use super::output::{self, Terminal};
use super::session::Session;
use super::signals::Signals;
use super::submit;
use crate::assistant::{
    Assistant, Job, Kept, Memory, Mode, Reading, SYNC_LIMIT, Standing, Wish, answer_text, overdue_text,
    read_prompt, submitted_text,
};
use crate::engine::{Engine, EngineError, Finished, InvalidRequest};
use crate::task::{Task, Work};

/// More than any prompt takes.
const MOST_BYTES: u64 = 1 << 20;

/// The document of `plan --json`.
#[derive(Serialize)]
struct Told<'a> {
    mode: &'a str,
    why: &'a str,
    text: &'a str,
    tasks: Vec<TaskTold>,
}

/// One task of it.
#[derive(Serialize)]
struct TaskTold {
    task_id: String,
    tool: Option<&'static str>,
    status: &'static str,
    result: Option<Arc<Value>>,
    error: Option<String>,
}

/// `plan`.
pub(super) async fn run(
    command: &Plan,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let prompt = prompt(&command.prompt)?;
    let reading = read_prompt(&prompt, command.mode);
    match reading.wish.clone() {
        Wish::Work(jobs) if reading.mode == Mode::Async => {
            submit_all(command, &reading, jobs, session, terminal).await
        }
        Wish::Work(jobs) => do_all(command, &reading, jobs, session, terminal).await,
        Wish::Results(_) | Wish::Last | Wish::Cancel(_) => look(command, &prompt, session).await,
    }
}

fn prompt(words: &[String]) -> Result<String, CommandError> {
    let prompt = words.join(" ");
    let prompt = if prompt == "-" {
        let mut text = String::new();
        let read = std::io::stdin().lock().take(MOST_BYTES).read_to_string(&mut text);
        read.map_err(|error| CommandError::Usage {
            message: format!("standard input is no text: {error}"),
            hint: "give the prompt as an argument, or as UTF-8".to_owned(),
        })?;
        text
    } else {
        prompt
    };
    if prompt.trim().is_empty() {
        let message = "is empty: say what is to be planned, such as \"Plan a todo app\"";
        return Err(EngineError::from(InvalidRequest::new("prompt", message)).into());
    }
    Ok(prompt)
}

/// Keeps the tasks, tells their ids, and leaves them to a worker.
async fn submit_all(
    command: &Plan,
    reading: &Reading,
    jobs: Vec<Job>,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let engine = session.open_without_workers().await?;
    let handed_over = hand_over(command, reading, &jobs, (session, &engine), terminal).await;
    engine.stop(Duration::ZERO).await;
    handed_over
}

async fn hand_over(
    command: &Plan,
    reading: &Reading,
    jobs: &[Job],
    (session, engine): (&Session, &Engine),
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    if !engine.is_durable() {
        return Err(CommandError::NothingToHandOver);
    }
    let kept = keep(jobs, session, engine).await?;
    let with_jobs = kept.tasks.iter().zip(jobs);
    let told: Vec<String> =
        with_jobs.map(|(task, job)| submitted_text(job.tool, &job.text, &task.id().to_string())).collect();
    let tasks = kept.tasks.iter().map(|task| told_of(task, None)).collect();
    print(command, reading, &told.join("\n\n"), tasks)?;
    let exit = submit::entrust(session, engine, &kept.tasks, terminal).await;
    kept.problem.map_or(Ok(exit), |problem| Err(problem.into()))
}

/// Keeps the tasks, runs them here, and tells what they left; what takes too long goes on in a worker.
async fn do_all(
    command: &Plan,
    reading: &Reading,
    jobs: Vec<Job>,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let limit = command.limit.map_or(SYNC_LIMIT, Duration::from_secs_f64);
    let begin = Instant::now();
    let signals = Signals::listen()?;
    let engine = session.open_with_workers().await?;
    let kept = match keep(&jobs, session, &engine).await {
        Ok(kept) => kept,
        Err(error) => {
            engine.stop(Duration::ZERO).await;
            return Err(error);
        }
    };
    let mut attendance = Attendance::new(session, terminal, engine, signals, Followed::new(kept.tasks));
    let ending = attendance.run(Some(begin + limit)).await?;
    let left = attendance.leave(&ending).await?;
    if matches!(ending, Ending::Stopped(_)) {
        return Ok(left);
    }
    let (mut told, mut tasks, mut exit) = (Vec::new(), Vec::new(), Exit::Done);
    for (task, job) in attendance.followed.tasks.iter().zip(&jobs) {
        let finished = attendance.followed.finished.get(&task.id());
        told.push(match finished {
            Some(finished) => answer_text(finished),
            None => overdue_text(job.tool, &job.text, &task.id().to_string(), limit),
        });
        exit = exit.max(finished.map(Exit::of_task).unwrap_or_default());
        tasks.push(told_of(task, finished));
    }
    print(command, reading, &told.join("\n\n"), tasks)?;
    kept.problem.map_or(Ok(exit), |problem| Err(problem.into()))
}

/// Tells of tasks that are there.
async fn look(command: &Plan, prompt: &str, session: &Session) -> Result<Exit, CommandError> {
    let engine = session.open_without_workers().await?;
    let (context, memory) = (Arc::new(session.settings.context()), Memory::default());
    let told = Assistant::new(&engine, &session.settings, &context, &memory)
        .handle(prompt, command.mode, Duration::ZERO)
        .await;
    engine.stop(Duration::ZERO).await;
    let reading = read_prompt(prompt, command.mode);
    print(command, &reading, &told?, Vec::new())?;
    Ok(Exit::Done)
}

async fn keep(jobs: &[Job], session: &Session, engine: &Engine) -> Result<Kept, CommandError> {
    let (context, memory) = (Arc::new(session.settings.context()), Memory::default());
    let assistant = Assistant::new(engine, &session.settings, &context, &memory);
    Ok(assistant.keep_all(jobs).await?)
}

fn told_of(task: &Task, finished: Option<&Finished>) -> TaskTold {
    let task = finished.map_or(task, |finished| &finished.task);
    let tool = match &task.new.work {
        Work::Planning(planning) => Some(planning.tool.as_str()),
        _ => None,
    };
    TaskTold {
        task_id: task.id().to_string(),
        tool,
        status: Standing::of(task.status()).as_str(),
        result: finished.and_then(|finished| finished.result.clone()),
        error: finished.and_then(Finished::failure).map(|failure| failure.message.clone()),
    }
}

fn print(command: &Plan, reading: &Reading, text: &str, tasks: Vec<TaskTold>) -> Result<(), CommandError> {
    if !command.format.json {
        return output::print(text.trim_end());
    }
    let mode = if reading.mode == Mode::Async { "async" } else { "sync" };
    output::print_json(&Told { mode, why: reading.why.as_str(), text, tasks })
}
