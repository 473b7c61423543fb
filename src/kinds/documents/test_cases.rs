//! Kind `generate_test_cases`: which tests do the requirements of a project call for? Drafts in Python, one file a requirement,
//! which parse and collect.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::artifacts::{self, File, Folder, MATRIX, TEST_CASES};
use super::asking::Asking;
use super::check::Bench;
use super::matrix::nothing_read;
use super::python;
use super::source::Source;
use crate::kinds::Attempt;
use crate::kinds::credit::Credit;
use crate::kinds::steps::{Steps, apart};
use crate::requirements::{Document, Requirement, TestCase, derive_cases};
use crate::sandbox::{ProbeDir, ProjectPath};
use crate::task::{Artifacts, Documents, ErrorKind, Failure, GenerateTestCases};

/// What is to be written, and what stays.
struct Draft {
    document: Document,
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
    let remedy = "run `generate_rtm` for the project, or give `rtm_content`";
    let given = order.rtm_content.as_ref();
    let source = Source::given_or_read(&documents.project, given, MATRIX, remedy).await?;
    let Source { folder, text, document, .. } = source;
    if document.requirements.is_empty() {
        return Err(nothing_read(&document));
    }
    steps.begin("deriving test cases")?;
    let with_negative = order.include_negative_tests;
    let (answered, credit) = match asking {
        None => (None, Credit::default()),
        Some(asking) => match asking.cases(&document.requirements, with_negative).await {
            Ok((cases, credit)) => (Some(cases), credit),
            Err(failure) => (None, asking.fall_back(failure)?),
        },
    };
    let drafting = apart(move || {
        let cases = answered.unwrap_or_else(|| embedded(&document, with_negative));
        Draft::of(document, &cases, &folder)
    });
    let draft = drafting.await??;
    steps.begin("parsing and collecting the files")?;
    check(attempt, documents, &draft, probe).await?;
    steps.begin("writing the files")?;
    let project = documents.project.clone();
    let telling = apart(move || (result(&project, &draft, &credit, text.chars().count()), draft.files));
    let (result, files) = telling.await?;
    steps.attempt().renew().await?;
    artifacts::write(&documents.project, &documents.context, files).await?;
    Ok(result)
}

/// The test cases that the requirements themselves call for.
fn embedded(document: &Document, with_negative: bool) -> Vec<TestCase> {
    document.requirements.iter().flat_map(|requirement| derive_cases(requirement, with_negative)).collect()
}

impl Draft {
    fn of(document: Document, cases: &[TestCase], folder: &Folder) -> Result<Self, Failure> {
        let (mut files, mut tests, mut kept, mut told) = (Vec::new(), 0, Vec::new(), Vec::new());
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
                kept.push(path);
                continue;
            }
            for (name, case) in python::names(&stem, &own).into_iter().zip(&own) {
                told.push(json!({
                    "requirement_id": requirement.id,
                    "test": format!("{path}::{name}"),
                    "form": case.form,
                    "title": case.title,
                    "line": case.line,
                }));
            }
            tests += own.len();
            files.push(File::python(path, &python::source(requirement, &stem, &own)));
        }
        Ok(Self { document, files, tests, kept, cases: told })
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
    let files = draft.files.iter().map(|file| (file.path.clone(), file.text.clone().into_bytes()));
    bench.put(files.collect()).await?;
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

fn result(project: &Artifacts, draft: &Draft, credit: &Credit, length: usize) -> Value {
    let written: Vec<&str> = draft.files.iter().map(|file| file.path.as_str()).collect();
    let kept: Vec<&str> = draft.kept.iter().map(ProjectPath::as_str).collect();
    let mut result = Map::new();
    result.insert("success".to_owned(), true.into());
    result.insert("project_id".to_owned(), project.id.as_str().into());
    result.insert("generated_files".to_owned(), json!(written));
    result.insert("kept_files".to_owned(), json!(kept));
    result.insert("artifacts".to_owned(), project.folder.to_string_lossy().into());
    result.insert("total_count".to_owned(), draft.tests.into());
    result.insert("to_be_written".to_owned(), draft.tests.into());
    result.insert("test_cases".to_owned(), json!(draft.cases));
    result.insert("test_framework".to_owned(), "pytest".into());
    result.insert("total_requirements".to_owned(), draft.document.requirements.len().into());
    result.insert("rtm_content_length".to_owned(), length.into());
    result.insert("unread".to_owned(), json!(draft.document.unread));
    credit.tell(&mut result);
    Value::Object(result)
}
