//! Kind `coverage_analysis` without a file: which requirements of a project have a test case?

use serde_json::{Value, json};

use super::artifacts::{Folder, MATRIX, REQUIREMENTS};
use super::links::{self, Links};
use super::matrix::nothing_read;
use super::source::Source;
use crate::kinds::Attempt;
use crate::kinds::steps::{Steps, apart};
use crate::requirements::{Document, RequirementCoverage, cover};
use crate::sandbox::ProbeDir;
use crate::task::{Documents, ErrorKind, Failure};

pub(super) async fn analyse(
    attempt: &Attempt,
    documents: &Documents,
    probe: &ProbeDir,
) -> Result<Value, Failure> {
    let steps = Steps::new(attempt, 3);
    steps.begin("reading the requirements")?;
    let source = Source::read(&documents.project, requirements).await?;
    let Source { folder, name, document, .. } = source;
    if document.requirements.is_empty() {
        return Err(nothing_read(&document));
    }
    steps.begin("reading the test cases")?;
    let links = links::find(attempt, &documents.context, probe, folder, &document.requirements).await?;
    steps.begin("holding them against each other")?;
    let project = documents.project.id.clone();
    apart(move || {
        let coverage = cover(&document.requirements, &links.cases);
        result(&project, name, &document, &links, &coverage)
    })
    .await
}

/// The matrix of the project; where there is none, its requirements.
fn requirements(folder: &Folder) -> Result<(&'static str, String), Failure> {
    for name in [MATRIX, REQUIREMENTS] {
        if let Some(text) = folder.read(name)? {
            return Ok((name, text));
        }
    }
    let message = format!(
        "{MATRIX} and {REQUIREMENTS} are missing in {}: put the requirements there, and run `generate_rtm`",
        folder.path().display()
    );
    Err(Failure::new(ErrorKind::Config, message))
}

fn result(
    project: &str,
    name: &str,
    document: &Document,
    links: &Links,
    coverage: &RequirementCoverage,
) -> Value {
    let unlinked: Vec<&str> = links
        .cases
        .iter()
        .filter(|case| case.requirement_ids.is_empty())
        .map(|case| case.name.as_str())
        .collect();
    let unparsed: Vec<Value> =
        links.unread.iter().map(|(path, reason)| json!({"path": path.as_str(), "reason": reason})).collect();
    json!({
        "success": true,
        "project_id": project,
        "coverage_analysis": coverage,
        "message": message(coverage, links),
        "requirements_file": name,
        "test_cases": {
            "total": links.cases.len(),
            "to_be_written": links.cases.iter().filter(|case| case.is_draft).count(),
            "without_requirement": unlinked,
            "unparsed": unparsed,
        },
        "unread": document.unread,
    })
}

/// One sentence for people.
fn message(coverage: &RequirementCoverage, links: &Links) -> String {
    let (all, grave) = (&coverage.requirement_coverage, &coverage.high_risk_coverage);
    let drafts = links.cases.iter().filter(|case| case.is_draft).count();
    let waiting = match drafts {
        0 => String::new(),
        1 => "; 1 test case is still to be written and covers nothing".to_owned(),
        number => format!("; {number} test cases are still to be written and cover nothing"),
    };
    let none = if links.cases.is_empty() { "; the project has no file of test cases" } else { "" };
    format!(
        "{} of {} requirements have a test case, {} of {} of high risk{waiting}{none}",
        all.covered_requirements,
        all.total_requirements,
        grave.covered_high_risk_requirements,
        grave.total_high_risk_requirements,
    )
}
