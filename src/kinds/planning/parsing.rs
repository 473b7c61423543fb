//! Kind `requirements_parsing`: which requirements does a text hold, and what do they leave open?

use serde::Deserialize;
use serde_json::{Value, json};

use super::author::Author;
use super::result::result;
use crate::agent::Question;
use crate::kinds::Attempt;
use crate::kinds::documents::{Row, check_rows};
use crate::kinds::steps::{Steps, apart};
use crate::planning::{Ambiguity, ParsedRequirements, REQUIREMENTS, parse, parsed_text};
use crate::requirements::{Document, one_line};
use crate::task::{Failure, Planning};

const INSTRUCTION: &str = "You read what somebody wants and list what that asks for: every requirement once, with its own id \
    where the text gives one, else REQ-001, REQ-002 and so on. Acceptance criteria are those of the text; invent none. \
    Priority and risk are null where the text does not say them. What a requirement leaves open is an ambiguity: say which \
    words leave it open, and what somebody has to answer.";

#[derive(Debug, Deserialize)]
struct Answer {
    requirements: Vec<Row>,
    #[serde(default)]
    ambiguities: Vec<Ambiguity>,
}

pub(super) async fn read(
    attempt: &Attempt,
    planning: &Planning,
    author: &Author<'_>,
) -> Result<Value, Failure> {
    let steps = Steps::new(attempt, 2);
    steps.begin("reading the text")?;
    let text = planning.text.clone();
    let ours = apart(move || parse(&text)).await?;
    steps.begin("listing the requirements")?;
    // Only ids of the text itself have to be in an answer.
    let known = Document { requirements: ours.requirements.clone(), unread: Vec::new() };
    let question = Question { instruction: INSTRUCTION, schema: REQUIREMENTS, material: &planning.text };
    let right = |answer: &Answer| {
        check_rows(&answer.requirements, &known).and_then(|()| all_ask(&answer.ambiguities))
    };
    let (answer, credit) = author.answer(attempt, question, right).await?;
    let tool = planning.tool;
    apart(move || {
        let parsed = match answer {
            None => ours,
            Some(answer) => ParsedRequirements {
                requirements: answer
                    .requirements
                    .into_iter()
                    .map(|row| row.into_requirement(&known))
                    .collect(),
                ambiguities: answer.ambiguities.into_iter().map(cleaned).collect(),
                unread: Vec::new(),
            },
        };
        let told = parsed_text(&parsed);
        result(tool, json!(parsed), told, &credit)
    })
    .await
}

fn all_ask(ambiguities: &[Ambiguity]) -> Result<(), String> {
    match ambiguities.iter().find(|ambiguity| ambiguity.question.trim().is_empty()) {
        Some(ambiguity) => Err(format!("the ambiguity of {:?} has no question", ambiguity.words)),
        None => Ok(()),
    }
}

fn cleaned(ambiguity: Ambiguity) -> Ambiguity {
    Ambiguity {
        requirement_id: ambiguity.requirement_id.map(|id| one_line(&id)),
        words: one_line(&ambiguity.words),
        question: one_line(&ambiguity.question),
        line: None,
    }
}
