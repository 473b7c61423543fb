//! Kind `plan_generation`: which plan meets a requirement?

use serde_json::{Value, json};

use super::author::Author;
use super::result::result;
use crate::agent::Question;
use crate::kinds::Attempt;
use crate::kinds::steps::{Steps, apart};
use crate::planning::{PLAN, Plan, answer_problem, check, cleaned, plan_of, plan_text, requested_phases};
use crate::task::{Failure, Planning};

const INSTRUCTION: &str = "You make implementation plans: phases of concrete tasks, each small enough for one person and some \
    days, with an estimate, the tasks that come before it, and what tells that it is done; the risks, with what is done about \
    them; and what has to be asked before one can begin. Requirements keep their ids, and every one is met by a task.";

pub(super) async fn make(
    attempt: &Attempt,
    planning: &Planning,
    author: &Author<'_>,
) -> Result<Value, Failure> {
    let steps = Steps::new(attempt, 2);
    steps.begin("making the plan")?;
    let question = Question { instruction: INSTRUCTION, schema: PLAN, material: &planning.text };
    let phases = requested_phases(&planning.text);
    let right = |plan: &Plan| is_right(plan, phases);
    let (answer, credit) = author.answer(attempt, question, right).await?;
    let text = planning.text.clone();
    let plan = match answer {
        Some(plan) => cleaned(plan),
        None => apart(move || plan_of(&text)).await?,
    };
    steps.begin("checking the plan")?;
    let findings = check(&plan);
    let told = plan_text(&plan);
    Ok(result(planning.tool, json!({"plan": plan, "findings": findings}), told, &credit))
}

fn is_right(plan: &Plan, phases: Option<usize>) -> Result<(), String> {
    if let Some(problem) = answer_problem(plan) {
        return Err(problem);
    }
    match phases.filter(|wanted| *wanted != plan.phases.len()) {
        Some(wanted) => Err(format!("{wanted} phases are asked for, and it has {}", plan.phases.len())),
        None => Ok(()),
    }
}
