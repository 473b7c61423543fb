//! Kind `plan_generation`: which plan meets a requirement?

use serde_json::{Value, json};

use super::author::Author;
use super::result::result;
use crate::agent::Question;
use crate::kinds::Attempt;
use crate::kinds::steps::{Steps, apart};
use crate::planning::{Demands, PLAN, Plan, check, cleaned, plan_of, plan_text};
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
    let text = planning.text.clone();
    let demands = apart(move || Demands::of(&text)).await?;
    let right = |plan: &Plan| demands.problem(plan).map_or(Ok(()), Err);
    let (answer, credit) = author.answer(attempt, question, right).await?;
    let text = planning.text.clone();
    let plan = apart(move || answer.map_or_else(|| plan_of(&text), cleaned)).await?;
    steps.begin("checking the plan")?;
    let tool = planning.tool;
    apart(move || {
        let told = plan_text(&plan);
        result(tool, json!({"findings": check(&plan), "plan": plan}), told, &credit)
    })
    .await
}
