//! The copy in which a file is verified, and what can be done in it: read, shorten, run, measure.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::candidate::Candidate;
use super::inspect::Inventory;
use super::journal::fresh_secret;
use super::pytest::{self, PytestRun, RunTerms, Variation};
use super::record::{Names, Record};
use super::traces::Traces;
use super::verification::Verification;
use super::{Removed, VerifyError};
use crate::sandbox::{Command, Exit, Finished, ProbeDir, ProjectPath, SandboxError, Workspace, read_plain};

/// The name of the copy within the attempt.
const COPY: &str = "verify";
/// How long the answer of a probe script may be.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// A verification under way.
pub(super) struct Session<'a> {
    pub(super) verification: &'a Verification<'a>,
    pub(super) cancel: &'a CancellationToken,
    pub(super) candidate: Candidate,
    /// Tests of the project that a plain run runs too.
    beside: &'a [ProjectPath],
    names: Names,
    pub(super) workspace: Workspace,
    /// New files that come with loading the module: no test's fault.
    pub(super) made_on_load: Vec<String>,
}

impl<'a> Session<'a> {
    /// A fresh copy of the project that holds the candidate and nothing else of the agent's.
    pub(super) async fn begin(
        verification: &'a Verification<'a>,
        candidate: Candidate,
        cancel: &'a CancellationToken,
    ) -> Result<Self, VerifyError> {
        let mut session = Self::of(verification, candidate, cancel).await?;
        session.place_candidate().await?;
        Ok(session)
    }

    /// A fresh copy of the project as it stands.
    pub(super) async fn over_project(
        verification: &'a Verification<'a>,
        beside: &'a [ProjectPath],
        cancel: &'a CancellationToken,
    ) -> Result<Self, VerifyError> {
        let session = Self::of(verification, Candidate::new(""), cancel).await?;
        let is_one_file = beside.is_empty() && session.workspace.dir()?.is_file(verification.output);
        let names = if is_one_file { Names::InFile } else { Names::InProject };
        Ok(Self { beside, names, ..session })
    }

    async fn of(
        verification: &'a Verification<'a>,
        candidate: Candidate,
        cancel: &'a CancellationToken,
    ) -> Result<Self, VerifyError> {
        let workspace = verification.attempt.copy(COPY).await?;
        let (beside, names, made_on_load) = (&[][..], Names::InFile, Vec::new());
        Ok(Self { verification, cancel, candidate, beside, names, workspace, made_on_load })
    }

    /// A new copy in the place of the first: after a run that has changed files.
    pub(super) async fn renew_copy(&mut self) -> Result<(), VerifyError> {
        self.workspace = self.verification.attempt.copy(COPY).await?;
        self.place_candidate().await
    }

    async fn place_candidate(&mut self) -> Result<(), VerifyError> {
        let mut files = vec![(self.verification.output, self.candidate.test_source.as_str())];
        files.extend(self.candidate.helpers.iter().map(|helper| (&helper.path, helper.source.as_str())));
        for (path, source) in files {
            self.write(path, source.as_bytes())?;
        }
        self.workspace.settle().await?;
        Ok(())
    }

    fn write(&self, path: &ProjectPath, bytes: &[u8]) -> Result<(), VerifyError> {
        let dir = self.workspace.dir()?;
        let wrap = |source| SandboxError::file(self.workspace.root().join(path), source);
        if let Some(parent) = path.parent() {
            dir.create_dir_all(parent).map_err(wrap)?;
        }
        dir.write(path, bytes).map_err(wrap)?;
        Ok(())
    }

    /// Reads the test file without running it.
    pub(super) async fn inspect(&self) -> Result<Inventory, VerifyError> {
        let root = self.workspace.root();
        let helpers = self.candidate.helpers.iter().map(|helper| root.join(&helper.path));
        let files = [root.join(self.verification.output)].into_iter().chain(helpers);
        let answer = self
            .ask(
                self.script(self.probe().inspect_tests())
                    .arg("tests")
                    .arg(&self.verification.layout.module_name)
                    .args(files),
            )
            .await?;
        let inventory: Inventory = parse_answer(&answer)?;
        match &inventory.error {
            None => Ok(inventory),
            Some(reason) => Err(VerifyError::Unparsable {
                path: self.verification.output.to_string(),
                reason: reason.clone(),
            }),
        }
    }

    /// Takes tests out of the file by the lines of their `def`, and places what is left.
    pub(super) async fn remove_lines(&mut self, lines: &[u32]) -> Result<(), VerifyError> {
        let shortened = self.workspace.scratch().join("shortened.py");
        let command = self
            .script(self.probe().remove_tests())
            .args([self.workspace.root().join(self.verification.output), shortened.clone()])
            .args(lines.iter().map(ToString::to_string));
        self.ask(command).await?;
        self.candidate.test_source =
            std::fs::read_to_string(&shortened).map_err(|source| SandboxError::file(&shortened, source))?;
        self.place_candidate().await
    }

    /// How many statements the module has.
    pub(super) async fn module_statements(&self) -> Result<u64, VerifyError> {
        #[derive(Deserialize)]
        struct Answer {
            statements: u64,
        }
        let module = self.workspace.root().join(self.verification.module);
        let command = self.script(self.probe().inspect_tests()).arg("statements").arg(module);
        Ok(parse_answer::<Answer>(&self.ask(command).await?)?.statements)
    }

    pub(super) fn probe(&self) -> &ProbeDir {
        self.verification.sandbox.probe()
    }

    /// One of our own scripts, which reads the copy and writes only beside it.
    pub(super) fn script(&self, script: PathBuf) -> Command {
        let mut command =
            Command::new(self.workspace.root(), self.workspace.scratch()).args(["-I", "-S"]).arg(script);
        command.stands_for = Some(self.workspace.project_root().to_owned());
        command.limits.output_bytes = MAX_ANSWER_BYTES;
        command
    }

    pub(super) async fn ask(&self, command: Command) -> Result<Vec<u8>, VerifyError> {
        let finished = self.run(command).await?;
        if finished.exit.is_success() {
            Ok(finished.stdout_tail)
        } else {
            Err(VerifyError::Internal(format!("a probe script {}: {}", finished.exit, finished.last_line())))
        }
    }

    /// Runs the test file once.
    pub(super) async fn pytest(&self, variation: Variation) -> Result<PytestRun, VerifyError> {
        self.pytest_within(variation, self.verification.limits.test).await
    }

    /// The same with another limit for each phase of each test.
    pub(super) async fn pytest_within(
        &self,
        variation: Variation,
        patience: Duration,
    ) -> Result<PytestRun, VerifyError> {
        let traces = Traces::of(&self.workspace, variation);
        let secret = fresh_secret();
        traces.begin(&secret).map_err(|source| SandboxError::file(traces.scratch(), source))?;
        let terms = RunTerms { beside: self.beside, written: &self.written_files(), patience };
        let command = pytest::command(self.verification, &self.workspace, variation, &terms);
        let finished = self.run(command).await?;
        let record = Record::parse(&read_own(&traces.record())?, &secret, self.names);
        if record.is_forged {
            return Err(self.meddled("writes into the record of the run"));
        }
        let mut run = PytestRun { variation, finished, record };
        run.forget_what_was_cleared(&traces, self.verification.sandbox.isolation().level);
        Ok(run)
    }

    /// Where the module is kept as it was, once something else was put in its place.
    pub(super) fn original(&self) -> PathBuf {
        self.workspace.scratch().join("original.py")
    }

    /// What the agent wrote, with `:` between the paths.
    fn written_files(&self) -> OsString {
        let helpers = self.candidate.helpers.iter().map(|helper| &helper.path);
        let paths = [self.verification.output].into_iter().chain(helpers);
        let paths: Vec<OsString> = paths.map(|path| self.workspace.root().join(path).into()).collect();
        paths.join(&OsString::from(":"))
    }

    /// The error for a file that does something to the measurement.
    pub(super) fn meddled(&self, what: &str) -> VerifyError {
        VerifyError::Meddled { path: self.verification.output.to_string(), what: what.to_owned() }
    }

    pub(super) async fn run(&self, command: Command) -> Result<Finished, VerifyError> {
        let finished = self.verification.sandbox.run(command, self.cancel).await?;
        if finished.exit == Exit::Cancelled { Err(VerifyError::Cancelled) } else { Ok(finished) }
    }

    /// The error for a test that cannot be taken out.
    pub(super) fn unremovable(&self, fault: &Removed) -> VerifyError {
        VerifyError::Unremovable {
            path: self.verification.output.to_string(),
            test: fault.test.clone(),
            reason: fault.reason.clone(),
        }
    }

    /// The file as it stands in the copy: what was verified.
    pub(super) fn verified_source(&self) -> Result<String, VerifyError> {
        let bytes = read_plain(&self.workspace.dir()?, self.verification.output);
        bytes
            .filter(|bytes| bytes == self.candidate.test_source.as_bytes())
            .map(|_| self.candidate.test_source.clone())
            .ok_or_else(|| VerifyError::Internal("the verified file is not the one that was placed".into()))
    }
}

/// A file that the run left where only we have business; nothing where there is none, or no plain one.
fn read_own(path: &Path) -> Result<Vec<u8>, SandboxError> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            std::fs::read(path).map_err(|source| SandboxError::file(path, source))
        }
        _ => Ok(Vec::new()),
    }
}

pub(super) fn parse_answer<T: DeserializeOwned>(answer: &[u8]) -> Result<T, VerifyError> {
    serde_json::from_slice(answer)
        .map_err(|error| VerifyError::Internal(format!("a probe script answers nonsense: {error}")))
}
