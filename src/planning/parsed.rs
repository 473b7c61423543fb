//! Which requirements does a text hold, and what do they leave open? A document by its reader, prose by its sentences.

use serde::{Deserialize, Serialize};

use super::prose::{listing, pieces};
use super::vague::vague_words;
use crate::requirements::{Document, Requirement, Unread, read};

/// More than a person can have written; a document has no more either.
const MOST_REQUIREMENTS: usize = 10_000;
/// The longest section, in characters, since it stands beside each requirement; and the most that is quoted.
const LONGEST_SECTION: usize = 200;

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
        // What was read as prose has been read.
        document = of_prose(text);
    }
    for section in document.requirements.iter_mut().filter_map(|one| one.section.as_mut()) {
        *section = shortened(std::mem::take(section));
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

impl Ambiguity {
    /// What is to be answered, in a line: `REQ-1: "fast": how fast is it?`
    pub(super) fn told(&self) -> String {
        let of = self.requirement_id.as_deref().map(|id| format!("{id}: ")).unwrap_or_default();
        let words = if self.words.is_empty() { String::new() } else { format!("\"{}\": ", self.words) };
        format!("{of}{words}{}", self.question)
    }
}

/// The requirements that prose names: each piece is one, and so is each thing that one counts up.
fn of_prose(text: &str) -> Document {
    let lines = (1_u32..).zip(text.lines());
    let mut named =
        lines.flat_map(|(line, text)| pieces(text).into_iter().flat_map(move |it| of_piece(it, line)));
    let mut requirements: Vec<Requirement> = named.by_ref().take(MOST_REQUIREMENTS).collect();
    let unread = named.next().as_ref().map(too_many).into_iter().collect();
    for (number, requirement) in (1..).zip(&mut requirements) {
        requirement.id = format!("REQ-{number:03}");
    }
    Document { requirements, unread }
}

/// The requirements that a piece of prose names, without ids.
fn of_piece(piece: String, line: u32) -> Vec<Requirement> {
    let listing = listing(&piece);
    let (items, section) = if listing.items.len() < 2 {
        (vec![piece], None)
    } else {
        (listing.items, Some(shortened(listing.subject)).filter(|subject| !subject.is_empty()))
    };
    let requirement = |description| Requirement {
        id_is_ours: true,
        description,
        section: section.clone(),
        line,
        ..Requirement::default()
    };
    items.into_iter().map(requirement).collect()
}

fn too_many(first: &Requirement) -> Unread {
    Unread {
        line: first.line,
        text: shortened(first.description.clone()),
        reason: format!("more than {MOST_REQUIREMENTS} requirements: split the text"),
    }
}

/// A text of bearable length.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_SECTION) {
        text.truncate(end);
        text.push('…');
    }
    text
}
