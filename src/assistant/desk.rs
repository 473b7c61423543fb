//! How are prompts carried out? Tasks are submitted and waited for, or not, and looked up, over one engine.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Map, Value};

use super::mode::Mode;
use super::prompt::{Job, Wish, read_prompt};
use super::reply::{answer_text, left_text, overdue_text, standing_text, submitted_text, unknown_text};
use crate::config::Settings;
use crate::engine::{
    Defaults, Engine, EngineError, Finished, InvalidRequest, SubmitOptions, TestRequest, planning_work,
};
use crate::task::{Context, ListFilter, NewTask, PlanningTool, Task, TaskId, Work};

/// How long somebody waits for an answer: the document's limit is two minutes.
pub const SYNC_LIMIT: Duration = Duration::from_secs(110);
/// The longest prompt, in bytes.
const MOST_PROMPT: usize = 512 * 1024;

/// The task that was submitted last. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Option<TaskId>>>);

/// The tasks that were kept of several.
#[derive(Debug, Default)]
pub struct Kept {
    /// These, in the order of their jobs.
    pub tasks: Vec<Arc<Task>>,
    /// Why the next was not kept; `None` where all were.
    pub problem: Option<EngineError>,
}

impl Kept {
    /// What is said of the others; `None` where there are none.
    fn told(&self, wanted: usize) -> Option<String> {
        self.problem.as_ref().map(|error| left_text(wanted - self.tasks.len(), error))
    }
}

/// Carries out what people ask for.
#[derive(Debug)]
pub struct Assistant<'a> {
    engine: &'a Engine,
    settings: &'a Settings,
    context: &'a Arc<Context>,
    memory: &'a Memory,
}

impl<'a> Assistant<'a> {
    /// One over this engine.
    #[must_use]
    pub fn new(
        engine: &'a Engine,
        settings: &'a Settings,
        context: &'a Arc<Context>,
        memory: &'a Memory,
    ) -> Self {
        Self { engine, settings, context, memory }
    }

    /// Does what a prompt says; whoever waits for an answer waits at most `limit`, and gets the id of the task then.
    pub async fn handle(&self, prompt: &str, mode: Mode, limit: Duration) -> Result<String, EngineError> {
        let refused = |message: &str| Err(InvalidRequest::new("prompt", message).into());
        if prompt.trim().is_empty() {
            return refused("is empty: say what is to be planned, such as \"Plan a todo app\"");
        }
        if prompt.len() > MOST_PROMPT {
            return refused("takes more than 512 KiB: split it");
        }
        let reading = read_prompt(prompt, mode);
        match reading.wish {
            Wish::Results(ids) => self.results(&ids).await,
            Wish::Last => self.last().await,
            Wish::Cancel(ids) => self.cancel_all(&ids).await,
            Wish::Work(jobs) if reading.mode == Mode::Async => self.submit_all(&jobs).await,
            Wish::Work(jobs) => self.do_all(&jobs, limit).await,
        }
    }

    /// Submits a task; answers its id, and what is said of it.
    pub async fn submit(&self, tool: PlanningTool, text: String) -> Result<(TaskId, String), EngineError> {
        let task = self.keep(tool, text.clone()).await?;
        Ok((task.id(), submitted_text(tool, &text, &task.id().to_string())))
    }

    /// Submits a task and waits for it, at most `limit`: then it goes on, and its id is the answer.
    pub async fn ask(
        &self,
        tool: PlanningTool,
        text: String,
        limit: Duration,
    ) -> Result<String, EngineError> {
        let task = self.keep(tool, text.clone()).await?;
        self.answer(&task, &text, tool, limit).await
    }

    /// What is known of a task.
    pub async fn result(&self, id: &str) -> Result<String, EngineError> {
        let Ok(known) = id.trim().parse::<TaskId>() else { return Ok(unknown_text(id)) };
        match self.engine.get(known).await {
            Ok(task) => self.told(&task).await,
            Err(EngineError::TaskNotFound { .. }) => Ok(unknown_text(id)),
            Err(error) => Err(error),
        }
    }

    /// The task of a tool with these arguments, an object of one field; it is not submitted yet.
    pub fn task(&self, tool: PlanningTool, arguments: Map<String, Value>) -> Result<NewTask, EngineError> {
        let work =
            TestRequest::work_of_kind(tool.kind(), arguments, self.context, self.settings.max_iterations)?;
        self.task_of(work)
    }

    /// Keeps the task of a tool on a text.
    pub async fn keep(&self, tool: PlanningTool, text: String) -> Result<Arc<Task>, EngineError> {
        let new = self.task_of(planning_work(tool, text, self.context)?)?;
        self.submit_new(new).await
    }

    /// Keeps the tasks of these jobs: none where one is refused, and those before the first that the store does not take.
    /// Fails where none was kept.
    pub async fn keep_all(&self, jobs: &[Job]) -> Result<Kept, EngineError> {
        let new = |job: &Job| self.task_of(planning_work(job.tool, job.text.clone(), self.context)?);
        let all = jobs.iter().map(new).collect::<Result<Vec<_>, EngineError>>()?;
        let mut kept = Kept::default();
        for new in all {
            match self.submit_new(new).await {
                Ok(task) => kept.tasks.push(task),
                Err(error) if kept.tasks.is_empty() => return Err(error),
                Err(error) => {
                    kept.problem = Some(error);
                    break;
                }
            }
        }
        Ok(kept)
    }

    /// `Check status` is about this task from now on: it was the last that was submitted.
    pub fn remember(&self, id: TaskId) {
        *self.memory.0.lock() = Some(id);
    }

    async fn submit_new(&self, new: NewTask) -> Result<Arc<Task>, EngineError> {
        let task = self.engine.submit(new).await?;
        self.remember(task.id());
        Ok(task)
    }

    fn task_of(&self, work: Work) -> Result<NewTask, EngineError> {
        let defaults = Defaults::of(self.settings, &work.kind());
        SubmitOptions::default().into_task(work, self.engine.process(), &defaults)
    }

    /// The engine that carries it out.
    pub(super) fn engine(&self) -> &Engine {
        self.engine
    }

    async fn answer(
        &self,
        task: &Task,
        text: &str,
        tool: PlanningTool,
        limit: Duration,
    ) -> Result<String, EngineError> {
        match self.engine.wait(task.id(), Some(limit)).await {
            Ok(finished) => Ok(answer_text(&finished)),
            Err(EngineError::WaitTimedOut { .. }) => {
                Ok(overdue_text(tool, text, &task.id().to_string(), limit))
            }
            Err(error) => Err(error),
        }
    }

    async fn submit_all(&self, jobs: &[Job]) -> Result<String, EngineError> {
        let kept = self.keep_all(jobs).await?;
        let with_jobs = kept.tasks.iter().zip(jobs);
        let told = with_jobs.map(|(task, job)| submitted_text(job.tool, &job.text, &task.id().to_string()));
        Ok(told.chain(kept.told(jobs.len())).collect::<Vec<_>>().join("\n\n"))
    }

    /// All of them at once, within one limit.
    async fn do_all(&self, jobs: &[Job], limit: Duration) -> Result<String, EngineError> {
        let kept = self.keep_all(jobs).await?;
        let with_jobs = kept.tasks.iter().zip(jobs);
        let waits = with_jobs.map(|(task, job)| self.answer(task, &job.text, job.tool, limit));
        let told = futures_util::future::join_all(waits).await;
        let told = told.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(told.into_iter().chain(kept.told(jobs.len())).collect::<Vec<_>>().join("\n\n"))
    }

    async fn results(&self, ids: &[String]) -> Result<String, EngineError> {
        let mut told = Vec::with_capacity(ids.len());
        for id in ids {
            told.push(self.result(id).await?);
        }
        Ok(told.join("\n\n"))
    }

    async fn last(&self) -> Result<String, EngineError> {
        let remembered = *self.memory.0.lock();
        if let Some(id) = remembered {
            return self.result(&id.to_string()).await;
        }
        match self.newest().await? {
            Some(task) => self.told(&task).await,
            None => Ok("No task was submitted yet, or the last one has expired. Say what is to be planned."
                .to_owned()),
        }
    }

    /// The planning task of the store that was submitted last.
    async fn newest(&self) -> Result<Option<Arc<Task>>, EngineError> {
        let mut newest: Option<Arc<Task>> = None;
        for tool in PlanningTool::ALL {
            let filter = ListFilter { kind: Some(tool.kind()), limit: 1, ..ListFilter::default() };
            let task = self.engine.list(filter).await?.tasks.pop();
            newest = newest.into_iter().chain(task).max_by_key(|task| task.created_at);
        }
        Ok(newest)
    }

    async fn cancel_all(&self, ids: &[String]) -> Result<String, EngineError> {
        let mut told = Vec::with_capacity(ids.len());
        for id in ids {
            told.push(self.cancel(id).await?);
        }
        Ok(told.join("\n\n"))
    }

    async fn cancel(&self, id: &str) -> Result<String, EngineError> {
        let Ok(known) = id.trim().parse::<TaskId>() else { return Ok(unknown_text(id)) };
        match self.engine.cancel(known).await {
            Ok(task) => self.told(&task).await,
            Err(EngineError::TaskNotFound { .. }) => Ok(unknown_text(id)),
            Err(error) => Err(error),
        }
    }

    async fn told(&self, task: &Task) -> Result<String, EngineError> {
        let finished: Option<Finished> =
            if task.status().is_final() { self.engine.finished_now(task.id()).await? } else { None };
        Ok(standing_text(finished.as_ref().map_or(task, |finished| &finished.task), finished.as_ref()))
    }
}
