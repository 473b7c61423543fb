//! What did the plain run reach of the module? Read from coverage's own data; nothing missing counts as 0 %.

use std::io;

use super::pytest::{PytestRun, limits, trace_folder};
use super::session::Session;
use super::{Coverage, VerifyError};
use crate::sandbox::{Command, SandboxError};

impl Session<'_> {
    /// The coverage of the module in a plain run that has come to its end.
    pub(super) async fn measure(&self, plain: &PytestRun) -> Result<Coverage, VerifyError> {
        self.check_module(plain)?;
        let traces = trace_folder(&self.workspace, plain.variation);
        let (data, report) = (traces.join("coverage"), traces.join("coverage.json"));
        let data_is_there = data.try_exists().map_err(|source| SandboxError::file(&data, source))?;
        let mut last_words = "coverage left no data".to_owned();
        if data_is_there {
            let finished = self.run(self.report_command(plain)).await?;
            last_words = finished.last_line();
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

    fn report_command(&self, plain: &PytestRun) -> Command {
        let traces = trace_folder(&self.workspace, plain.variation);
        let mut command = Command::in_workspace(&self.workspace)
            .limits(limits(&self.verification.limits))
            .args(["-m", "coverage", "json", "--rcfile=/dev/null"])
            .arg(format!("--data-file={}", traces.join("coverage").display()))
            .args(["-o".into(), traces.join("coverage.json")]);
        command.cwd = traces.join("elsewhere");
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
