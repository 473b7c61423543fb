//! `GET /metrics`: figures of the store and of the service, as Prometheus reads them. They name nobody.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::server::access::{Admin, App};
use crate::server::http::{Problem, ProblemBody};
use crate::task::{QueueStats, Tally};

/// What Prometheus expects.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Tasks of one status and kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Sort {
    status: String,
    kind: String,
}

/// Figures for Prometheus
///
/// For keys with the role `admin`, and the one user of this machine.
#[utoipa::path(
    get, path = "/metrics", tag = "operation", operation_id = "metrics",
    responses(
        (status = 200, description = "The figures", body = String, content_type = "application/openmetrics-text"),
        (status = 403, description = "A key of another role", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(in crate::server) async fn metrics(_: Admin, State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let (stats, tally) = app.figures().await.ok_or_else(Problem::no_store)?;
    let mut registry = Registry::default();
    app.meters().register(&mut registry);
    let streams = Gauge::<i64>::default();
    streams.set(app.meters().streams.load(Ordering::Relaxed));
    registry.register("otg_event_streams", "Event streams that are open", streams);
    register_store(&mut registry, &stats, &tally);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the figures cannot be written: {error}"))
    })?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}

fn register_store(registry: &mut Registry, stats: &QueueStats, tally: &Tally) {
    let tasks = Family::<Sort, Gauge>::default();
    for (status, kind, number) in tally.iter() {
        let sort = Sort { status: status.to_string(), kind: kind.to_owned() };
        tasks.get_or_create(&sort).set(signed(number));
    }
    registry.register("otg_tasks", "Tasks that are kept, by status and kind", tasks);
    let mut gauge = |name: &str, help: &str, number: u64| {
        let gauge = Gauge::<i64>::default();
        gauge.set(signed(number));
        registry.register(name, help, gauge);
    };
    gauge("otg_queue_size", "Tasks that wait for a worker, their time or others", stats.queue_size);
    gauge("otg_workers", "Living processes that run tasks", stats.workers);
    gauge(
        "otg_tasks_created_last_minute",
        "Tasks submitted during the last minute",
        stats.created_last_minute,
    );
    if let Some(seconds) = stats.oldest_queued_seconds {
        let gauge = Gauge::<f64, std::sync::atomic::AtomicU64>::default();
        gauge.set(seconds);
        registry.register("otg_oldest_queued_seconds", "Age of the task that waits longest", gauge);
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
