//! What is noted at the end of a line? `… (Priority: High, Risk: Low)`, `… [P1]`, `… (high risk)`.

use super::category::Category;
use super::fields::Field;
use super::level::Level;

/// What was noted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Notes {
    pub(super) priority: Option<Level>,
    pub(super) risk: Option<Level>,
    pub(super) category: Option<Category>,
}

/// The line without the notes at its end, and these. Brackets that hold anything else are part of the text.
pub(super) fn split(line: &str) -> (&str, Notes) {
    let (mut text, mut notes) = (line.trim(), Notes::default());
    while let Some((before, inside, is_square)) = last_brackets(text) {
        let Some(found) = Notes::of(inside, is_square) else { break };
        notes = notes.or(found);
        text = before.trim_end();
    }
    (text, notes)
}

/// The text before the brackets at the end, what is in them, and whether they are square.
pub(crate) fn last_brackets(text: &str) -> Option<(&str, &str, bool)> {
    let body = text.trim_end_matches(|letter: char| letter == '.' || letter.is_whitespace());
    let (open, is_square) = match body.chars().last()? {
        ')' => ('(', false),
        ']' => ('[', true),
        _ => return None,
    };
    let start = body.rfind(open)?;
    Some((&body[..start], &body[start + 1..body.len() - 1], is_square))
}

impl Notes {
    /// What all parts of a text note; `None` if one of them notes nothing.
    fn of(inside: &str, is_square: bool) -> Option<Self> {
        let mut notes = Self::default();
        for part in inside.split([',', ';', '/', '|']) {
            notes = notes.or(Self::of_part(part.trim(), is_square)?);
        }
        Some(notes)
    }

    pub(super) fn of_part(part: &str, is_square: bool) -> Option<Self> {
        let priority = |level| Some(Self { priority: Some(level), ..Self::default() });
        let risk = |level| Some(Self { risk: Some(level), ..Self::default() });
        if let Some((name, value)) = part.split_once([':', '=']) {
            return match Field::of(name)? {
                Field::Priority => priority(Level::of(value)?),
                Field::Risk => risk(Level::of(value)?),
                Field::Category => Some(Self { category: Some(Category::of(value)?), ..Self::default() }),
                _ => None,
            };
        }
        let lower = part.to_lowercase();
        let word = |name: &str| {
            let rest = lower.strip_suffix(name).or_else(|| lower.strip_prefix(name))?;
            Level::of(rest)
        };
        if let Some(level) = word("priority") {
            return priority(level);
        }
        if let Some(level) = word("risk") {
            return risk(level);
        }
        // `[1]` is a note at the foot of a page.
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        let bare = if is_square && !is_number { Level::of(part) } else { Level::of_plain_word(part) };
        match (bare, Category::of(part)) {
            (Some(level), _) => priority(level),
            (None, Some(category)) => Some(Self { category: Some(category), ..Self::default() }),
            (None, None) => None,
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self {
            priority: self.priority.or(other.priority),
            risk: self.risk.or(other.risk),
            category: self.category.or(other.category),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_taken_off_the_end_of_a_line() {
        let (text, notes) = split("The user logs in (Priority: High, Risk: low) [security]");
        assert_eq!(text, "The user logs in");
        assert_eq!(notes.priority, Some(Level::High));
        assert_eq!(notes.risk, Some(Level::Low));
        assert_eq!(notes.category, Some(Category::Security));

        assert_eq!(split("Pays [P1]").1.priority, Some(Level::High));
        assert_eq!(split("Pays (high risk)").1.risk, Some(Level::High));
    }

    #[test]
    fn other_brackets_are_part_of_the_text() {
        for line in ["A list (of items)", "f(1)", "see [docs]", "a ) b (", "()", "at most (1)", "see [1]"] {
            assert_eq!(split(line), (line, Notes::default()), "{line}");
        }
    }
}
