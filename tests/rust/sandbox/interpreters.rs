//! Which interpreters can be used, and what is said of the others?

use std::path::Path;
use std::process::Command;

use _core::sandbox::{Interpreter, SandboxError};
use _core::task::{ErrorKind, Failure};

use super::ground::{interpreter, probe, python};

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
