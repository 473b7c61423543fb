//! Kind `generate_test_cases`: which tests do the requirements of a project call for? Drafts in Python, one file a requirement,
//! which parse and collect.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::artifacts::{self, File, Folder, MATRIX, TEST_CASES};
use super::asking::Asking;
use super::check::Bench;
use super::matrix::nothing_read;
use super::python;
use crate::kinds::Attempt;
use crate::kinds::credit::Credit;
use crate::kinds::steps::{Steps, read_apart};
use crate::requirements::{Document, Requirement, TestCase, derive_cases};
use crate::sandbox::{ProbeDir, ProjectPath};
use crate::task::{Documents, ErrorKind, Failure, GenerateTestCases};

/// What is to be written, and what stays.
struct Draft {
    files: Vec<File>,
    /// How many test functions the files have.
    tests: usize,
    /// Files that a person has edited.
    kept: Vec<ProjectPath>,
    cases: Vec<Value>,
}

pub(super) async fn generate(
    attempt: &Attempt,
    documents: &Documents,
    order: &GenerateTestCases,
    asking: Option<Asking<'_>>,
    probe: &ProbeDir,
) -> Result<Value, Failure> {
    let steps = Steps::new(attempt, 4);
    steps.begin("reading the requirements")?;
    let folder = Folder::open(&documents.project)?;
    let text = match &order.rtm_content {
        Some(text) => text.clone(),
        None => folder.need(MATRIX, "run `generate_rtm` for the project, or give `rtm_content`")?,
    };
    let (text, document) = read_apart(text).await?;
    if document.requirements.is_empty() {
        return Err(nothing_read(&document));
    }
    steps.begin("deriving test cases")?;
    let embedded = || {
        let cases =
            document.requirements.iter().flat_map(|it| derive_cases(it, order.include_negative_tests));
        cases.collect::<Vec<_>>()
    };
    let (cases, credit) = match asking {
        None => (embedded(), Credit::default()),
        Some(asking) => match asking.cases(&document.requirements, order.include_negative_tests).await {
            Ok(answered) => answered,
            Err(failure) => {
                let credit = asking.fall_back(failure)?;
                (embedded(), credit)
            }
        },
    };
    let draft = Draft::of(&document, &cases, &folder)?;
    steps.begin("parsing and collecting the files")?;
    check(attempt, documents, &draft, probe).await?;
    steps.begin("writing the files")?;
    let result = result(documents, &document, &draft, &credit, text.chars().count());
    steps.attempt().renew().await?;
    artifacts::write(&documents.project, &documents.context, draft.files).await?;
    Ok(result)
}

impl Draft {
    fn of(document: &Document, cases: &[TestCase], folder: &Folder) -> Result<Self, Failure> {
        let mut draft = Self { files: Vec::new(), tests: 0, kept: Vec::new(), cases: Vec::new() };
        let mut stems = HashSet::new();
        let mut by_id: HashMap<&str, Vec<&TestCase>> = HashMap::new();
        for case in cases {
            by_id.entry(&case.requirement_id).or_default().push(case);
        }
        for requirement in &document.requirements {
            let own = by_id.remove(requirement.id.as_str()).unwrap_or_default();
            let stem = stem(requirement, &mut stems);
            let path = ProjectPath::from_names([TEST_CASES, &format!("test_{stem}.py")]);
            if folder.is_foreign(&path)? {
                draft.kept.push(path);
                continue;
            }
            for (name, case) in python::names(&stem, &own).into_iter().zip(&own) {
                draft.cases.push(json!({
                    "requirement_id": requirement.id,
                    "test": format!("{path}::{name}"),
                    "form": case.form,
                    "title": case.title,
                    "line": case.line,
                }));
            }
            draft.tests += own.len();
            draft.files.push(File::python(path, &python::source(requirement, &stem, &own)));
        }
        Ok(draft)
    }
}

/// What the file of a requirement and its tests are named for: ids that differ have stems that differ. One that is written
/// as another already is gets a number behind two `_`, which no id is written with.
fn stem(requirement: &Requirement, stems: &mut HashSet<String>) -> String {
    let slug = python::slug(&requirement.id);
    let base = if slug.is_empty() { "requirement".to_owned() } else { slug };
    let mut stem = base.clone();
    for number in 2.. {
        if stems.insert(stem.clone()) {
            break;
        }
        stem = format!("{base}__{number}");
    }
    stem
}

/// The files must parse, and pytest must collect every test of them.
async fn check(
    attempt: &Attempt,
    documents: &Documents,
    draft: &Draft,
    probe: &ProbeDir,
) -> Result<(), Failure> {
    if draft.files.is_empty() {
        return Ok(());
    }
    let bench = Bench::make(attempt, &documents.context, probe).await?;
    let checked = checked(&bench, draft).await;
    bench.remove().await;
    checked
}

async fn checked(bench: &Bench<'_>, draft: &Draft) -> Result<(), Failure> {
    for file in &draft.files {
        bench.put(&file.path, file.text.as_bytes())?;
    }
    let paths: Vec<ProjectPath> = draft.files.iter().map(|file| file.path.clone()).collect();
    let found = bench.read(&paths).await?;
    for (path, file) in paths.iter().zip(&found) {
        if let Some(error) = &file.error {
            let message = format!("{path} does not parse: {error}; please report it with its requirement");
            return Err(Failure::new(ErrorKind::Verification, message));
        }
    }
    let collected = bench.collect().await?;
    if collected != draft.tests {
        let message = format!("pytest collects {collected} of {} test cases; please report it", draft.tests);
        return Err(Failure::new(ErrorKind::Verification, message));
    }
    Ok(())
}

fn result(
    documents: &Documents,
    document: &Document,
    draft: &Draft,
    credit: &Credit,
    length: usize,
) -> Value {
    let written: Vec<&str> = draft.files.iter().map(|file| file.path.as_str()).collect();
    let kept: Vec<&str> = draft.kept.iter().map(ProjectPath::as_str).collect();
    let mut result = Map::new();
    result.insert("success".to_owned(), true.into());
    result.insert("project_id".to_owned(), documents.project.id.as_str().into());
    result.insert("generated_files".to_owned(), json!(written));
    result.insert("kept_files".to_owned(), json!(kept));
    result.insert("artifacts".to_owned(), documents.project.folder.to_string_lossy().into());
    result.insert("total_count".to_owned(), draft.tests.into());
    result.insert("to_be_written".to_owned(), draft.tests.into());
    result.insert("test_cases".to_owned(), json!(draft.cases));
    result.insert("test_framework".to_owned(), "pytest".into());
    result.insert("total_requirements".to_owned(), document.requirements.len().into());
    result.insert("rtm_content_length".to_owned(), length.into());
    result.insert("unread".to_owned(), json!(document.unread));
    credit.tell(&mut result);
    Value::Object(result)
}
