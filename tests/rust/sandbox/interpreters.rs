//! Which interpreters can be used, and what is said of the others?

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use _core::sandbox::{Interpreter, Level, Sandbox, SandboxError};
use _core::task::{ErrorKind, Failure};
use tokio_util::sync::CancellationToken;

use super::ground::{interpreter, probe, python, sandbox};

async fn error_of(python: &Path) -> SandboxError {
    Interpreter::probe(python, &probe()).await.unwrap_err()
}

#[tokio::test]
async fn the_projects_interpreter_is_described_once() {
    let first = interpreter().await;
    assert!(first.version().starts_with("3."), "{}", first.version());
    assert!(!first.pytest_version().is_empty() && !first.coverage_version().is_empty());
    assert!(std::sync::Arc::ptr_eq(&first, &interpreter().await));
}

#[tokio::test]
async fn a_missing_interpreter_is_named() {
    let error = error_of(Path::new("/no/such/python")).await;
    assert!(matches!(error, SandboxError::InterpreterMissing { .. }), "{error}");
    assert!(error.to_string().contains("/no/such/python"), "{error}");
    assert_eq!(Failure::from(error).kind, ErrorKind::Environment);
}

#[tokio::test]
async fn what_is_no_python_is_refused() {
    let error = error_of(Path::new("/bin/false")).await;
    assert!(matches!(error, SandboxError::InterpreterUnusable { .. }), "{error}");
}

#[tokio::test]
async fn an_interpreter_without_pytest_gets_the_exact_command() {
    let folder = tempfile::tempdir().unwrap();
    let bare = folder.path().join("bare");
    let made = Command::new(python()).args(["-m", "venv", "--without-pip"]).arg(&bare).status().unwrap();
    assert!(made.success());
    let python = bare.join("bin/python");
    let message = error_of(&python).await.to_string();
    let expected = format!(
        "interpreter {0} has no pytest and no coverage: run `{0} -m pip install pytest coverage`",
        python.display()
    );
    assert_eq!(message, expected);
}

/// As the shims of pyenv and asdf do.
#[tokio::test]
async fn a_script_that_starts_an_interpreter_is_seen_through() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("python3");
    std::fs::write(&script, format!("#!/bin/sh\nexec {} \"$@\"\n", python().display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let interpreter = Interpreter::probe(&script, &probe()).await.unwrap();
    assert_eq!(interpreter.path(), python());
    for level in Level::ALL {
        let Some(known) = sandbox(level).await else { continue };
        let sandbox = Sandbox::at_level(interpreter.clone(), known.probe(), level);
        let scratch = tempfile::tempdir().unwrap();
        let command = _core::sandbox::Command::new(scratch.path(), scratch.path())
            .args(["-c", "import pytest, sys; print(sys.prefix)"]);
        let finished = sandbox.run(command, &CancellationToken::new()).await.unwrap();
        let environment = python().parent().unwrap().parent().unwrap().to_owned();
        assert_eq!(finished.stdout().trim(), environment.to_str().unwrap(), "{}", finished.stderr());
    }
}
