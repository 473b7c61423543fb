//! The routes of whoever looks after the service: does it live, does it serve, and how much.

mod count;
mod health;
mod meters;
mod metrics;

pub(super) use count::count;
pub(super) use health::{__path_healthz, __path_readyz, healthz, readyz};
pub(super) use meters::{Meters, Open};
pub(super) use metrics::{__path_metrics, metrics};
