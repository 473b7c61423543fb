//! Which requirement does a line belong to? What is open, what is being told of it, and where lines may stand for that.

use super::fields::Field;
use super::level::plain;

/// Words of which one says that something is asked for.
const ASKING: &[&str] = &[
    "shall", "must", "should", "will", "can", "may", "could", "needs to", "need to", "has to", "have to",
    "as a", "as an",
];

/// The requirement that what follows belongs to.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) index: usize,
    pub(super) by: Opener,
    pub(super) mode: Mode,
    /// How deep in lists the name of the part stood that is being told.
    pub(super) told_at: usize,
    /// Whether the line before was a step of given, when and then.
    pub(super) is_in_steps: bool,
}

/// What began it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opener {
    Heading(u8),
    /// A line of a paragraph; whether that has not ended yet.
    Line {
        is_same: bool,
    },
    Item(usize),
}

/// What is being told of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Text,
    Criteria,
    TestCases,
    /// Nothing that is kept.
    Aside,
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a paragraph; whether it is its first line.
    Paragraph { is_first: bool },
    /// Begins an item of a list.
    Item(usize),
    /// Further down in an item.
    ItemMore(usize),
}

impl Open {
    pub(super) fn new(index: usize, by: Opener, mode: Mode) -> Self {
        Self { index, by, mode, told_at: usize::MAX, is_in_steps: false }
    }

    /// Whether a heading of that depth, which is the name of a part, tells of it.
    pub(super) fn is_told_by_heading(self, depth: u8, mode: Mode) -> bool {
        match self.by {
            Opener::Heading(above) => above < depth,
            Opener::Line { .. } => mode == Mode::Criteria,
            Opener::Item(_) => false,
        }
    }

    /// Whether a line at that place belongs to it.
    pub(super) fn holds(self, place: Place) -> bool {
        match (self.by, place) {
            (Opener::Line { is_same }, Place::Paragraph { .. }) => is_same || self.mode == Mode::Criteria,
            (Opener::Heading(_) | Opener::Line { .. }, _) => true,
            (Opener::Item(above), Place::Item(depth)) => {
                depth > above || (self.mode == Mode::Criteria && depth >= self.told_at)
            }
            (Opener::Item(above), Place::ItemMore(depth)) => depth >= above,
            (Opener::Item(_), Place::Paragraph { .. }) => false,
        }
    }
}

impl Place {
    /// Whether it may go on with the line before.
    fn is_continued(self) -> bool {
        matches!(self, Self::Paragraph { is_first: false } | Self::ItemMore(_))
    }

    /// How deep in lists it is.
    pub(super) fn depth(self) -> usize {
        match self {
            Self::Paragraph { .. } => 0,
            Self::Item(depth) | Self::ItemMore(depth) => depth,
        }
    }
}

impl Mode {
    /// What a line announces that is nothing but the name of a part.
    pub(super) fn of_label(text: &str) -> Option<Self> {
        match Field::of(text)? {
            Field::Criteria => Some(Self::Criteria),
            Field::TestCases => Some(Self::TestCases),
            Field::Description => Some(Self::Text),
            Field::Other => Some(Self::Aside),
            _ => None,
        }
    }
}

/// Whether a line says that something is asked for.
pub(super) fn asks(line: &str) -> bool {
    let words = format!(" {} ", plain(line));
    ASKING.iter().any(|word| words.contains(&format!(" {word} ")))
}

/// Whether a line is a step of given, when and then. A line that goes on with a sentence begins with a small letter, and is
/// none; nor is one with *and* or *but* that follows no step.
pub(super) fn is_step(line: &str, place: Place, is_in_steps: bool) -> bool {
    let is_capital = line.trim_start().starts_with(char::is_uppercase);
    match step_word(line) {
        None => false,
        Some("and" | "but") => is_in_steps,
        Some("scenario") => true,
        Some(_) => is_in_steps || is_capital || !place.is_continued(),
    }
}

/// The word that makes a line a step, if it begins with one.
pub(super) fn step_word(line: &str) -> Option<&'static str> {
    let line = line.trim_start().to_lowercase();
    let begins = |word: &&&str| line.strip_prefix(**word).is_some_and(|rest| rest.starts_with(' '));
    let is_scenario = ["scenario:", "scenario outline:"].iter().any(|word| line.starts_with(word));
    let plain = ["given", "when", "then", "and", "but"].iter().find(begins).copied();
    if is_scenario { Some("scenario") } else { plain }
}
