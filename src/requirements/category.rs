//! Of which type is a requirement? What the software does, or how well it does it.

use serde::{Deserialize, Serialize};

use super::level::plain;

/// The type of a requirement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// What the software does; also where nothing is said.
    #[default]
    Functional,
    /// How well it does it, and not said in which way.
    NonFunctional,
    /// How fast, and for how many.
    Performance,
    /// Whom it keeps out.
    Security,
    /// How it is used.
    Usability,
    /// How it goes on when something fails.
    Reliability,
    /// With what it works together.
    Compatibility,
    /// What is laid down from outside.
    Constraint,
}

const WORDS: &[(Category, &[&str])] = &[
    // Longest first: `non functional` holds `functional`.
    (
        Category::NonFunctional,
        &["non functional", "nonfunctional", "nfr", "nf", "quality", "quality attribute", "maintainability"],
    ),
    (Category::Performance, &["performance", "perf", "efficiency", "scalability", "capacity"]),
    (Category::Security, &["security", "sec", "privacy", "safety"]),
    (Category::Usability, &["usability", "accessibility", "ux"]),
    (Category::Reliability, &["reliability", "availability", "resilience"]),
    (Category::Compatibility, &["compatibility", "portability", "interoperability"]),
    (Category::Constraint, &["constraint", "constraints", "regulatory", "compliance", "legal"]),
    (
        Category::Functional,
        &[
            "functional",
            "function",
            "feature",
            "features",
            "fr",
            "user story",
            "user stories",
            "use case",
            "use cases",
        ],
    ),
];

impl Category {
    /// The name in JSON and in matrices.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Functional => "functional",
            Self::NonFunctional => "non_functional",
            Self::Performance => "performance",
            Self::Security => "security",
            Self::Usability => "usability",
            Self::Reliability => "reliability",
            Self::Compatibility => "compatibility",
            Self::Constraint => "constraint",
        }
    }

    /// Whether it says what the software does.
    #[must_use]
    pub fn is_functional(self) -> bool {
        self == Self::Functional
    }

    /// The type that a text names, such as `Non-functional` or `Security`.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let word = plain(text);
        WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(category, _)| *category)
    }

    /// The type that a heading names, such as `3. Security requirements`.
    pub(super) fn of_heading(text: &str) -> Option<Self> {
        let heading = format!(" {} ", plain(text));
        let is_in = |words: &&[&str]| {
            words.iter().filter(|word| word.len() > 3).any(|word| heading.contains(&format!(" {word} ")))
        };
        WORDS.iter().find(|(_, words)| is_in(words)).map(|(category, _)| *category)
    }

    /// The type that an id names: `NFR-3`, `SEC-1`.
    pub(super) fn of_id(id: &str) -> Option<Self> {
        id.split(|letter: char| !letter.is_alphabetic()).find_map(|part| match part.to_uppercase().as_str() {
            "NFR" | "NF" => Some(Self::NonFunctional),
            "SEC" => Some(Self::Security),
            "PERF" => Some(Self::Performance),
            "FR" => Some(Self::Functional),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_from_cells_headings_and_ids() {
        assert_eq!(Category::of("Non-Functional"), Some(Category::NonFunctional));
        assert_eq!(Category::of("non_functional"), Some(Category::NonFunctional));
        assert_eq!(Category::of("whatever"), None);
        assert_eq!(Category::of_heading("2.1 Functional Requirements"), Some(Category::Functional));
        assert_eq!(Category::of_heading("Non-functional requirements"), Some(Category::NonFunctional));
        assert_eq!(Category::of_heading("Sections"), None);
        assert_eq!(Category::of_id("NFR-12"), Some(Category::NonFunctional));
        assert_eq!(Category::of_id("REQ-SEC-1"), Some(Category::Security));
        assert_eq!(Category::of_id("REQ-1"), None);
    }
}
