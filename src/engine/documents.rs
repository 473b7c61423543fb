//! What may be asked for of a project's documents? Checked by the texts alone: nothing is read.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::InvalidRequest;
use super::payload::Fields;
use crate::access::ProjectId;
use crate::sandbox::ProjectPath;
use crate::task::{
    Artifacts, Context, CoverageAnalysis, Documents, GenerateRtm, GenerateTestCases, Kind, Order, Threshold,
    Travel, Work,
};

/// The most that a document in a payload may take, in bytes.
const MOST_CONTENT: usize = 1024 * 1024;
/// The most files and folders of tests that a module's may be.
const MOST_TEST_PATHS: usize = 100;
/// The one framework that test cases are written for.
const FRAMEWORK: &str = "pytest";
const FRAMEWORK_FIELD: &str = "generation_options.test_framework";
const THRESHOLD_FIELD: &str = "analysis_options.min_coverage_threshold";
const TEST_PATHS_FIELD: &str = "analysis_options.test_paths";

/// The work of a payload.
pub(super) fn work(
    kind: &Kind,
    payload: Map<String, Value>,
    context: &Arc<Context>,
) -> Result<Work, InvalidRequest> {
    let mut fields = Fields::new("payload", payload);
    let project = artifacts(fields.text("project_id")?, &context.workspace_root)?;
    let order = match kind {
        Kind::GenerateRtm => Order::GenerateRtm(GenerateRtm {
            requirements_content: content("requirements_content", &mut fields)?,
        }),
        Kind::GenerateTestCases => Order::GenerateTestCases(test_cases(&mut fields)?),
        _ => Order::CoverageAnalysis(analysis(&mut fields, &context.project_root)?),
    };
    fields.finish()?;
    let context = match context.travel {
        Travel::Shared => Arc::clone(context),
        // The documents lie where they lie, and so does the project.
        _ => Arc::new(Context { travel: Travel::Shared, ..Context::clone(context) }),
    };
    Ok(Work::Documents(Box::new(Documents { project, order, context })))
}

/// Where the documents of a project lie that nobody has put elsewhere.
fn artifacts(id: Option<String>, workspace_root: &Path) -> Result<Artifacts, InvalidRequest> {
    let refused = |message: String| InvalidRequest::new("project_id", message);
    let id = id.ok_or_else(|| refused("is missing: name the project, such as \"shop\"".to_owned()))?;
    let id: ProjectId = id.parse().map_err(refused)?;
    Ok(Artifacts { folder: id.artifacts(workspace_root), id: id.to_string() })
}

fn test_cases(fields: &mut Fields) -> Result<GenerateTestCases, InvalidRequest> {
    let rtm_content = content("rtm_content", fields)?;
    let mut options = fields.object("generation_options")?;
    let include_negative_tests = options.flag("generation_options.include_negative_tests")?.unwrap_or(false);
    match options.text(FRAMEWORK_FIELD)? {
        Some(framework) if framework != FRAMEWORK => {
            let shown: String = framework.chars().take(64).collect();
            let message = format!("{shown:?} is not supported: test cases are written for {FRAMEWORK:?}");
            return Err(InvalidRequest::new(FRAMEWORK_FIELD, message));
        }
        _ => {}
    }
    options.finish()?;
    Ok(GenerateTestCases { rtm_content, include_negative_tests })
}

fn analysis(fields: &mut Fields, root: &Path) -> Result<CoverageAnalysis, InvalidRequest> {
    let file_path = fields.text("file_path")?.map(|path| module(path, root)).transpose()?;
    let mut options = fields.object("analysis_options")?;
    let include_branch_coverage = options.flag("analysis_options.include_branch_coverage")?.unwrap_or(true);
    let percent = options.whole(THRESHOLD_FIELD)?.unwrap_or(Threshold::DEFAULT.percent().into());
    let min_coverage_threshold = u8::try_from(percent)
        .ok()
        .and_then(|percent| Threshold::try_from(percent).ok())
        .ok_or_else(|| {
            let message = format!("must be between 0 and 100 percent, not {percent}");
            InvalidRequest::new(THRESHOLD_FIELD, message)
        })?;
    let test_paths = test_paths(&mut options, file_path.is_some(), root)?;
    options.finish()?;
    Ok(CoverageAnalysis { file_path, include_branch_coverage, min_coverage_threshold, test_paths })
}

fn test_paths(options: &mut Fields, has_module: bool, root: &Path) -> Result<Vec<String>, InvalidRequest> {
    let Some(paths) = options.texts(TEST_PATHS_FIELD)? else { return Ok(Vec::new()) };
    let refused = |message: String| Err(InvalidRequest::new(TEST_PATHS_FIELD, message));
    if !has_module {
        return refused("are the tests of a module: name it in `file_path`".to_owned());
    }
    if !(1..=MOST_TEST_PATHS).contains(&paths.len()) {
        return refused(format!(
            "must be 1 to {MOST_TEST_PATHS} files or folders, not {}: leave it out for those that are named for the module",
            paths.len()
        ));
    }
    let parse = |path: String| ProjectPath::parse_owned(path, root).map(ProjectPath::into_string);
    paths.into_iter().map(parse).collect::<Result<_, _>>().or_else(|error| refused(error.to_string()))
}

fn module(path: String, root: &Path) -> Result<String, InvalidRequest> {
    let refused = |message: String| InvalidRequest::new("file_path", message);
    let module = ProjectPath::parse_owned(path, root).map_err(|error| refused(error.to_string()))?;
    if !module.file_name().to_ascii_lowercase().ends_with(".py") {
        return Err(refused(format!(
            "{:?} is no Python file: its name does not end in .py",
            module.as_str()
        )));
    }
    Ok(module.into_string())
}

/// A document in a payload; one that says nothing is refused rather than taken for none.
fn content(field: &'static str, fields: &mut Fields) -> Result<Option<String>, InvalidRequest> {
    let Some(text) = fields.text(field)? else { return Ok(None) };
    if text.trim().is_empty() {
        let message = "is empty: give the document, or leave the field out for that of the project";
        return Err(InvalidRequest::new(field, message));
    }
    if text.contains('\0') {
        return Err(InvalidRequest::new(field, "contains a NUL character: leave it out"));
    }
    if text.len() > MOST_CONTENT {
        let message = format!(
            "takes {} bytes: at most {MOST_CONTENT} are kept; put what is long into the project's artifacts, and leave \
             the field out",
            text.len()
        );
        return Err(InvalidRequest::new(field, message));
    }
    Ok(Some(text))
}
