//! Kind `plan_validation`: what is wrong with a plan? What its own words tell, and what a model sees besides.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::author::Author;
use super::result::result;
use crate::agent::Question;
use crate::kinds::Attempt;
use crate::kinds::steps::{Steps, apart};
use crate::planning::{FINDINGS, Finding, Validation, read_plan, validation_text};
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
    let (plan, mut findings) = apart(move || {
        let read = read_plan(&text);
        let findings = read.findings();
        (read.plan, findings)
    })
    .await?;
    steps.begin("checking the plan")?;
    let question = Question { instruction: INSTRUCTION, schema: FINDINGS, material: &planning.text };
    let (answer, credit) = author.answer(attempt, question, is_right).await?;
    let tool = planning.tool;
    apart(move || {
        let seen = answer.map(|answer| answer.findings).unwrap_or_default();
        add(seen, &mut findings);
        let validation = Validation::of(plan, findings);
        let told = validation_text(&validation);
        result(tool, json!(validation), told, &credit)
    })
    .await
}

fn is_right(answer: &Answer) -> Result<(), String> {
    if let Some(finding) = answer.findings.iter().find(|finding| finding.message.trim().is_empty()) {
        return Err(format!("a finding of code {:?} has no message", finding.code));
    }
    match answer.findings.iter().find(|finding| finding.code.trim().is_empty()) {
        Some(finding) => Err(format!("the finding {:?} has no code", finding.message)),
        None => Ok(()),
    }
}

/// Adds what somebody else has seen, where the same is not said of the same place already.
fn add(seen: Vec<Finding>, findings: &mut Vec<Finding>) {
    let place = |finding: &Finding| (finding.code.clone(), finding.place.item.clone());
    let known: HashSet<_> = findings.iter().map(place).collect();
    findings.extend(seen.into_iter().map(cleaned).filter(|finding| !known.contains(&place(finding))));
}

fn cleaned(mut finding: Finding) -> Finding {
    for text in [&mut finding.code, &mut finding.message, &mut finding.remedy] {
        *text = one_line(text);
    }
    finding
}
