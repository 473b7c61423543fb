//! What may be submitted? The fields of a body, turned into a task as the engine takes it.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::answer::IDEMPOTENCY_KEY;
use crate::engine::{Defaults, SubmitOptions, TestRequest};
use crate::server::access::Scope;
use crate::server::http::{Fields, Problem};
use crate::task::{Kind, Labels, NewTask, Priority, TaskId, Terms, Work};

/// A task to submit. Only `task_type` must be there; for our own kinds `payload` says what is to be done.
#[derive(Debug, ToSchema)]
#[schema(as = NewTask)]
#[expect(
    dead_code,
    reason = "describes the body; read by `Fields`, whose errors name field, value and remedy"
)]
pub(in crate::server) struct NewTaskBody {
    /// What sort of work: `generate_tests`, `agent_task`, `generate_rtm`, `generate_test_cases`, `coverage_analysis`,
    /// `plan_generation`, `requirements_parsing`, `plan_validation`, or a kind that a handler of yours runs, such as
    /// `file_processing`.
    #[schema(example = "generate_tests", pattern = "^[a-z][a-z0-9_]{0,63}$")]
    task_type: String,
    /// What is to be done: for `generate_tests` `module_path`, `output_path`, `coverage_threshold`, `overwrite`,
    /// `max_iterations`; for `agent_task` `instruction`, `workspace`, `apply`; for work on documents `project_id` and for
    /// `generate_rtm` `requirements_content`, for `generate_test_cases` `rtm_content`, `generation_options`
    /// (`include_negative_tests`, `test_framework`), for `coverage_analysis` `file_path`, `analysis_options`
    /// (`include_branch_coverage`, `min_coverage_threshold`, `test_paths`); for `plan_generation` `requirement`, for
    /// `requirements_parsing` `requirements_text`, for `plan_validation` `plan_text`; for a handler of yours whatever it takes, at most 256 KiB.
    #[schema(value_type = Option<Object>, example = json!({"module_path": "src/shop/pricing.py"}))]
    payload: Option<Map<String, Value>>,
    /// Who goes first.
    #[schema(value_type = Option<String>, pattern = "^(critical|high|normal|low)$", default = "high")]
    priority: Option<Priority>,
    /// How long one attempt may take, in seconds.
    #[schema(exclusive_minimum = 0, maximum = 86400)]
    timeout_seconds: Option<f64>,
    /// How often it may be tried again.
    #[schema(minimum = 0, maximum = 10)]
    max_retries: Option<i64>,
    /// Your own notes, at most 64 KiB.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// Tasks of yours that must have completed first.
    #[schema(max_items = 1000)]
    depends_on: Option<Vec<String>>,
    /// Not before this time, with its offset.
    #[schema(value_type = Option<String>, format = DateTime)]
    run_at: Option<DateTime<Utc>>,
    /// Who is told of its end: an address of the web, public unless the service allows others. Where it is not said,
    /// the one of the key.
    #[schema(
        format = "uri",
        max_length = 2048,
        pattern = "^[Hh][Tt][Tt][Pp][Ss]?:",
        example = "https://example.org/hook"
    )]
    callback_url: Option<String>,
    /// Labels that the machine which runs it must have.
    requires: Option<Vec<String>>,
}

/// The task that a body asks for, and where its end is told.
pub(super) async fn task_of(
    body: Map<String, Value>,
    headers: &HeaderMap,
    scope: &Scope,
) -> Result<(NewTask, Option<String>), Problem> {
    let terms = terms_of(Some(&body), headers)?;
    let mut fields = Fields::of(body)?;
    let kind = kind_of(&fields.need::<String>("task_type")?)?;
    let payload: Map<String, Value> = fields.take("payload")?.unwrap_or_default();
    let options = options_of(&mut fields, terms)?;
    let callback = fields.take::<String>("callback_url")?;
    fields.end()?;
    let callback = scope.callback(callback)?;
    Ok((task_with(kind, payload, options, scope).await?, callback))
}

/// The task of a kind of ours that has a route of its own, which made the payload.
pub(super) async fn task_of_kind(
    kind: Kind,
    payload: Map<String, Value>,
    headers: &HeaderMap,
    scope: &Scope,
) -> Result<NewTask, Problem> {
    // As `POST /tasks` would be asked for it: the same work is the same request.
    let request = json!({"task_type": kind.as_str(), "payload": payload});
    let terms = terms_of(request.as_object(), headers)?;
    task_with(kind, payload, SubmitOptions { terms, ..SubmitOptions::default() }, scope).await
}

/// The task of a kind with options of any sort.
pub(in crate::server) async fn task_with(
    kind: Kind,
    payload: Map<String, Value>,
    options: SubmitOptions,
    scope: &Scope,
) -> Result<NewTask, Problem> {
    let settings = scope.settings();
    let context = scope.context_of(&kind, &payload).await?;
    let work = TestRequest::work_of_kind(kind, payload, &context, settings.max_iterations)?;
    refuse_unknown_kind(&work, scope).await?;
    let work = scope.placed(work).await?;
    let defaults = Defaults::of(settings, &work.kind());
    Ok(options.into_task(work, scope.process(), &defaults)?)
}

fn kind_of(name: &str) -> Result<Kind, Problem> {
    let kind: Kind = name.parse().map_err(|message: String| Problem::field("task_type", message))?;
    if kind.is_internal() { Err(unknown_kind(&kind)) } else { Ok(kind) }
}

/// A kind of a user's own is known where a living process has a handler for it.
async fn refuse_unknown_kind(work: &Work, scope: &Scope) -> Result<(), Problem> {
    match work {
        Work::Custom(_) if !scope.has_worker(&work.lane()).await? => Err(unknown_kind(&work.kind())),
        _ => Ok(()),
    }
}

fn unknown_kind(kind: &Kind) -> Problem {
    let ours: Vec<&str> =
        Kind::BUILT_IN.iter().filter(|kind| !kind.is_internal()).map(Kind::as_str).collect();
    let detail = format!(
        "{:?} is unknown: use one of {}, or start a process with a handler for it (`--handlers PACKAGE.MODULE`)",
        kind.as_str(),
        ours.join(", ")
    );
    Problem::field("task_type", detail)
}

fn options_of(fields: &mut Fields, terms: Terms) -> Result<SubmitOptions, Problem> {
    let priority = fields.take::<String>("priority")?.map(|name| name.parse::<Priority>()).transpose();
    let requires: Vec<String> = fields.take("requires")?.unwrap_or_default();
    Ok(SubmitOptions {
        priority: priority.map_err(|message| Problem::field("priority", message))?.unwrap_or_default(),
        attempt_seconds: fields.take("timeout_seconds")?,
        max_retries: fields.take("max_retries")?,
        metadata: fields.take("metadata")?,
        requires: Labels::of(requires.iter().map(String::as_str))
            .map_err(|message| Problem::field("requires", message))?,
        terms: Terms {
            depends_on: dependencies_of(fields.take("depends_on")?.unwrap_or_default())?,
            run_at: fields.take("run_at")?,
            ..terms
        },
    })
}

/// The key of a request, with the digest of the request; without a key nothing is compared.
pub(super) fn terms_of(request: Option<&Map<String, Value>>, headers: &HeaderMap) -> Result<Terms, Problem> {
    let idempotency_key = key_of(headers)?;
    let request = idempotency_key.as_ref().and(request).map(digest_of);
    Ok(Terms { idempotency_key, request, ..Terms::default() })
}

/// What tells one request from another under the same key. The order of its fields does not.
pub(in crate::server) fn digest_of(request: &Map<String, Value>) -> Box<str> {
    let text = serde_json::to_vec(request).unwrap_or_default();
    STANDARD_NO_PAD.encode(Sha256::digest(text)).into()
}

fn key_of(headers: &HeaderMap) -> Result<Option<Box<str>>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value
        .to_str()
        .map_err(|_| Problem::field("Idempotency-Key", "has characters beyond ASCII: send a plain text"))?;
    Ok(Some(key.into()))
}

fn dependencies_of(ids: Vec<String>) -> Result<Vec<TaskId>, Problem> {
    let parse = |id: String| {
        id.parse().map_err(|_| {
            let shown: String = id.chars().take(64).collect();
            Problem::field("depends_on", format!("{shown:?} is no id of a task"))
        })
    };
    ids.into_iter().map(parse).collect()
}
