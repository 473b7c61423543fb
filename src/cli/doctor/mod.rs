//! `doctor`: tries everything that a generation needs, and names the remedy for what is missing.

mod agents;
mod check;
mod run;

pub(super) use run::run;
