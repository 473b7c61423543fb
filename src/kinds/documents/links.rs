//! Which test cases does a project have, and which requirements are they for?

use super::artifacts::Folder;
use super::check::Bench;
use super::mentions::Ids;
use crate::kinds::Attempt;
use crate::kinds::steps::apart;
use crate::requirements::{LinkedCase, Requirement};
use crate::sandbox::{ProbeDir, ProjectPath};
use crate::task::{Context, Failure};

/// The test cases of a project, and the files of them that do not parse, with the reasons.
pub(super) struct Links {
    pub(super) cases: Vec<LinkedCase>,
    pub(super) unread: Vec<(ProjectPath, String)>,
}

/// Reads the test cases of a project.
pub(super) async fn find(
    attempt: &Attempt,
    context: &Context,
    probe: &ProbeDir,
    folder: Folder,
    requirements: &[Requirement],
) -> Result<Links, Failure> {
    let files = apart(move || folder.test_case_files()).await??;
    let mut links = Links { cases: Vec::new(), unread: Vec::new() };
    if files.is_empty() {
        return Ok(links);
    }
    let bench = Bench::make(attempt, context, probe).await?;
    let paths: Vec<ProjectPath> = files.iter().map(|(path, _)| path.clone()).collect();
    let found = match bench.put(files).await {
        Ok(()) => bench.read(&paths).await,
        Err(failure) => Err(failure),
    };
    bench.remove().await;
    let ids = Ids::of(requirements);
    let found = found?;
    apart(move || {
        for (path, file) in paths.into_iter().zip(found) {
            for test in file.tests {
                let requirement_ids = ids.named(&test);
                let name = format!("{path}::{}", test.name);
                links.cases.push(LinkedCase { name, requirement_ids, is_draft: test.draft });
            }
            if let Some(error) = file.error {
                links.unread.push((path, error));
            }
        }
        links
    })
    .await
}
