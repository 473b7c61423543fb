//! The agent of a server, through the engine, against a server that does what a test says: how each thing that can
//! happen ends, and that nothing is left over.

mod bench;
mod cancelling;
mod failing;
mod fake;
mod filling;
mod freeform;
mod happy;
mod hosts;
mod keeping;
mod lanes;
mod limits;
mod resuming;
mod secrets;
mod unsteady;
mod worker;

use std::time::Duration;

/// Long enough for anything that happens at all.
const PATIENCE: Duration = Duration::from_mins(3);
