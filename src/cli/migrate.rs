//! `migrate`: brings the schema of the store up to date, or says what that would be.

use serde::Serialize;

use super::arguments::Migrate;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, Terminal};
use super::session::Session;
use crate::engine::EngineError;
use crate::store::{AnyStore, SchemaReport, Step, StoreTerms};

/// `migrate`.
pub(super) async fn run(
    command: &Migrate,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    let terms = StoreTerms::of(&session.settings);
    let report = if command.check {
        AnyStore::look_at_schema(&session.location, &terms).await
    } else {
        AnyStore::migrate(&session.location, &terms).await
    };
    let report = report.map_err(EngineError::from)?;
    let exit = if report.missing.is_empty() { Exit::Done } else { Exit::Outdated };
    if command.format.json {
        output::print_json(&Document::of(&report))?;
        return Ok(exit);
    }
    output::print(text(&report))?;
    if exit == Exit::Outdated {
        terminal
            .hint("`openhands-testgen migrate` applies this, while other processes go on with their work");
    }
    Ok(exit)
}

/// The document of `migrate --json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    up_to_date: bool,
    #[serde(flatten)]
    report: &'a SchemaReport,
}

impl<'a> Document<'a> {
    fn of(report: &'a SchemaReport) -> Self {
        Self { up_to_date: report.missing.is_empty(), report }
    }
}

/// What was there and what this release has, then a line for each step.
fn text(report: &SchemaReport) -> String {
    let SchemaReport { store, found, release, applied, missing } = report;
    let found = found.map_or("no schema".to_owned(), |version| format!("schema {version}"));
    let line = |what: &str, step: &Step| format!("{what} {:04} {}", step.version, step.description);
    let head = match (applied.is_empty(), missing.is_empty()) {
        (true, true) => format!("{store}: {found}, and nothing to do for this release (schema {release})"),
        _ => format!("{store}: {found} there, schema {release} in this release"),
    };
    let applied = applied.iter().map(|step| line("applied", step));
    let missing = missing.iter().map(|step| line("missing", step));
    std::iter::once(head).chain(applied).chain(missing).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(version: i64) -> Step {
        Step { version, description: "steps".to_owned() }
    }

    #[test]
    fn what_was_done_and_what_is_to_be_done_are_told_apart() {
        let nothing = SchemaReport {
            store: "sqlite:tasks.db".to_owned(),
            found: Some(3),
            release: 5,
            applied: vec![],
            missing: vec![],
        };
        let check = SchemaReport { missing: vec![step(5)], ..nothing.clone() };
        assert_eq!(
            text(&check),
            "sqlite:tasks.db: schema 3 there, schema 5 in this release\nmissing 0005 steps"
        );
        let done = SchemaReport { found: None, applied: vec![step(5)], ..nothing.clone() };
        assert_eq!(
            text(&done),
            "sqlite:tasks.db: no schema there, schema 5 in this release\napplied 0005 steps"
        );
        assert!(text(&nothing).contains("nothing to do"));
    }
}
