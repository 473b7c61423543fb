//! Kind `plan_validation`: what is wrong with a plan? What its own words tell, and what a model sees besides.

use serde::Deserialize;
use serde_json::{Value, json};

use super::author::Author;
use super::result::result;
use crate::agent::Question;
use crate::kinds::Attempt;
use crate::kinds::steps::{Steps, apart};
use crate::planning::{FINDINGS, Finding, ReadPlan, Validation, check, read_plan, validation_text};
use crate::requirements::one_line;
use crate::task::{Failure, Planning};

const INSTRUCTION: &str = "You review implementation plans: what is missing, in the wrong order, too large, unclear or risky. \
    An error is what keeps the plan from being carried out, a warning what will be trouble, a hint what could be better. \
    Name the place by the id of the task or phase, and say what helps.";

#[derive(Debug, Deserialize)]
struct Answer {
    findings: Vec<Finding>,
}

pub(super) async fn validate(
    attempt: &Attempt,
    planning: &Planning,
    author: &Author<'_>,
) -> Result<Value, Failure> {
    let steps = Steps::new(attempt, 2);
    steps.begin("reading the plan")?;
    let text = planning.text.clone();
    let read = apart(move || read_plan(&text)).await?;
    let mut findings = of(&read);
    steps.begin("checking the plan")?;
    let question = Question { instruction: INSTRUCTION, schema: FINDINGS, material: &planning.text };
    let (answer, credit) = author.answer(attempt, question, is_right).await?;
    let more = answer.map(|answer| answer.findings).unwrap_or_default().into_iter().map(cleaned);
    let seen: Vec<Finding> = more.filter(|one| !is_known(one, &findings)).collect();
    findings.extend(seen);
    let validation = Validation::of(read.plan, findings);
    let told = validation_text(&validation);
    Ok(result(planning.tool, json!(validation), told, &credit))
}

/// What the words of the plan tell.
fn of(read: &ReadPlan) -> Vec<Finding> {
    match &read.broken {
        Some(reason) => vec![Finding::broken(reason)],
        None => check(&read.plan),
    }
}

fn is_right(answer: &Answer) -> Result<(), String> {
    match answer.findings.iter().find(|finding| finding.message.trim().is_empty()) {
        Some(finding) => Err(format!("a finding of code {:?} has no message", finding.code)),
        None => Ok(()),
    }
}

/// Whether the same is said of the same place already.
fn is_known(finding: &Finding, known: &[Finding]) -> bool {
    known.iter().any(|other| other.code == finding.code && other.place.item == finding.place.item)
}

fn cleaned(mut finding: Finding) -> Finding {
    for text in [&mut finding.code, &mut finding.message, &mut finding.remedy] {
        *text = one_line(text);
    }
    finding
}
