//! What does a user type to see the same figure? The plain run, in the project, with nothing of ours.

use std::path::Path;

use super::pytest::{COVERAGE_OPTIONS, PYTEST_OPTIONS};
use super::verification::Verification;
use crate::sandbox::ProjectPath;

/// One line for a POSIX shell in the project root.
pub(super) fn repeatable_command(
    verification: &Verification<'_>,
    beside: &[ProjectPath],
    project_root: &Path,
) -> String {
    let python = verification.sandbox.interpreter().path();
    let python = python.strip_prefix(project_root).unwrap_or(python).to_string_lossy();
    let mut words = vec!["PYTHONHASHSEED=0".to_owned()];
    if let Some(root) = &verification.layout.import_root {
        words.push(format!("PYTHONPATH={}", quoted(root.as_str())));
    }
    words.push(quoted(&python));
    words.extend(["-m", "coverage", "run"].map(str::to_owned));
    words.extend(COVERAGE_OPTIONS.iter().map(|&option| option.to_owned()));
    words.push(quoted(&format!("--include={}", verification.module)));
    words.extend(["-m", "pytest"].map(str::to_owned));
    words.extend(PYTEST_OPTIONS.iter().map(|&option| option.to_owned()));
    words.extend([verification.output].into_iter().chain(beside).map(|tests| quoted(tests.as_str())));
    words.push(format!(
        "&& {} -m coverage report --rcfile=/dev/null --show-missing --precision=2",
        quoted(&python)
    ));
    words.join(" ")
}

/// The word as it is, or in single quotes where a shell would read it otherwise.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./=:,+@%".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
