//! Kind `coverage_analysis` of a file: how much of a module do its tests reach? They are run as they stand, in a copy.

use std::time::Duration;

use cap_std::fs::Dir;
use serde_json::{Value, json};

use super::check::prepare;
use crate::kinds::Attempt;
use crate::kinds::steps::Steps;
use crate::sandbox::{ModuleLayout, ProbeDir, ProjectPath, default_output, read_plain};
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
    let tests = tests_of(&module, root)?;
    let source =
        read_plain(root, &tests).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
            Failure::new(ErrorKind::Verification, format!("{tests} is no UTF-8 text of bearable size"))
        })?;
    let layout = ModuleLayout::find(root, &module);
    steps.begin("running the tests")?;
    let seconds = Duration::from_secs_f64(attempt.task.new.attempt_seconds);
    let verification = Verification {
        sandbox: &sandbox,
        attempt: &workspaces,
        module: &module,
        layout: &layout,
        output: &tests,
        limits: VerifyLimits { run: seconds, ..VerifyLimits::default() },
        mutate: false,
    };
    let run = verification.run_as_it_is(source, &attempt.cancel).await;
    if let Err(error) = workspaces.remove().await {
        tracing::warn!(task = %attempt.task.id(), %error, "the workspace of an attempt is left behind");
    }
    steps.begin("counting")?;
    Ok(result(documents, order, &module, &tests, &run?))
}

/// The test file of a module: where ours goes, else the usual names in the usual places.
fn tests_of(module: &ProjectPath, root: &Dir) -> Result<ProjectPath, Failure> {
    let stem = module.file_name().trim_end_matches(".py");
    let (plain, behind) = (format!("test_{stem}.py"), format!("{stem}_test.py"));
    let mut places = vec![default_output(module)];
    for name in [&plain, &behind] {
        places.push(ProjectPath::from_names(["tests", name]));
        places.push(ProjectPath::from_names(["tests", "unit", name]));
        places.push(ProjectPath::from_names(["test", name]));
        if let Some(parent) = module.parent() {
            places.push(ProjectPath::from_names(parent.names().chain([name.as_str()])));
            places.push(ProjectPath::from_names(parent.names().chain(["tests", name])));
        } else {
            places.push(ProjectPath::from_names([name.as_str()]));
        }
    }
    if let Some(found) = places.iter().find(|place| root.is_file(place)) {
        return Ok(found.clone());
    }
    let looked: Vec<&str> = places.iter().map(ProjectPath::as_str).collect();
    let message = format!(
        "{module} has no test file: none of {} is there; `generate_tests` writes the first of them",
        looked.join(", ")
    );
    Err(Failure::new(ErrorKind::Config, message))
}

fn result(
    documents: &Documents,
    order: &CoverageAnalysis,
    module: &ProjectPath,
    tests: &ProjectPath,
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
    let broken = if failed.is_empty() { String::new() } else { format!("; {} of them fail", failed.len()) };
    json!({
        "success": true,
        "project_id": documents.project.id,
        "coverage_analysis": {
            "file_path": module.as_str(),
            "test_file": tests.as_str(),
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
            "{} of {tests} reach {percent} % of {module}, {asked} % are asked for: {verdict}{broken}",
            if run.tests.len() == 1 { "1 test".to_owned() } else { format!("{} tests", run.tests.len()) },
        ),
    })
}
