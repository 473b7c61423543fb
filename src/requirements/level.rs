//! How important, or how risky, is a requirement? The four levels, by the many words that people use for them.

use serde::{Deserialize, Serialize};

/// A priority or a risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Least.
    Low,
    /// Between.
    Medium,
    /// Much.
    High,
    /// Most.
    Critical,
}

const WORDS: &[(Level, &[&str])] = &[
    (Level::Critical, &["critical", "blocker", "highest", "very high", "urgent", "p0"]),
    (
        Level::High,
        &[
            "high",
            "h",
            "must",
            "must have",
            "mandatory",
            "essential",
            "required",
            "major",
            "severe",
            "p1",
            "1",
        ],
    ),
    (
        Level::Medium,
        &["medium", "med", "m", "should", "should have", "moderate", "normal", "average", "p2", "2"],
    ),
    (
        Level::Low,
        &[
            "low",
            "l",
            "could",
            "could have",
            "wont",
            "wont have",
            "nice to have",
            "optional",
            "minor",
            "lowest",
            "very low",
            "p3",
            "p4",
            "3",
            "4",
        ],
    ),
];

impl Level {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name in JSON and in matrices.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level that a word stands for, such as `High`, `P1` or `must have`; `None` for any other.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let word = plain(text);
        WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(level, _)| *level)
    }

    /// The same for words that say a level by themselves, wherever they stand: `high`, but not `m` or `1`.
    #[must_use]
    pub fn of_plain_word(text: &str) -> Option<Self> {
        let word = plain(text);
        let is_short = word.chars().count() < 2;
        let is_ordinary =
            matches!(word.as_str(), "required" | "normal" | "average" | "must" | "should" | "could");
        if is_short || is_ordinary { None } else { Self::of(&word) }
    }
}

/// Lower case, in single blanks, without anything that is neither letter nor digit.
pub(crate) fn plain(text: &str) -> String {
    let text = text.replace(['\'', '’'], "").to_lowercase();
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_known_by_many_words() {
        for (text, level) in [
            ("High", Level::High),
            (" P0 ", Level::Critical),
            ("Must-have", Level::High),
            ("Won't have", Level::Low),
            ("🔴 critical", Level::Critical),
            ("2", Level::Medium),
        ] {
            assert_eq!(Level::of(text), Some(level), "{text}");
        }
        assert_eq!(Level::of("banana"), None);
        assert_eq!(Level::of_plain_word("1"), None);
        assert!(Level::Critical > Level::High);
    }
}
