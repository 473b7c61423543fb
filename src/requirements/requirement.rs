//! What is a requirement, once it is read? Its id, what it says, and what hangs on it.

use serde::{Deserialize, Serialize};

use super::{Category, Level};

/// One requirement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The document's id, else one that we gave.
    pub id: String,
    /// Whether the document has no id for it.
    pub id_is_ours: bool,
    /// What it says, in one line.
    pub description: String,
    /// What the software does, or how well.
    #[serde(rename = "type")]
    pub category: Category,
    /// How important it is; `None` where that is not said.
    pub priority: Option<Level>,
    /// How risky it is; `None` where that is not said.
    pub risk: Option<Level>,
    /// What must hold for it to be met.
    pub acceptance_criteria: Vec<Criterion>,
    /// The test cases that the document names for it.
    pub test_cases: Vec<String>,
    /// The heading that it stands under.
    pub section: Option<String>,
    /// Where it stands, from 1.
    pub line: u32,
}

impl Requirement {
    /// Whether a failure would be grave: a risk of high or critical; where no risk is told, such a priority.
    #[must_use]
    pub fn is_high_risk(&self) -> bool {
        self.risk.or(self.priority).is_some_and(|level| level >= Level::High)
    }
}

/// One condition of a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// What must hold, in one line.
    pub text: String,
    /// Where it stands, from 1.
    pub line: u32,
}

/// A line that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Where it stands, from 1.
    pub line: u32,
    /// How it begins.
    pub text: String,
    /// Why it was not read, and what helps.
    pub reason: String,
}

/// What a document asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The requirements, in the order of the document; their ids differ.
    pub requirements: Vec<Requirement>,
    /// What could not be read, in the order of the document.
    pub unread: Vec<Unread>,
}

/// The most of a line that is quoted, in characters.
const MOST_QUOTED: usize = 120;

impl Unread {
    pub(super) fn new(line: u32, text: &str, reason: impl Into<String>) -> Self {
        let text = one_line(text);
        let text = match text.char_indices().nth(MOST_QUOTED) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        Self { line, text, reason: reason.into() }
    }
}

/// The text in single blanks, without characters that nobody sees.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.replace(char::is_control, ""));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
