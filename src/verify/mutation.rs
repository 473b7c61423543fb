//! Do the tests notice faults? A few are put into the module, one at a time, and the tests are run on each.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::VerifyError;
use super::pytest::{PytestRun, Variation};
use super::session::Session;
use crate::sandbox::{Exit, SandboxError};

/// How many faults are tried; always the same of one module.
const SAMPLE: &str = "20";
const SEED: &str = "0";
/// How long all of them may take; those for which there is no time left do not count.
const BUDGET: Duration = Duration::from_mins(1);
/// How much longer than the plain run one may take: a fault may make a loop endless, and that is noticed.
const SLACK: Duration = Duration::from_secs(2);

/// How many faults were noticed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mutation {
    /// Noticed faults in percent, cut after two decimals; 100 where there is nothing to put a fault into.
    pub score: f64,
    /// Faults that were noticed.
    pub killed: u32,
    /// Faults that were tried.
    pub sampled: u32,
    /// Those that no test noticed, such as `line 12: a < b -> a <= b`.
    pub survived: Vec<String>,
}

impl Mutation {
    fn of(sampled: u32, survived: Vec<String>) -> Self {
        let killed = sampled - u32::try_from(survived.len()).unwrap_or(sampled);
        let hundredths = (killed * 10_000).checked_div(sampled).unwrap_or(10_000);
        Self { score: f64::from(hundredths) / 100.0, killed, sampled, survived }
    }

    /// Whether the score reaches a minimum in percent, decided on the counts.
    #[must_use]
    pub fn reaches(&self, minimum: u8) -> bool {
        self.sampled == 0 || self.killed * 100 >= u32::from(minimum) * self.sampled
    }
}

/// A fault, as `mutate_module.py` lists it.
#[derive(Debug, Deserialize)]
struct Mutant {
    id: String,
    description: String,
}

impl Session<'_> {
    /// Puts faults into the module of the copy, which is of no use afterwards.
    pub(super) async fn mutation(
        &self,
        plain: Duration,
        report: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<Mutation, VerifyError> {
        let begin = Instant::now();
        let (mut sampled, mut survived) = (0, Vec::new());
        let mutants = self.mutants().await?;
        for (number, mutant) in (1..).zip(&mutants) {
            if begin.elapsed() > BUDGET {
                break;
            }
            report(&format!("putting fault {number} of {} into the module", mutants.len()));
            sampled += 1;
            if !self.notices(mutant, plain).await? {
                survived.push(mutant.description.clone());
            }
        }
        Ok(Mutation::of(sampled, survived))
    }

    async fn mutants(&self) -> Result<Vec<Mutant>, VerifyError> {
        let list = self.script(self.probe().mutate_module()).arg("list").arg(self.original());
        let answer = self.ask(list.args(["--sample", SAMPLE, "--seed", SEED])).await?;
        let lines = answer.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines
            .map(|line| {
                serde_json::from_slice(line).map_err(|error| VerifyError::Internal(error.to_string()))
            })
            .collect()
    }

    async fn notices(&self, mutant: &Mutant, plain: Duration) -> Result<bool, VerifyError> {
        let mutated = self.workspace.scratch().join("mutated.py");
        let write = self.script(self.probe().mutate_module()).arg("write").arg(self.original());
        self.ask(write.arg(&mutant.id).arg(&mutated)).await?;
        let module = self.workspace.root().join(self.verification.module);
        std::fs::copy(&mutated, &module).map_err(|source| SandboxError::file(&module, source))?;
        let run = self.pytest_within(Variation::Mutated, plain + SLACK).await?;
        Ok(!run.all_passed())
    }
}

impl PytestRun {
    fn all_passed(&self) -> bool {
        self.finished.exit == Exit::Code(0)
            && self.record.end.is_some()
            && self.record.phases.iter().all(|phase| phase.outcome == "passed")
    }
}
