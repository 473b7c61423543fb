//! What is a model asked about documents, and which answers are right? The ids of the document stay, and nothing is left out.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::agent::{Asked, ChatModel, Question};
use crate::kinds::Attempt;
use crate::kinds::credit::Credit;
use crate::requirements::{CaseForm, Category, Criterion, Document, Level, Requirement, TestCase};
use crate::task::{ChatTerms, ErrorKind, Failure, LogLevel, Usage};

/// Larger documents are more than a model reads well.
const MOST_BYTES: usize = 200_000;
/// How many requirements one question has.
const BATCH: usize = 20;

/// A model and the terms of the task.
pub(super) struct Asking<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) model: &'a ChatModel,
    pub(super) terms: &'a ChatTerms,
}

#[derive(Debug, Deserialize)]
struct Matrix {
    requirements: Vec<Row>,
}

/// A requirement as a model tells it.
#[derive(Debug, Deserialize)]
pub(in crate::kinds) struct Row {
    id: String,
    description: String,
    #[serde(rename = "type", default)]
    category: Category,
    #[serde(default)]
    priority: Option<Level>,
    #[serde(default)]
    risk: Option<Level>,
    #[serde(default)]
    acceptance_criteria: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Cases {
    cases: Vec<TestCase>,
}

const MATRIX_INSTRUCTION: &str = "You read requirements documents and list what they ask for: every requirement once, with \
    its own id where the document gives one, in the words of the document. Acceptance criteria are those of the document; \
    invent none. Priority and risk are null where the document does not say them.";
const MATRIX_SCHEMA: &str = r#"{"type":"object","required":["requirements"],"properties":{"requirements":{"type":"array",
"minItems":1,"items":{"type":"object","required":["id","description","type"],"properties":{"id":{"type":"string"},
"description":{"type":"string"},"type":{"enum":["functional","non_functional","performance","security","usability",
"reliability","compatibility","constraint"]},"priority":{"enum":["low","medium","high","critical",null]},
"risk":{"enum":["low","medium","high","critical",null]},"acceptance_criteria":{"type":"array","items":{"type":"string"}}}}}}}"#;
const CASES_INSTRUCTION: &str = "You design test cases for requirements: for each requirement at least one positive case, \
    in short concrete steps that a tester can follow, with the result that is to be expected. Use only what the \
    requirements say; where they leave a value open, say which value has to be decided.";
const CASES_SCHEMA: &str = r#"{"type":"object","required":["cases"],"properties":{"cases":{"type":"array","items":{
"type":"object","required":["requirement_id","title","form","steps","expected"],"properties":{
"requirement_id":{"type":"string"},"title":{"type":"string"},"form":{"enum":["positive","negative","boundary"]},
"preconditions":{"type":"array","items":{"type":"string"}},"steps":{"type":"array","items":{"type":"string"}},
"expected":{"type":"array","minItems":1,"items":{"type":"string"}}}}}}}"#;

impl Asking<'_> {
    /// The requirements of a document as the model reads it; `read` is how we read it.
    pub(super) async fn matrix(&self, text: &str, read: &Document) -> Result<(Document, Credit), Failure> {
        if text.len() > MOST_BYTES {
            let message =
                format!("the document takes {} bytes: a model is sent {MOST_BYTES} at most", text.len());
            return Err(Failure::new(ErrorKind::Config, message));
        }
        let question = Question { instruction: MATRIX_INSTRUCTION, schema: MATRIX_SCHEMA, material: text };
        let check = |matrix: &Matrix| check_matrix(matrix, read);
        let asked: Asked<Matrix> = self.model.ask(self.terms, question, check, &self.attempt.cancel).await?;
        let requirements =
            asked.answer.requirements.into_iter().map(|row| row.into_requirement(read)).collect();
        let document = Document { requirements, unread: Vec::new() };
        Ok((document, Credit::of_model(asked.model, asked.usage)))
    }

    /// Test cases as the model designs them.
    pub(super) async fn cases(
        &self,
        requirements: &[Requirement],
        include_negative: bool,
    ) -> Result<(Vec<TestCase>, Credit), Failure> {
        let (mut cases, mut usage, mut model) = (Vec::new(), Usage::default(), String::new());
        for batch in requirements.chunks(BATCH) {
            let wish = if include_negative {
                "Negative cases and cases at bounds are wanted too."
            } else {
                "Positive cases only."
            };
            let instruction = format!("{CASES_INSTRUCTION} {wish}");
            let material = serde_json::to_string(batch).map_err(|error| {
                Failure::new(ErrorKind::Internal, format!("requirements have no JSON: {error}"))
            })?;
            let question = Question { instruction: &instruction, schema: CASES_SCHEMA, material: &material };
            let check = |cases: &Cases| check_cases(cases, batch, include_negative);
            let asked: Asked<Cases> =
                self.model.ask(self.terms, question, check, &self.attempt.cancel).await?;
            cases.extend(asked.answer.cases.into_iter().map(|case| placed(case, batch)));
            (usage, model) = (usage.plus(asked.usage), asked.model);
        }
        Ok((cases, Credit::of_model(model, usage)))
    }

    /// The failure of the model, where the embedded way is taken instead.
    pub(super) fn fall_back(&self, failure: Failure) -> Result<Credit, Failure> {
        if !self.terms.fallback || failure.kind == ErrorKind::Cancelled {
            return Err(failure);
        }
        self.attempt.log(LogLevel::Warning, &format!("the embedded way is taken: {failure}"));
        Ok(Credit::after(failure))
    }
}

fn check_matrix(matrix: &Matrix, read: &Document) -> Result<(), String> {
    check_rows(&matrix.requirements, read)
}

/// What is wrong with requirements that are to be those of a document.
pub(in crate::kinds) fn check_rows(rows: &[Row], read: &Document) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for row in rows {
        let id = row.id.trim();
        if id.is_empty() || id.len() > 64 || id.contains(char::is_whitespace) {
            return Err(format!("{id:?} is no id: one word of at most 64 characters is"));
        }
        if row.description.trim().is_empty() {
            return Err(format!("requirement {id} has no description"));
        }
        if !ids.insert(id.to_uppercase()) {
            return Err(format!("the id {id} stands twice"));
        }
    }
    let own = read.requirements.iter().filter(|requirement| !requirement.id_is_ours);
    match own.into_iter().find(|requirement| !ids.contains(&requirement.id.to_uppercase())) {
        Some(missing) => Err(format!("requirement {} of the document is left out", missing.id)),
        None if ids.is_empty() => Err("there is no requirement in it".to_owned()),
        None => Ok(()),
    }
}

fn check_cases(cases: &Cases, batch: &[Requirement], include_negative: bool) -> Result<(), String> {
    for case in &cases.cases {
        if !batch.iter().any(|requirement| requirement.id == case.requirement_id) {
            return Err(format!("there is no requirement {:?}", case.requirement_id));
        }
        if case.title.trim().is_empty() {
            return Err(format!("a case of {} has no title", case.requirement_id));
        }
        if case.form != CaseForm::Positive && !include_negative {
            return Err(format!(
                "the case {:?} is {}, and only positive ones are wanted",
                case.title,
                case.form.as_str()
            ));
        }
    }
    let is_covered = |requirement: &&Requirement| {
        let of_it =
            |case: &TestCase| case.requirement_id == requirement.id && case.form == CaseForm::Positive;
        !cases.cases.iter().any(of_it)
    };
    match batch.iter().find(is_covered) {
        Some(bare) => Err(format!("requirement {} has no positive case", bare.id)),
        None => Ok(()),
    }
}

/// A case of the model's with the line of its requirement, and texts in single lines.
fn placed(case: TestCase, batch: &[Requirement]) -> TestCase {
    let requirement = batch.iter().find(|requirement| requirement.id == case.requirement_id);
    let lines = |texts: Vec<String>| texts.iter().map(|text| one_line(text)).collect();
    TestCase {
        title: one_line(&case.title),
        preconditions: lines(case.preconditions),
        steps: lines(case.steps),
        expected: lines(case.expected),
        line: requirement.map_or(0, |requirement| requirement.line),
        ..case
    }
}

impl Row {
    /// The requirement, with what our own reading knows of it.
    pub(in crate::kinds) fn into_requirement(self, read: &Document) -> Requirement {
        let id = one_line(&self.id);
        let known = read.requirements.iter().find(|known| known.id.eq_ignore_ascii_case(&id));
        let line = known.map_or(0, |known| known.line);
        let criteria =
            self.acceptance_criteria.iter().map(|text| one_line(text)).filter(|text| !text.is_empty());
        Requirement {
            id_is_ours: known.is_none_or(|known| known.id_is_ours),
            description: one_line(&self.description),
            category: self.category,
            priority: self.priority,
            risk: self.risk,
            acceptance_criteria: criteria.map(|text| Criterion { text, line }).collect(),
            test_cases: known.map(|known| known.test_cases.clone()).unwrap_or_default(),
            section: known.and_then(|known| known.section.clone()),
            line,
            id,
        }
    }
}

fn one_line(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.replace(char::is_control, ""));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
