//! What stands under a heading? Requirements, unless its words say something else.

use super::category::Category;
use super::level::{Level, plain};

/// Headings under which nobody asks for anything, by words that they begin with.
const ASIDE: &[&str] = &[
    "introduction",
    "overview",
    "purpose",
    "background",
    "glossary",
    "definitions",
    "abbreviations",
    "acronyms",
    "references",
    "out of scope",
    "not in scope",
    "non goals",
    "nongoals",
    "table of contents",
    "contents",
    "revision history",
    "change history",
    "changelog",
    "document history",
    "version history",
    "stakeholders",
    "assumptions",
    "appendix",
    "open questions",
    "questions",
    "approval",
    "sign off",
    "about",
    "legend",
    "audience",
];

/// The longest title that is kept, in characters: it stands beside each requirement below it.
const LONGEST_TITLE: usize = 200;

/// One heading, and what holds below it.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) depth: u8,
    pub(super) title: String,
    /// Whether nothing below it is a requirement.
    pub(super) is_aside: bool,
    pub(super) category: Option<Category>,
    pub(super) priority: Option<Level>,
}

fn bounded(title: &str) -> String {
    match title.char_indices().nth(LONGEST_TITLE) {
        Some((end, _)) => format!("{}…", &title[..end]),
        None => title.to_owned(),
    }
}

impl Section {
    pub(super) fn new(depth: u8, title: &str) -> Self {
        let words = plain(title);
        let words = words.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
        Self {
            depth,
            title: bounded(title),
            is_aside: ASIDE.iter().any(|aside| *aside == words || words.starts_with(&format!("{aside} "))),
            category: Category::of_heading(title),
            priority: Level::of(words)
                .filter(|_| words.chars().count() > 2)
                .or_else(|| named_priority(words)),
        }
    }
}

/// `High priority`, `Must have requirements`.
fn named_priority(words: &str) -> Option<Level> {
    let rest = ["priority", "requirements", "features"].iter().find_map(|name| words.strip_suffix(name))?;
    Level::of(rest).filter(|_| rest.trim().chars().count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_tell_what_is_below_them() {
        assert!(Section::new(2, "1. Introduction").is_aside);
        assert!(Section::new(2, "Out of scope for version 1").is_aside);
        assert!(!Section::new(2, "Overviews of orders").is_aside);
        assert_eq!(Section::new(2, "Must have").priority, Some(Level::High));
        assert_eq!(Section::new(2, "Low priority").priority, Some(Level::Low));
        assert_eq!(Section::new(2, "3 Security requirements").category, Some(Category::Security));
        assert_eq!(Section::new(2, "3").priority, None);
    }
}
