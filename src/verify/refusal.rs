//! Can the tests fail? A run in which every function of the module refuses to run. A test that passes all the same
//! says nothing of them; and lines that no such run can reach, but which its coverage data holds, are made up.

use std::collections::BTreeSet;
use std::time::Duration;

use super::inspect::Inventory;
use super::pytest::{PytestRun, Variation};
use super::session::{Session, parse_answer};
use super::{Removed, VerifyError};
use crate::sandbox::SandboxError;

/// What a test may take longer than the whole plain run: one that waits for a refused function does so in vain.
const PATIENCE: Duration = Duration::from_secs(1);

impl Session<'_> {
    /// The tests that cannot fail. Leaves a module behind that is of no use.
    pub(super) async fn unfailing(
        &self,
        tests: &[String],
        inventory: &Inventory,
        plain: &PytestRun,
    ) -> Result<Vec<Removed>, VerifyError> {
        if !self.refuse_functions().await? {
            return Ok(Vec::new());
        }
        let patience = self.verification.limits.test.min(plain.finished.duration + PATIENCE);
        let run = self.pytest_within(Variation::Refusing, patience).await?;
        self.check_coverage(&run).await?;
        Ok(self.tests_that_pass(&run, tests, inventory))
    }

    /// Puts the refusing module into the place of the real one; false if there is nothing to refuse.
    async fn refuse_functions(&self) -> Result<bool, VerifyError> {
        let module = self.workspace.root().join(self.verification.module);
        let original = self.original();
        std::fs::copy(&module, &original).map_err(|source| SandboxError::file(&original, source))?;
        let refusing = self.workspace.scratch().join("refusing.py");
        let script = self.script(self.probe().refuse_functions()).arg("rewrite").args([&module, &refusing]);
        let functions: u64 = parse_answer(&self.ask(script).await?)?;
        if functions == 0 {
            return Ok(false);
        }
        std::fs::copy(&refusing, &module).map_err(|source| SandboxError::file(&module, source))?;
        Ok(true)
    }

    fn tests_that_pass(&self, run: &PytestRun, tests: &[String], inventory: &Inventory) -> Vec<Removed> {
        let module = &self.verification.layout.module_name;
        let passed = run.passed();
        let tests = tests.iter().filter(|test| passed.contains(test.as_str()));
        let removed = tests.filter_map(|test| {
            let is_refused = run.record.refused.get(test).is_some_and(|times| *times > 0);
            let reason = match inventory.relation(test) {
                _ if is_refused => format!("cannot fail: it passes when every function of {module} raises"),
                Relation::None => format!("runs nothing of {module}, and reads nothing of it"),
                Relation::StandIn => format!("runs nothing of {module}: what it tests is its own stand-in"),
                Relation::Reads => return None,
            };
            Some(Removed { test: test.clone(), reason })
        });
        removed.collect()
    }

    /// Coverage data that hold lines of functions which were all refused were not measured.
    async fn check_coverage(&self, run: &PytestRun) -> Result<(), VerifyError> {
        let (Some(folder), Some(_)) = (self.take_coverage(run)?, &run.record.end) else { return Ok(()) };
        let refusing = self.workspace.scratch().join("refusing.py");
        let script = self.script(self.probe().refuse_functions()).arg("reached");
        let answer = self.ask(script.args([&refusing, &folder.join("coverage")])).await?;
        let reached: Vec<(u32, u32)> = parse_answer(&answer)?;
        if reached.iter().all(|(function, _)| run.record.entered.contains(function)) {
            return Ok(());
        }
        let module = &self.verification.layout.module_name;
        Err(self.meddled(&format!("reports lines of {module} as run that were not")))
    }
}

/// What a test has to do with the module, as far as its text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Relation {
    /// It speaks of it, or of what may come from it.
    Reads,
    /// It only replaces it.
    StandIn,
    /// None at all.
    None,
}

impl PytestRun {
    /// The tests of which every case passed.
    fn passed(&self) -> BTreeSet<&str> {
        let phases = &self.record.phases;
        let failed: BTreeSet<&str> = phases
            .iter()
            .filter(|phase| phase.outcome != "passed")
            .map(|phase| phase.test.as_str())
            .collect();
        let passed = phases.iter().filter(|phase| phase.when == "call").map(|phase| phase.test.as_str());
        passed.filter(|test| !failed.contains(test)).collect()
    }
}
