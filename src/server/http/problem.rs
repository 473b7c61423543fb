//! What does a client get that cannot be served? A problem by RFC 9457, with `detail` as every other client reads it.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::{EngineError, InvalidRequest};
use crate::store::StoreError;

/// A request that was not served.
#[derive(Debug, Clone)]
pub(in crate::server) struct Problem {
    status: StatusCode,
    detail: String,
    field: Option<String>,
    /// How many seconds to wait before another try.
    retry_after: Option<u32>,
}

/// Why a request was not served.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct ProblemBody {
    /// Always `about:blank`: the status says which sort it is.
    r#type: &'static str,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    title: &'static str,
    /// The status.
    #[schema(example = 422)]
    status: u16,
    /// What is wrong, and the remedy.
    detail: String,
    /// The field of the request that is meant, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl Problem {
    /// A problem of this sort.
    pub(in crate::server) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), field: None, retry_after: None }
    }

    /// A field that does not hold.
    pub(in crate::server) fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let field = field.into();
        let detail = format!("{field}: {}", detail.into());
        Self { field: Some(field), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// An id that is nobody's, or someone else's: nobody is told which.
    pub(in crate::server) fn no_task(id: &str) -> Self {
        let id: String = id.chars().take(64).collect();
        let detail =
            format!("task {id} not found: it was never submitted here, or was removed after its retention");
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// A project that is nobody's, or someone else's: nobody is told which.
    pub(in crate::server) fn no_project(id: &str) -> Self {
        let id: String = id.chars().take(64).collect();
        let detail = format!(
            "project {id} not found: whoever runs the service adds it, with you as a member \
             (`openhands-testgen projects add ID PATH --member USER`)"
        );
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The same for a delivery of a webhook.
    pub(in crate::server) fn no_delivery(id: &str) -> Self {
        let id: String = id.chars().take(64).collect();
        let detail = format!(
            "delivery {id} not found: it was never asked for here, or was removed after its retention"
        );
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The same as clients of old know it, who expect 403 for what is not theirs.
    pub(in crate::server) fn into_forbidden(self) -> Self {
        if self.status == StatusCode::NOT_FOUND {
            Self { status: StatusCode::FORBIDDEN, ..self }
        } else {
            self
        }
    }

    /// A bug of ours; what it says is for whoever runs the service.
    pub(in crate::server) fn bug(error: &str) -> Self {
        tracing::error!(error, "a request met a bug of ours, or a broken store");
        let detail = "a bug of ours: the log of the service says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// A path that leads nowhere.
    pub(in crate::server) fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "nothing is here: /openapi.json lists what there is")
    }

    /// A method that the path does not have.
    pub(in crate::server) fn method() -> Self {
        let detail = "this path does not have that method: /openapi.json lists what there is";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    }

    /// Someone who showed nothing that lets them in.
    pub(in crate::server) fn unknown_caller(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    /// The store does not answer.
    pub(in crate::server) fn no_store() -> Self {
        let detail = "the store of the tasks does not answer: try again";
        Self { retry_after: Some(2), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    /// What is wrong, and the remedy.
    pub(in crate::server) fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether the same request may be served in a moment.
    pub(in crate::server) fn is_passing(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
    }

    fn with_retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail,
            field: self.field,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<InvalidRequest> for Problem {
    fn from(error: InvalidRequest) -> Self {
        // What Python calls so.
        let field = if error.field == "timeout" { "timeout_seconds" } else { error.field };
        Self::field(field, error.message)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::TaskNotFound { id } => Self::no_task(&id),
            EngineError::InvalidRequest(error) => error.into(),
            EngineError::QueueFull { .. } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, error.to_string()).with_retry_after(5)
            }
            EngineError::Closed => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "the service is stopping: try again")
                    .with_retry_after(2)
            }
            EngineError::WaitTimedOut { .. } => Self::new(StatusCode::GATEWAY_TIMEOUT, error.to_string()),
            EngineError::Store(StoreError::ReadOnly { .. }) => Self::new(
                StatusCode::FORBIDDEN,
                "the store is only read: tasks can be looked at, and nothing else",
            ),
            EngineError::Store(error @ (StoreError::Corrupt(_) | StoreError::Illegal(_))) => {
                Self::bug(&error.to_string())
            }
            // What it says names files and hosts: it is for whoever runs the service.
            EngineError::Store(error) => {
                tracing::warn!(%error, "the store does not answer");
                Self::no_store()
            }
        }
    }
}
