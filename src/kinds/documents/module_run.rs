//! Kind `coverage_analysis` of a file: how much of a module do its tests reach? They are run as they stand, in a copy.

use std::time::Duration;

use serde_json::{Value, json};

use super::check::prepare;
use super::module_tests::{ModuleTests, asked_for, named_for};
use crate::kinds::Attempt;
use crate::kinds::steps::Steps;
use crate::sandbox::{ModuleLayout, ProbeDir, ProjectPath};
use crate::task::{CoverageAnalysis, Documents, ErrorKind, Failure};
use crate::verify::{Existing, Outcome, Verification, VerifyLimits};

pub(super) async fn measure(
    attempt: &Attempt,
    documents: &Documents,
    order: &CoverageAnalysis,
    file: &str,
    probe: &ProbeDir,
) -> Result<Value, Failure> {
    let steps = Steps::new(attempt, 3);
    steps.begin("finding the tests")?;
    let context = &documents.context;
    let module = ProjectPath::parse(file, &context.project_root)?;
    let (sandbox, workspaces) = prepare(attempt, context, probe).await?;
    let root = workspaces.project().dir();
    if !root.is_file(&module) {
        let message =
            format!("module {module} does not exist in the project: check `file_path` and `project_root`");
        return Err(Failure::new(ErrorKind::InvalidModule, message));
    }
    let tests = match asked_for(&order.test_paths, root)? {
        Some(tests) => tests,
        None => named_for(&module, root)?,
    };
    let layout = ModuleLayout::find(root, &module);
    steps.begin("running the tests")?;
    let seconds = Duration::from_secs_f64(attempt.task.new.attempt_seconds);
    let verification = Verification {
        sandbox: &sandbox,
        attempt: &workspaces,
        module: &module,
        layout: &layout,
        output: &tests.first,
        // Tests that the project has may take as long as the attempt.
        limits: VerifyLimits { run: seconds, test: seconds, ..VerifyLimits::default() },
        mutate: false,
    };
    let run = verification.run_as_it_is(&tests.others, &attempt.cancel).await;
    if let Err(error) = workspaces.remove().await {
        tracing::warn!(task = %attempt.task.id(), %error, "the workspace of an attempt is left behind");
    }
    steps.begin("counting")?;
    Ok(result(documents, order, &module, &tests, &run?))
}

fn result(
    documents: &Documents,
    order: &CoverageAnalysis,
    module: &ProjectPath,
    tests: &ModuleTests,
    run: &Existing,
) -> Value {
    let coverage = &run.coverage;
    let counts = &coverage.counts;
    let with_branches = order.include_branch_coverage;
    let (covered, total, percent) = if with_branches {
        (counts.covered(), counts.total(), coverage.percent)
    } else {
        (counts.covered_statements, counts.statements, coverage.line_percent)
    };
    let is_met = order.min_coverage_threshold.is_met(covered, total);
    let of = |outcome: Outcome| run.tests.iter().filter(move |test| test.outcome == outcome);
    let failed: Vec<Value> =
        of(Outcome::Failed).map(|test| json!({"test": test.test, "reason": test.reason})).collect();
    let asked = order.min_coverage_threshold.percent();
    let verdict = if is_met { "reached" } else { "not reached" };
    let broken = match failed.len() {
        0 => String::new(),
        _ if run.tests.len() == 1 => "; it fails".to_owned(),
        number => format!("; {number} of them fail"),
    };
    json!({
        "success": true,
        "project_id": documents.project.id,
        "coverage_analysis": {
            "file_path": module.as_str(),
            "test_file": tests.first.as_str(),
            "test_files": tests.names(),
            "coverage_percent": percent,
            "line_coverage_percent": coverage.line_percent,
            "branch_coverage_percent": with_branches.then_some(coverage.branch_percent),
            "min_coverage_threshold": asked,
            "threshold_met": is_met,
            "covered_lines": coverage.covered_lines,
            "missing_lines": coverage.missing_lines,
            "missing_branches": with_branches.then_some(&coverage.missing_branches),
            "tests": {
                "total": run.tests.len(),
                "passed": of(Outcome::Passed).count(),
                "skipped": of(Outcome::Skipped).count(),
                "failed": failed,
            },
            "sandbox": run.sandbox,
            "command": run.command,
        },
        "message": format!(
            "{} {percent} % of {module}, {asked} % are asked for: {verdict}{broken}",
            reach(run.tests.len(), &tests.names()),
        ),
    })
}

/// How many tests reach what follows.
fn reach(tests: usize, files: &[&str]) -> String {
    match tests {
        1 => format!("1 test of {} reaches", shown(files)),
        number => format!("{number} tests of {} reach", shown(files)),
    }
}

/// The first few by name.
fn shown(names: &[&str]) -> String {
    const MOST: usize = 3;
    match names.split_at_checked(MOST) {
        Some((first, others)) if !others.is_empty() => {
            format!("{} and {} more", first.join(", "), others.len())
        }
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_test_reaches_and_two_reach() {
        assert_eq!(reach(1, &["a.py"]), "1 test of a.py reaches");
        assert_eq!(
            reach(2, &["a.py", "b.py", "c.py", "d.py"]),
            "2 tests of a.py, b.py, c.py and 1 more reach"
        );
    }
}
