//! What did the plain run reach of the module? Read from coverage's own data; nothing missing counts as 0 %.

use std::io;
use std::path::{Path, PathBuf};

use super::pytest::{PytestRun, limits};
use super::session::Session;
use super::traces::Traces;
use super::{Coverage, VerifyError};
use crate::sandbox::{Command, SandboxError, remove_tree};

impl Session<'_> {
    /// The coverage of the module in a plain run that has come to its end.
    pub(super) async fn measure(&self, plain: &PytestRun) -> Result<Coverage, VerifyError> {
        self.check_module(plain)?;
        let mut last_words = "coverage left no data".to_owned();
        if let Some(folder) = self.take_coverage(plain)? {
            let finished = self.run(self.report_command(&folder)).await?;
            last_words = finished.last_line();
            let report = folder.join("coverage.json");
            match std::fs::read(&report) {
                Ok(json) => return Coverage::from_report(&json).map_err(|reason| self.unmeasured(reason)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(SandboxError::file(&report, source).into()),
            }
        }
        // Coverage keeps no data of a module in which there is nothing to run.
        if self.module_statements().await? == 0 {
            return Ok(Coverage::of_nothing());
        }
        Err(self.unmeasured(last_words))
    }

    /// Takes the coverage data of a run to a folder in which nothing of the run can have left anything: Python
    /// loads what it finds in its working directory and in its home.
    pub(super) fn take_coverage(&self, run: &PytestRun) -> Result<Option<PathBuf>, VerifyError> {
        let data = Traces::of(&self.workspace, run.variation).coverage();
        if !std::fs::symlink_metadata(&data).is_ok_and(|metadata| metadata.is_file()) {
            return Ok(None);
        }
        let folder = self.workspace.scratch().join(format!("{}-report", run.variation.name()));
        let wrap = |source| SandboxError::file(&folder, source);
        remove_tree(&folder).map_err(wrap)?;
        std::fs::create_dir(&folder).map_err(wrap)?;
        std::fs::copy(&data, folder.join("coverage")).map_err(wrap)?;
        Ok(Some(folder))
    }

    fn report_command(&self, folder: &Path) -> Command {
        let mut command = Command::new(folder, folder)
            .readable(self.workspace.root())
            .limits(limits(&self.verification.limits))
            .args(["-m", "coverage", "json", "--rcfile=/dev/null"])
            .arg(format!("--data-file={}", folder.join("coverage").display()))
            .args(["-o".into(), folder.join("coverage.json")]);
        command.stands_for = Some(self.workspace.project_root().to_owned());
        command
    }

    /// The module must have been loaded, and from this copy.
    fn check_module(&self, plain: &PytestRun) -> Result<(), VerifyError> {
        let module = &self.verification.layout.module_name;
        let expected = self.workspace.root().join(self.verification.module);
        let loaded = plain.record.end.as_ref().map(|(_, modules)| modules.as_slice()).unwrap_or_default();
        if loaded.iter().any(|loaded| expected.as_os_str() == loaded.file.as_str()) {
            return Ok(());
        }
        match loaded.iter().find(|loaded| loaded.name == *module) {
            Some(other) => Err(VerifyError::Shadowed { module: module.clone(), found: other.file.clone() }),
            None => Err(VerifyError::NeverImported {
                path: self.verification.output.to_string(),
                module: module.clone(),
            }),
        }
    }

    fn unmeasured(&self, reason: String) -> VerifyError {
        VerifyError::Unmeasured { path: self.verification.output.to_string(), reason }
    }
}
