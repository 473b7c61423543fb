//! `openhands_testgen._core`: the module map of the engine. A module may use those above it, never those below.

pub mod task;
