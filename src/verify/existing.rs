//! What do the tests come to that a project has? One plain run of test files as they stand, measured; nothing is taken out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::command::repeatable_command;
use super::pytest::{PytestRun, Variation};
use super::session::Session;
use super::{Coverage, Verification, VerifyError};
use crate::sandbox::{Level, ProjectPath};

/// Test files after one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Existing {
    /// Their tests, in their order.
    pub tests: Vec<Ran>,
    /// What they reach of the module.
    pub coverage: Coverage,
    /// How the run was shut in.
    pub sandbox: Level,
    /// What shows the same coverage in the project.
    pub command: String,
}

/// One test after its run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Its name in the file, such as `TestCart::test_total`; with the file before it where there may be several.
    pub test: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it did not pass.
    pub reason: Option<String>,
}

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It skips itself, or was expected to fail and did.
    Skipped,
    /// It failed.
    Failed,
}

impl Verification<'_> {
    /// Runs tests as they stand in the project: those at `output`, and those `beside` them in the same run. Each is a
    /// file or a folder.
    pub async fn run_as_it_is(
        &self,
        beside: &[ProjectPath],
        cancel: &CancellationToken,
    ) -> Result<Existing, VerifyError> {
        let session = Session::over_project(self, beside, cancel).await?;
        let plain = session.pytest(Variation::Plain).await?;
        let tests = self.tests_of(&plain)?;
        let coverage = session.measure(&plain).await?;
        let command = repeatable_command(self, beside, session.workspace.project_root());
        Ok(Existing { tests, coverage, sandbox: self.sandbox.isolation().level, command })
    }

    fn tests_of(&self, plain: &PytestRun) -> Result<Vec<Ran>, VerifyError> {
        let path = self.output.to_string();
        let record = &plain.record;
        if let Some(reason) = record.uncollected.first() {
            return Err(VerifyError::Uncollectable { path, reason: reason.clone() });
        }
        let (Some(collected), Some(_)) = (&record.collected, &record.end) else {
            return Err(VerifyError::Unmeasured { path, reason: plain.last_words() });
        };
        let mut outcomes: BTreeMap<&str, (Outcome, Option<&str>)> = BTreeMap::new();
        for phase in &record.phases {
            let outcome = match phase.outcome.as_str() {
                "passed" => Outcome::Passed,
                "skipped" => Outcome::Skipped,
                _ => Outcome::Failed,
            };
            let known = outcomes.entry(&phase.test).or_insert((Outcome::Passed, None));
            if outcome > known.0 {
                *known = (outcome, Some(phase.text.as_str()).filter(|text| !text.is_empty()));
            }
        }
        let ran = |test: &String| {
            let (outcome, reason) =
                outcomes.get(test.as_str()).copied().unwrap_or((Outcome::Failed, Some("it did not run")));
            Ran { test: test.clone(), outcome, reason: reason.map(str::to_owned) }
        };
        Ok(collected.iter().map(ran).collect())
    }
}
