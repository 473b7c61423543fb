//! What may be asked for? Everything is checked lexically at submission: nothing is read, nothing is stored
//! before it holds.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::custom;
use super::documents;
use super::error::{EngineError, InvalidRequest};
use super::free_form::ErrandRequest;
use super::planning;
use super::terms;
use crate::config::Settings;
use crate::sandbox::{ProjectPath, default_output};
use crate::task::{
    Context, GenerateTests, Kind, Labels, NewTask, PlanningTool, Priority, ProcessId, TaskId, Terms,
    Threshold, Work,
};

/// "Write unit tests for this module", as the caller put it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRequest {
    /// The module: relative to the project root, or absolute inside it.
    pub module_path: String,
    /// The test file; `None` mirrors the package under `tests/`.
    pub output_path: Option<String>,
    /// 0 to 100 percent.
    pub coverage_threshold: i64,
    /// Whether a file that is not ours may be replaced.
    pub overwrite: bool,
    /// 1 to 20; `None` for the setting's.
    pub max_iterations: Option<i64>,
}

/// How a task is to be run, whatever its kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SubmitOptions {
    /// Who goes first.
    pub priority: Priority,
    /// How long one attempt may take, in seconds, more than 0 and at most a day; `None` for the default.
    pub attempt_seconds: Option<f64>,
    /// How often it may be tried again, 0 to 10; `None` for the default.
    pub max_retries: Option<i64>,
    /// The caller's own notes, at most 64 KiB as JSON.
    pub metadata: Option<Map<String, Value>>,
    /// What the machine that runs it must have.
    pub requires: Labels,
    /// What few submissions ask for besides.
    pub terms: Terms,
}

/// What holds for every task of one generator where its submission says nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// How long one attempt may take, in seconds.
    pub attempt_seconds: f64,
    /// How often a task may be tried again.
    pub max_retries: u32,
    /// How long an ended task is kept, in seconds.
    pub retention_seconds: f64,
}

impl Defaults {
    /// What these settings say for a kind of task.
    #[must_use]
    pub fn of(settings: &Settings, kind: &Kind) -> Self {
        Self {
            attempt_seconds: settings.default_timeout_seconds,
            // Here only throttling is waited for, by whoever asks the model.
            max_retries: if kind.is_of_documents() || kind.is_of_planning() {
                0
            } else {
                settings.max_retries
            },
            retention_seconds: settings.retention_of(kind),
        }
    }
}

/// The most that the caller's notes may take.
const MOST_METADATA: usize = 64 * 1024;
/// The longest attempt.
const LONGEST_ATTEMPT: f64 = 86_400.0;

impl TestRequest {
    /// The work that this request stands for, with all paths inside the project.
    pub fn into_work(self, context: &Arc<Context>, default_iterations: u32) -> Result<Work, InvalidRequest> {
        let root = &context.project_root;
        let module = ProjectPath::parse_owned(self.module_path, root)
            .map_err(|error| InvalidRequest::new("module_path", error.to_string()))?;
        let output = match &self.output_path {
            Some(path) => test_file(path, context, &module)?,
            None => default_output(&module),
        };
        let coverage_threshold = threshold(self.coverage_threshold)?;
        let max_iterations = match self.max_iterations {
            None => default_iterations,
            Some(number) => iterations(number)?,
        };
        Ok(Work::GenerateTests(Box::new(GenerateTests {
            module_path: module.into_string(),
            output_path: output.into_string(),
            coverage_threshold,
            overwrite: self.overwrite,
            max_iterations,
            context: Arc::clone(context),
        })))
    }

    /// The work of a kind from its payload as JSON.
    pub fn work_of_kind(
        kind: Kind,
        payload: Map<String, Value>,
        context: &Arc<Context>,
        default_iterations: u32,
    ) -> Result<Work, InvalidRequest> {
        match kind {
            Kind::GenerateTests => Self::from_payload(payload)?.into_work(context, default_iterations),
            Kind::AgentTask => ErrandRequest::from_payload(payload)?.into_work(context),
            Kind::GenerateRtm | Kind::GenerateTestCases | Kind::CoverageAnalysis => {
                documents::work(&kind, payload, context)
            }
            Kind::PlanGeneration => {
                planning::work(PlanningTool::GenerateImplementationPlan, payload, context)
            }
            Kind::RequirementsParsing => planning::work(PlanningTool::ParseRequirements, payload, context),
            Kind::PlanValidation => planning::work(PlanningTool::ValidatePlan, payload, context),
            Kind::Noop if payload.is_empty() => Ok(Work::Noop),
            Kind::Webhook => Err(InvalidRequest::new(
                "kind",
                "kind webhook is the service's own: submit with callback_url",
            )),
            Kind::Noop => Err(InvalidRequest::new("payload", "must be empty for kind noop")),
            Kind::Custom(name) => custom::work(name, payload),
        }
    }

    fn from_payload(payload: Map<String, Value>) -> Result<Self, InvalidRequest> {
        let mut request = Self {
            module_path: String::new(),
            output_path: None,
            coverage_threshold: i64::from(Threshold::DEFAULT.percent()),
            overwrite: false,
            max_iterations: None,
        };
        for (key, value) in payload {
            match (key.as_str(), value) {
                ("module_path", Value::String(path)) => request.module_path = path,
                ("output_path", Value::String(path)) => request.output_path = Some(path),
                ("overwrite", Value::Bool(flag)) => request.overwrite = flag,
                ("coverage_threshold", Value::Number(number)) if number.is_i64() => {
                    request.coverage_threshold = number.as_i64().unwrap_or(-1);
                }
                ("max_iterations", Value::Number(number)) if number.is_i64() => {
                    request.max_iterations = number.as_i64();
                }
                (key, value) => {
                    let message = format!(
                        "{key} = {value} is not understood: module_path, output_path (texts), \
                         coverage_threshold, max_iterations (whole numbers) and overwrite (true or false) are"
                    );
                    return Err(InvalidRequest::new("payload", message));
                }
            }
        }
        Ok(request)
    }
}

impl SubmitOptions {
    /// The task to store.
    pub fn into_task(
        self,
        work: Work,
        submitter: ProcessId,
        defaults: &Defaults,
    ) -> Result<NewTask, EngineError> {
        let attempt_seconds = match self.attempt_seconds {
            None => defaults.attempt_seconds,
            Some(seconds) if seconds > 0.0 && seconds <= LONGEST_ATTEMPT => seconds,
            Some(seconds) => {
                let message =
                    format!("must be more than 0 and at most {LONGEST_ATTEMPT} seconds, not {seconds}");
                return Err(InvalidRequest::new("timeout", message).into());
            }
        };
        Ok(NewTask {
            id: TaskId::fresh(),
            lane: if self.requires.is_empty() { work.lane() } else { work.lane().requiring(&self.requires) },
            owner: Box::default(),
            priority: self.priority,
            work,
            metadata: metadata_text(self.metadata)?,
            submitter,
            attempt_seconds,
            max_retries: self.max_retries.map_or(Ok(defaults.max_retries), retries)?,
            retention_seconds: defaults.retention_seconds,
            terms: terms::checked(self.terms)?,
        })
    }
}

fn test_file(path: &str, context: &Context, module: &ProjectPath) -> Result<ProjectPath, InvalidRequest> {
    let root = &context.project_root;
    let refused = |message| InvalidRequest::new("output_path", message);
    let output = ProjectPath::parse(path, root).map_err(|error| refused(error.to_string()))?;
    if output == *module {
        return Err(refused(format!("{path:?} is the module itself: name the test file to write")));
    }
    if Path::new(output.file_name()).extension().is_none_or(|extension| extension != "py") {
        return Err(refused(format!("{path:?} does not end in .py: name the test file to write")));
    }
    let is_hidden = output.names().any(|name| name.starts_with('.'));
    let configures =
        ["conftest.py", "setup.py", "__init__.py", "sitecustomize.py"].contains(&output.file_name());
    let is_ours = context.project_root.join(output.as_path()).starts_with(&context.workspace_root);
    if is_hidden || configures || is_ours {
        return Err(refused(format!("{path:?} is no place for tests: name a file such as tests/test_it.py")));
    }
    Ok(output)
}

fn threshold(percent: i64) -> Result<Threshold, InvalidRequest> {
    u8::try_from(percent).ok().and_then(|percent| Threshold::try_from(percent).ok()).ok_or_else(|| {
        InvalidRequest::new("coverage_threshold", format!("must be between 0 and 100 percent, not {percent}"))
    })
}

fn iterations(number: i64) -> Result<u32, InvalidRequest> {
    u32::try_from(number).ok().filter(|number| (1..=20).contains(number)).ok_or_else(|| {
        InvalidRequest::new("max_iterations", format!("must be between 1 and 20, not {number}"))
    })
}

fn retries(number: i64) -> Result<u32, InvalidRequest> {
    u32::try_from(number)
        .ok()
        .filter(|number| (0..=10).contains(number))
        .ok_or_else(|| InvalidRequest::new("max_retries", format!("must be between 0 and 10, not {number}")))
}

fn metadata_text(metadata: Option<Map<String, Value>>) -> Result<Box<str>, InvalidRequest> {
    let Some(metadata) = metadata.filter(|metadata| !metadata.is_empty()) else { return Ok(Box::default()) };
    let text = Value::Object(metadata).to_string();
    if text.len() > MOST_METADATA {
        let message = format!("takes {} bytes as JSON: at most {MOST_METADATA} are kept", text.len());
        return Err(InvalidRequest::new("metadata", message));
    }
    Ok(text.into_boxed_str())
}
