//! How is a matrix of requirements written down? As a table of Markdown, which [`super::read`] reads back.

use std::fmt::Write as _;

use super::requirement::{Document, Requirement};

/// The names of the columns.
const COLUMNS: [&str; 8] = [
    "Requirement ID",
    "Description",
    "Type",
    "Priority",
    "Risk",
    "Acceptance Criteria",
    "Test Cases",
    "Source Line",
];

/// The matrix of a document, and what of that could not be read.
#[must_use]
pub fn markdown(document: &Document) -> String {
    let mut text = format!("# Requirements Traceability Matrix\n\n| {} |\n", COLUMNS.join(" | "));
    text.push_str(&"| --- ".repeat(COLUMNS.len()));
    text.push_str("|\n");
    for requirement in &document.requirements {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "| {} |", row_of(requirement).map(|cell| escaped(&cell)).join(" | "));
    }
    if !document.unread.is_empty() {
        text.push_str("\n## Appendix: lines that were not read\n\n");
        for unread in &document.unread {
            let _ = writeln!(text, "- Line {}: {}", unread.line, escaped(&unread.reason));
        }
    }
    text
}

/// The cells of one requirement; lines are parted by line feeds.
#[must_use]
pub fn row_of(requirement: &Requirement) -> [String; 8] {
    let level = |level: Option<super::Level>| level.map_or("", super::Level::as_str).to_owned();
    let criteria = (1..).zip(&requirement.acceptance_criteria);
    let criteria: Vec<String> = criteria.map(|(number, it)| format!("{number}. {}", it.text)).collect();
    [
        requirement.id.clone(),
        requirement.description.clone(),
        requirement.category.as_str().to_owned(),
        level(requirement.priority),
        level(requirement.risk),
        criteria.join("\n"),
        requirement.test_cases.join(", "),
        requirement.line.to_string(),
    ]
}

/// A text as it stands in a cell, where Markdown would read some characters as marks.
fn escaped(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        match letter {
            '\n' => cell.push_str("<br>"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' => {
                cell.push('\\');
                cell.push(letter);
            }
            letter if letter.is_control() => {}
            letter => cell.push(letter),
        }
    }
    cell
}
