//! Kind `generate_rtm`: what does the requirements document of a project ask for? Read, and written down as a matrix.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::artifacts::{self, File, Folder, MATRIX, MATRIX_JSON, REQUIREMENTS};
use super::asking::Asking;
use super::source::Source;
use crate::kinds::Attempt;
use crate::kinds::credit::Credit;
use crate::kinds::steps::{Steps, apart};
use crate::requirements::{Document, markdown, read};
use crate::task::{Artifacts, Documents, ErrorKind, Failure, GenerateRtm};

pub(super) async fn generate(
    attempt: &Attempt,
    documents: &Documents,
    order: &GenerateRtm,
    asking: Option<Asking<'_>>,
) -> Result<Value, Failure> {
    let steps = Steps::new(attempt, 3);
    steps.begin("reading the requirements")?;
    let remedy = "put the requirements there, or give `requirements_content`";
    let given = order.requirements_content.as_ref();
    let source = Source::given_or_read(&documents.project, given, REQUIREMENTS, remedy).await?;
    let Source { folder, text, document: read, .. } = source;
    steps.begin("making the matrix")?;
    let (document, credit) = match asking {
        None => (read, Credit::default()),
        Some(asking) => match asking.matrix(&text, &read).await {
            Ok(answered) => answered,
            Err(failure) => (read, asking.fall_back(failure)?),
        },
    };
    if document.requirements.is_empty() {
        return Err(nothing_read(&document));
    }
    let project = documents.project.clone();
    let matrix = apart(move || Matrix::of(document, &folder, &project, &credit, text.chars().count()));
    let Matrix { result, files } = matrix.await??;
    steps.begin("writing the matrix")?;
    steps.attempt().renew().await?;
    artifacts::write(&documents.project, &documents.context, files).await?;
    Ok(result)
}

/// What is written, and what the task answers.
struct Matrix {
    result: Value,
    files: Vec<File>,
}

impl Matrix {
    fn of(
        mut document: Document,
        folder: &Folder,
        project: &Artifacts,
        credit: &Credit,
        length: usize,
    ) -> Result<Self, Failure> {
        keep_links(&mut document, folder)?;
        let data = json!({
            "project_id": project.id,
            "requirements": document.requirements,
            "unread": document.unread,
        });
        let data = File::document(MATRIX_JSON, format!("{data:#}\n"));
        let files = vec![data, File::document(MATRIX, markdown(&document))];
        Ok(Self { result: result(project, &document, credit, length), files })
    }
}

/// The test cases that the matrix so far names for a requirement stay.
fn keep_links(document: &mut Document, folder: &Folder) -> Result<(), Failure> {
    let Some(before) = folder.read(MATRIX)? else { return Ok(()) };
    let before = read(&before).requirements.into_iter();
    let mut links: HashMap<String, Vec<String>> =
        before.map(|requirement| (requirement.id.to_uppercase(), requirement.test_cases)).collect();
    for requirement in &mut document.requirements {
        for name in links.remove(&requirement.id.to_uppercase()).unwrap_or_default() {
            if !requirement.test_cases.contains(&name) {
                requirement.test_cases.push(name);
            }
        }
    }
    Ok(())
}

fn result(project: &Artifacts, document: &Document, credit: &Credit, length: usize) -> Value {
    let mut result = Map::new();
    result.insert("success".to_owned(), true.into());
    result.insert("project_id".to_owned(), project.id.as_str().into());
    result.insert("generated_file".to_owned(), MATRIX.into());
    result.insert("generated_files".to_owned(), json!([MATRIX, MATRIX_JSON]));
    result.insert("artifacts".to_owned(), project.folder.to_string_lossy().into());
    result.insert("requirements_content_length".to_owned(), length.into());
    result.insert("total_requirements".to_owned(), document.requirements.len().into());
    result.insert("unread".to_owned(), json!(document.unread));
    credit.tell(&mut result);
    Value::Object(result)
}

/// The failure where a document holds no requirement, with what there was instead.
pub(super) fn nothing_read(document: &Document) -> Failure {
    let seen = document
        .unread
        .first()
        .map_or_else(String::new, |first| format!("; line {}: {}", first.line, first.reason));
    let message = format!(
        "no requirement was found: write each as an item of a list, a row of a table, or a line `REQ-001: …`{seen}"
    );
    Failure::new(ErrorKind::Config, message).with_result(json!({ "unread": document.unread }))
}
