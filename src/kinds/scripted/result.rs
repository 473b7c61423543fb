//! What does a played success leave? A result of the contract's shape, which says that nothing was run.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::outcome::Figures;
use crate::agent::AgentReport;
use crate::kinds::account::Account;
use crate::sandbox::{Level, Project, ProjectPath};
use crate::task::{ErrorKind, Failure, GenerateTests};
use crate::verify::{Coverage, CoverageCounts, Verdict, publish};

/// The module of a script has so many lines, one for each percent.
const LINES: u32 = 100;

/// The result of figures that nobody measured; a gap where they are below the threshold, as it would be.
pub(super) async fn of_figures(
    request: &GenerateTests,
    figures: &Figures,
    took: Duration,
) -> Result<Value, Failure> {
    let verdict = verdict(request, figures);
    let test_sha256 = match figures.text {
        Some(_) => Some(put_in_place(request, verdict.clone()).await?),
        None => None,
    };
    let is_met = figures.coverage >= f64::from(request.coverage_threshold.percent());
    let result = Account {
        request,
        verdict: &verdict,
        report: &AgentReport::default(),
        agent: "scripted",
        is_fallback: false,
        iterations: 1,
        filled: None,
        is_met,
        note: Some("scripted: nothing was run and nothing was measured".to_owned()),
        took,
        source_sha256: None,
        test_sha256: test_sha256.as_deref(),
    }
    .value();
    if is_met { Ok(result) } else { Err(gap(request, figures).with_result(result)) }
}

fn gap(request: &GenerateTests, figures: &Figures) -> Failure {
    let message = format!(
        "the scripted tests in {} reach {:.2} % of the module, below the threshold of {} %",
        request.output_path,
        figures.coverage,
        request.coverage_threshold.percent(),
    );
    Failure::new(ErrorKind::CoverageGap, message)
}

fn verdict(request: &GenerateTests, figures: &Figures) -> Verdict {
    let percent = (figures.coverage * 100.0).floor() / 100.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
    let covered = (percent as u32).min(LINES);
    let counts = CoverageCounts {
        statements: u64::from(LINES),
        covered_statements: u64::from(covered),
        branches: 0,
        covered_branches: 0,
    };
    Verdict {
        test_source: figures.text.clone().unwrap_or_default(),
        helpers: Vec::new(),
        tests: figures.tests.clone().unwrap_or_else(|| vec![test_of(&request.module_path)]),
        removed: Vec::new(),
        discarded: Vec::new(),
        coverage: Coverage {
            percent,
            line_percent: percent,
            branch_percent: 100.0,
            covered_lines: (1..=covered).collect(),
            missing_lines: (covered + 1..=LINES).collect(),
            missing_branches: Vec::new(),
            counts,
        },
        mutation: None,
        runs: 0,
        sandbox: Level::Limits,
        command: String::new(),
    }
}

/// The one test of a script that names none.
fn test_of(module: &str) -> String {
    let stem = Path::new(module).file_stem().unwrap_or_default().to_string_lossy();
    format!("test_{stem}")
}

/// Publishes the text as a verified file is, and answers its digest.
async fn put_in_place(request: &GenerateTests, verdict: Verdict) -> Result<String, Failure> {
    let context = &request.context;
    let output = ProjectPath::parse(&request.output_path, &context.project_root)?;
    let project = Project::open(&context.project_root, &context.workspace_root)?;
    let overwrite = request.overwrite;
    let publishing = tokio::task::spawn_blocking(move || publish(&project, &output, &verdict, overwrite));
    match publishing.await {
        Ok(published) => Ok(published?.test_sha256),
        Err(error) => Err(Failure::new(ErrorKind::Internal, format!("publishing ended early: {error}"))),
    }
}
