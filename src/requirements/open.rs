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

pub(super) fn is_step(line: &str) -> bool {
    let line = lower(line);
    ["given ", "when ", "then ", "and ", "but ", "scenario:", "scenario outline:"]
        .iter()
        .any(|word| line.starts_with(word))
}

pub(super) fn lower(line: &str) -> String {
    line.trim_start().to_lowercase()
}
