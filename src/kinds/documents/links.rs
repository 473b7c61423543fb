//! Which requirements is a test case for? Those that it names: in its docstring, its marks, its own name, or for the whole file.

use super::artifacts::Folder;
use super::check::{Bench, FoundTest};
use super::python::slug;
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
    folder: &Folder,
    requirements: &[Requirement],
) -> Result<Links, Failure> {
    let files = folder.test_case_files()?;
    let mut links = Links { cases: Vec::new(), unread: Vec::new() };
    if files.is_empty() {
        return Ok(links);
    }
    let bench = Bench::make(attempt, context, probe).await?;
    let (paths, mut written) = (files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), Ok(()));
    for (path, bytes) in &files {
        written = written.and_then(|()| bench.put(path, bytes));
    }
    let found = match written {
        Ok(()) => bench.read(&paths).await,
        Err(failure) => Err(failure),
    };
    bench.remove().await;
    let names: Vec<Name> = requirements.iter().map(Name::of).collect();
    let found = found?;
    apart(move || {
        for (path, file) in paths.into_iter().zip(found) {
            for test in file.tests {
                let requirement_ids = named(&test, &names);
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

/// The id of a requirement, as it may be mentioned.
struct Name {
    id: String,
    upper: String,
    /// As part of the name of a test; `None` for one that might be any word.
    slug: Option<String>,
}

impl Name {
    fn of(requirement: &Requirement) -> Self {
        let (id, slug) = (requirement.id.clone(), slug(&requirement.id));
        let upper = id.to_ascii_uppercase();
        Self { id, upper, slug: slug.contains('_').then(|| format!("_{slug}_")) }
    }
}

/// The ids that a test names, as whole words.
fn named(test: &FoundTest, names: &[Name]) -> Vec<String> {
    let function = format!("_{}_", test.name.to_ascii_lowercase().replace("::", "_"));
    let texts = test.mentions.join("\n").to_ascii_uppercase();
    let is_named = |name: &&Name| {
        mentions(&texts, &name.upper) || name.slug.as_ref().is_some_and(|slug| function.contains(slug))
    };
    names.iter().filter(is_named).map(|name| name.id.clone()).collect()
}

/// Whether a text has an id as a whole: `REQ-1` is not in `REQ-12`, and not in `REQ-1.2`. Both in capitals.
fn mentions(text: &str, id: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    text.match_indices(id).any(|(start, found)| {
        let rest = &text[start + found.len()..];
        let mut after = rest.chars();
        let goes_on = match after.next() {
            Some('.') => after.next().is_some_and(char::is_alphanumeric),
            Some(letter) => is_part(letter),
            None => false,
        };
        !goes_on && !text[..start].ends_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_as_whole_words() {
        for (text, is_there) in [
            ("REQ-1: LOGS IN", true),
            ("SEE REQ-1.", true),
            ("(REQ-1)", true),
            ("REQ-12", false),
            ("REQ-1.2", false),
            ("XREQ-1", false),
            ("REQ-1-A", false),
        ] {
            assert_eq!(mentions(text, "REQ-1"), is_there, "{text}");
        }
    }
}
