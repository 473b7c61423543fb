//! How is the test file run? One plain run that is measured, and others that differ in what must not matter.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use crate::sandbox::{Command, Exit, Finished, Limits, ProjectPath, Workspace};

use super::record::Record;
use super::traces::Traces;
use super::verification::{Verification, VerifyLimits};

/// What every run of pytest is told: no options of the project's, nothing that runs tests elsewhere or in
/// another order, no second measurement, no fixtures of ours.
pub(super) const PYTEST_OPTIONS: &[&str] =
    &["-o", "addopts=", "-p", "no:xdist", "-p", "no:cov", "-p", "no:randomly", "-p", "no:openhands_testgen"];
/// What coverage is told: no configuration of the project's, branches too.
pub(super) const COVERAGE_OPTIONS: &[&str] = &["--rcfile=/dev/null", "--branch"];

/// A time zone far from most, by name where the machine knows it, else by rule.
const FAR_ZONE: &str = "Pacific/Chatham";
const FAR_ZONE_RULE: &str = "<+1245>-12:45";

/// One way to run the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variation {
    /// As a user runs it, measured.
    Plain,
    /// In reverse order, with another hash seed: of all orders the one that turns every pair of tests round. As
    /// another user's, on a server, with a wide terminal.
    Reordered,
    /// From another working directory, in another time zone and locale, with yet another hash seed.
    Elsewhere,
    /// As plain, not measured, with an eye on the files, and on pytest itself, after each test.
    Watched,
    /// As plain, measured, with a module whose functions refuse to run: what passes there cannot fail.
    Refusing,
    /// As plain, not measured, with a fault in the module, until a test notices it.
    Mutated,
}

impl Variation {
    /// Names the folder of its traces.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Reordered => "reordered",
            Self::Elsewhere => "elsewhere",
            Self::Watched => "watched",
            Self::Refusing => "refusing",
            Self::Mutated => "mutated",
        }
    }

    /// What differs, for the reason why a test is taken out.
    pub(super) fn difference(self) -> &'static str {
        match self {
            Self::Plain | Self::Watched | Self::Refusing | Self::Mutated => "",
            Self::Reordered => " in another order, environment or with another hash seed",
            Self::Elsewhere => " in another working directory, time zone, locale or with another hash seed",
        }
    }

    fn hash_seed(self) -> &'static str {
        match self {
            Self::Plain | Self::Watched | Self::Refusing | Self::Mutated => "0",
            Self::Reordered => "1",
            Self::Elsewhere => "2",
        }
    }

    /// What differs between the machines on which tests run, and must not matter.
    fn surroundings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Plain | Self::Watched | Self::Refusing | Self::Mutated => &[],
            Self::Reordered => &[
                ("CI", "true"),
                ("COLUMNS", "132"),
                ("LC_ALL", "C.UTF-8"),
                ("LOGNAME", "somebody-else"),
                ("USER", "somebody-else"),
            ],
            Self::Elsewhere => &[("LANG", "C"), ("LC_ALL", "C")],
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::Reordered => "reverse",
            _ => "file",
        }
    }
}

/// A run of pytest that is over.
#[derive(Debug)]
pub(super) struct PytestRun {
    pub(super) variation: Variation,
    pub(super) finished: Finished,
    pub(super) record: Record,
}

impl PytestRun {
    /// What is known of an end that came too early.
    pub(super) fn last_words(&self) -> String {
        let exit = self.finished.exit;
        match exit {
            Exit::Code(_) => format!("pytest {exit}: {}", self.finished.last_line()),
            _ => format!("the run {exit}"),
        }
    }
}

/// What is not the same in every run of one variation.
#[derive(Debug)]
pub(super) struct RunTerms<'a> {
    /// What a plain run runs beside the test file.
    pub(super) beside: &'a [ProjectPath],
    /// The files that the agent wrote, with `:` between them.
    pub(super) written: &'a OsString,
    /// How long one phase of one test may take.
    pub(super) patience: Duration,
}

/// The limits of one run.
pub(super) fn limits(limits: &VerifyLimits) -> Limits {
    let seconds = limits.run.as_secs() + 1;
    Limits { wall: limits.run, cpu_seconds: 2 * seconds, ..Limits::default() }
}

/// The command of one run. Folders that it names are made by the caller.
pub(super) fn command(
    verification: &Verification<'_>,
    workspace: &Workspace,
    variation: Variation,
    run: &RunTerms<'_>,
) -> Command {
    let traces = Traces::of(workspace, variation);
    let test_file = workspace.root().join(verification.output);
    let mut command = Command::in_workspace(workspace).limits(limits(&verification.limits));
    traces.scratch().clone_into(&mut command.scratch);
    if matches!(variation, Variation::Plain | Variation::Refusing) {
        let module = workspace.root().join(verification.module);
        command = command
            .args(["-m", "coverage", "run"])
            .args(COVERAGE_OPTIONS.iter().copied())
            .arg(joined("--include=", &module))
            .arg(joined("--data-file=", &traces.coverage()));
    }
    command = command.args(["-m", "pytest"]).args(PYTEST_OPTIONS.iter().copied()).args([
        "-p",
        "no:cacheprovider",
        "-p",
        "otg_recorder",
        "-q",
    ]);
    command = match variation {
        Variation::Elsewhere => {
            command.cwd = traces.elsewhere();
            command.arg(joined("--rootdir=", workspace.root())).arg(test_file).env("TZ", far_zone())
        }
        Variation::Watched => command.arg(verification.output.as_str()).env("OTG_WATCH", workspace.root()),
        Variation::Refusing => {
            command.arg("--tb=line").arg(verification.output.as_str()).env("OTG_REFUSE", "1")
        }
        Variation::Mutated => {
            command.limits.wall = 2 * run.patience;
            command.args(["-x", "--tb=line"]).arg(verification.output.as_str())
        }
        Variation::Plain | Variation::Reordered => {
            command.arg(verification.output.as_str()).args(run.beside.iter().map(ProjectPath::as_str))
        }
    };
    for (name, value) in variation.surroundings() {
        command = command.env(*name, *value);
    }
    command
        .env("PYTHONPATH", python_path(verification, workspace, variation))
        .env("PYTHONHASHSEED", variation.hash_seed())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("OTG_RECORD", traces.record())
        .env("OTG_SECRET", traces.secret())
        .env("OTG_WRITTEN", run.written.clone())
        .env("OTG_ROOT", workspace.root())
        .env("OTG_ORDER", variation.order())
        .env("OTG_MODULE", &verification.layout.module_name)
        .env("OTG_MODULE_FILE", workspace.root().join(verification.module))
        .env("OTG_TEST_SECONDS", run.patience.as_secs_f64().to_string())
}

fn joined(option: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(path);
    argument
}

/// Our plug-in, the import root where it is not the folder that pytest runs in, and the copies of what an
/// editable install has put on the path.
fn python_path(verification: &Verification<'_>, workspace: &Workspace, variation: Variation) -> OsString {
    let interpreter = verification.sandbox.interpreter();
    let mut folders = vec![verification.sandbox.probe().plugin()];
    folders.extend(verification.layout.import_root.as_ref().map(|root| workspace.root().join(root)));
    if variation == Variation::Elsewhere {
        folders.push(workspace.root().to_owned());
    }
    let editable = interpreter.editable_paths(workspace.project_root());
    folders.extend(editable.iter().map(|path| workspace.root().join(path)));
    let folders: Vec<OsString> = folders.into_iter().map(Into::into).collect();
    folders.join(&OsString::from(":"))
}

fn far_zone() -> &'static str {
    if Path::new("/usr/share/zoneinfo").join(FAR_ZONE).exists() { FAR_ZONE } else { FAR_ZONE_RULE }
}
