//! Which requirements does a text hold, and what do they leave open? A document by its reader, prose by its sentences.

use serde::{Deserialize, Serialize};

use super::prose::{listing, pieces};
use super::vague::vague_words;
use crate::requirements::{Document, Requirement, Unread, read};

/// The requirements of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedRequirements {
    /// What is asked for, in the order of the text; ids differ.
    pub requirements: Vec<Requirement>,
    /// What they leave open.
    #[serde(default)]
    pub ambiguities: Vec<Ambiguity>,
    /// Lines that could not be read.
    #[serde(default)]
    pub unread: Vec<Unread>,
}

/// What a requirement leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguity {
    /// The requirement by its id; `None` for the text as a whole.
    #[serde(default)]
    pub requirement_id: Option<String>,
    /// The words that leave it open; empty where something is missing.
    #[serde(default)]
    pub words: String,
    /// What somebody has to answer.
    pub question: String,
    /// The line of the text, from 1; `None` where it is none of its words.
    #[serde(default)]
    pub line: Option<u32>,
}

/// Reads the requirements of a text, as far as it says them itself.
#[must_use]
pub fn parse(text: &str) -> ParsedRequirements {
    let mut document = read(text);
    if document.requirements.is_empty() {
        let prose = of_prose(text);
        // What was read as prose has been read.
        document = Document { requirements: prose, unread: Vec::new() };
    }
    let ambiguities = ambiguities(&document.requirements);
    ParsedRequirements { requirements: document.requirements, ambiguities, unread: document.unread }
}

/// What these requirements leave open.
#[must_use]
pub(super) fn ambiguities(requirements: &[Requirement]) -> Vec<Ambiguity> {
    let mut all = Vec::new();
    for requirement in requirements {
        let mut add = |words: &str, question: String| {
            all.push(Ambiguity {
                requirement_id: Some(requirement.id.clone()),
                words: words.to_owned(),
                question,
                line: Some(requirement.line).filter(|line| *line > 0),
            });
        };
        let criteria = requirement.acceptance_criteria.iter().map(|criterion| criterion.text.as_str());
        let whole =
            std::iter::once(requirement.description.as_str()).chain(criteria).collect::<Vec<_>>().join(". ");
        for (word, question) in vague_words(&whole) {
            add(word, question.to_owned());
        }
        if requirement.acceptance_criteria.is_empty() {
            add("", "it has no acceptance criteria: what tells that it is met?".to_owned());
        }
    }
    all
}

/// The requirements that prose names: each piece is one, and so is each thing that one counts up.
fn of_prose(text: &str) -> Vec<Requirement> {
    let mut found = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        for piece in pieces(line) {
            let listing = listing(&piece);
            let add = |description: String, section: Option<String>| Requirement {
                id_is_ours: true,
                description,
                section,
                line: number,
                ..Requirement::default()
            };
            if listing.items.len() < 2 {
                found.push(add(piece, None));
                continue;
            }
            let subject = Some(listing.subject).filter(|subject| !subject.is_empty());
            found.extend(listing.items.into_iter().map(|item| add(item, subject.clone())));
        }
    }
    for (number, requirement) in (1..).zip(&mut found) {
        requirement.id = format!("REQ-{number:03}");
    }
    found
}
