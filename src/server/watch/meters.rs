//! What is counted? Requests by route and answer, how long they took, and the streams that are open.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The upper ends of the classes of durations, in seconds.
const CLASSES: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0, 60.0];

/// One route and how it answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Answered {
    pub(super) method: String,
    /// The pattern, never the address: ids would make a series each.
    pub(super) route: String,
    pub(super) status: u16,
}

/// The counts of one service.
#[derive(Debug, Default)]
pub(in crate::server) struct Meters {
    pub(super) requests: Family<Answered, Counter>,
    pub(super) durations: Option<Histogram>,
    pub(super) streams: Arc<AtomicI64>,
}

/// A stream that is open as long as this lives.
#[derive(Debug)]
pub(in crate::server) struct Open(Arc<AtomicI64>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Meters {
    pub(in crate::server) fn new() -> Self {
        Self { durations: Some(Histogram::new(CLASSES)), ..Self::default() }
    }

    /// Counts a stream while it is open.
    pub(in crate::server) fn open_stream(&self) -> Open {
        self.streams.fetch_add(1, Ordering::Relaxed);
        Open(Arc::clone(&self.streams))
    }

    /// Counts a request that was answered.
    pub(super) fn answered(&self, answered: &Answered, took: Duration) {
        self.requests.get_or_create(answered).inc();
        if let Some(durations) = &self.durations {
            durations.observe(took.as_secs_f64());
        }
    }

    /// Names what is counted.
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("otg_http_requests", "Requests by route and answer", self.requests.clone());
        if let Some(durations) = &self.durations {
            registry.register("otg_http_request_seconds", "Until the head of the answer", durations.clone());
        }
    }
}
