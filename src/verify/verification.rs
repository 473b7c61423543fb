//! The order of a verification: read, run, take out what does not hold, and again until all holds.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::candidate::Candidate;
use super::command::repeatable_command;
use super::round::{Held, Round};
use super::session::Session;
use super::{Mutation, Removed, Verdict, VerifyError};
use crate::sandbox::{Attempt, ModuleLayout, ProjectPath, Sandbox};

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyLimits {
    /// One run of the whole file.
    pub run: Duration,
    /// One phase (set-up, call, tear-down) of one test.
    pub test: Duration,
    /// How often tests may be taken out before the file is given up.
    pub rounds: u32,
}

impl Default for VerifyLimits {
    fn default() -> Self {
        Self { run: Duration::from_mins(2), test: Duration::from_secs(20), rounds: 12 }
    }
}

/// What is verified, and with what.
#[derive(Debug)]
pub struct Verification<'a> {
    /// Runs everything.
    pub sandbox: &'a Sandbox,
    /// Makes the copies.
    pub attempt: &'a Attempt,
    /// The module under test.
    pub module: &'a ProjectPath,
    /// How it is imported.
    pub layout: &'a ModuleLayout,
    /// Where the test file goes.
    pub output: &'a ProjectPath,
    /// How long things may take.
    pub limits: VerifyLimits,
    /// Whether faults are put into the module, to see how many of them the tests notice.
    pub mutate: bool,
}

impl Verification<'_> {
    /// Verifies a candidate. `report` gets one line for people at each step. On cancellation, and when the future
    /// is dropped, all processes are killed.
    pub async fn run(
        &self,
        candidate: Candidate,
        cancel: &CancellationToken,
        report: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<Verdict, VerifyError> {
        let mut session = Session::begin(self, candidate, cancel).await?;
        let mut removed = Vec::new();
        for _ in 0..self.limits.rounds {
            report("reading the tests");
            let inventory = session.read_out_idle_tests(&mut removed).await?;
            match session.round(&inventory, report).await? {
                Round::Held(held) => {
                    let mutation =
                        if self.mutate { Some(session.mutation(held.duration, report).await?) } else { None };
                    return self.verdict(session, held, removed, mutation);
                }
                Round::Faulty(faults) if faults.is_empty() => {
                    return Err(VerifyError::NothingLeft { path: self.output.to_string(), removed });
                }
                Round::Faulty(faults) => {
                    report(&format!("taking out {} of the tests", faults.len()));
                    session.take_out(&inventory, faults, &mut removed).await?;
                }
            }
        }
        Err(VerifyError::Unstable { path: self.output.to_string(), rounds: self.limits.rounds })
    }

    fn verdict(
        &self,
        session: Session<'_>,
        held: Held,
        removed: Vec<Removed>,
        mutation: Option<Mutation>,
    ) -> Result<Verdict, VerifyError> {
        let test_source = session.verified_source()?;
        let project_root = session.workspace.project_root();
        Ok(Verdict {
            test_source,
            command: repeatable_command(self, &[], project_root),
            helpers: session.candidate.helpers,
            tests: held.tests,
            removed,
            discarded: session.candidate.discarded,
            coverage: held.coverage,
            mutation,
            runs: 3,
            sandbox: self.sandbox.isolation().level,
        })
    }
}
