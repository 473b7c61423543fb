//! Requirements documents as people write them, and as nobody does.

mod covering;
mod deriving;
mod inputs;
mod reading;
mod tables;

use _core::requirements::{Document, Requirement, read};

/// The document, which must have been read as a whole.
fn whole(text: &str) -> Vec<Requirement> {
    let document = read(text);
    assert_eq!(document.unread, [], "{text}");
    document.requirements
}

fn ids(requirements: &[Requirement]) -> Vec<&str> {
    requirements.iter().map(|requirement| requirement.id.as_str()).collect()
}

fn criteria(requirement: &Requirement) -> Vec<(&str, u32)> {
    requirement
        .acceptance_criteria
        .iter()
        .map(|criterion| (criterion.text.as_str(), criterion.line))
        .collect()
}

fn reasons(document: &Document) -> Vec<(u32, &str)> {
    document.unread.iter().map(|unread| (unread.line, unread.reason.as_str())).collect()
}
