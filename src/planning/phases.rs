//! Does a line begin a phase, and how many phases does a text ask for?

use crate::requirements::{one_line, plain};

/// What parts of a plan are called.
const NAMES: &[&str] = &["phase", "stage", "milestone", "sprint", "iteration", "week", "quarter"];
/// Numbers as words, from one.
const NUMBERS: &[&str] =
    &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
/// More phases are not made.
const MOST: usize = 50;

/// The beginning of a phase.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PhaseLead {
    /// Its id, such as `Phase 1`.
    pub(super) id: String,
    /// What follows; empty where nothing does.
    pub(super) rest: String,
}

/// The phase that a line begins: `Phase 1: Design`, `Stage II`, `Sprint 3 - API`.
pub(super) fn phase_lead(line: &str) -> Option<PhaseLead> {
    let line = line.trim();
    let name = NAMES.iter().find(|name| {
        line.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
            && line[name.len()..].starts_with([' ', '\u{a0}', '-'])
    })?;
    let rest = line[name.len()..].trim_start_matches([' ', '\u{a0}', '-', '#']);
    let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(length);
    if !is_number(number)
        || !rest.is_empty() && !rest.starts_with([':', '.', ')', ' ', '-', '–', '—', ',', '('])
    {
        return None;
    }
    let rest = rest.trim_start_matches([':', '.', ')', ' ', '-', '–', '—', ',']);
    let id = format!("{}{} {}", name[..1].to_uppercase(), &name[1..], number.to_uppercase());
    Some(PhaseLead { id, rest: one_line(rest) })
}

/// `3`, `IV`, `B`.
fn is_number(word: &str) -> bool {
    let is_roman = |word: &str| word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'));
    let is_digits = |word: &str| word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = |word: &str| word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    !word.is_empty() && (is_roman(word) || is_digits(word) || is_letter(word))
}

/// The texts of a line that names several phases one after the other.
pub(super) fn phases_apart(line: &str) -> Vec<&str> {
    let lower = line.to_ascii_lowercase();
    let begins = |name: &&str| {
        let found: Vec<usize> = lower.match_indices(*name).map(|(at, _)| at).collect();
        found
    };
    let mut cuts: Vec<usize> = NAMES.iter().flat_map(begins).collect();
    cuts.retain(|at| {
        let is_apart = *at == 0 || lower[..*at].ends_with([' ', '\n']);
        let is_next = *at == 0 || lower[..*at].trim_end().ends_with(['.', ';', ',', ')']);
        is_apart && is_next && phase_lead(&line[*at..]).is_some()
    });
    cuts.sort_unstable();
    if cuts.first() != Some(&0) {
        return vec![line];
    }
    let ends = cuts.iter().skip(1).copied().chain([line.len()]);
    cuts.iter().zip(ends).map(|(begin, end)| line[*begin..end].trim_end_matches([' ', ',', ';'])).collect()
}

/// How many phases a text asks for: `10-phase`, `in three phases`.
#[must_use]
pub fn requested_phases(text: &str) -> Option<usize> {
    let text = plain(text);
    let words: Vec<&str> = text.split(' ').collect();
    let number = |word: &str| {
        let by_word = NUMBERS.iter().position(|name| *name == word).map(|at| at + 1);
        word.parse().ok().or(by_word).filter(|number| (1..=MOST).contains(number))
    };
    words.windows(2).find_map(|pair| {
        let is_phase = matches!(pair[1], "phase" | "phases" | "stage" | "stages" | "step" | "steps");
        number(pair[0]).filter(|_| is_phase)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_begins_with_its_name_and_number() {
        for (line, id, rest) in [
            ("Phase 1: Design", "Phase 1", "Design"),
            ("PHASE 2 - Build the API", "Phase 2", "Build the API"),
            ("Stage II", "Stage II", ""),
            ("Sprint-3: Test", "Sprint 3", "Test"),
            ("Phase A (two weeks)", "Phase A", "(two weeks)"),
        ] {
            let expected = PhaseLead { id: id.to_owned(), rest: rest.to_owned() };
            assert_eq!(phase_lead(line), Some(expected), "{line}");
        }
        for line in ["Phase", "Phases 1", "phase out the old API", "Weekly 1", "", "Phase 1a2b3c", "é"] {
            assert_eq!(phase_lead(line), None, "{line}");
        }
    }

    #[test]
    fn phases_in_one_line_are_taken_apart() {
        assert_eq!(
            phases_apart("Phase 1: design. Phase 2: build, after phase 1. Phase 3: test"),
            ["Phase 1: design.", "Phase 2: build, after phase 1.", "Phase 3: test"]
        );
        assert_eq!(phases_apart("Design in phase 1"), ["Design in phase 1"]);
    }

    #[test]
    fn a_text_may_ask_for_a_number_of_phases() {
        assert_eq!(requested_phases("a comprehensive 10-phase plan"), Some(10));
        assert_eq!(requested_phases("a plan in three phases"), Some(3));
        assert_eq!(requested_phases("a plan"), None);
        assert_eq!(requested_phases("a 100000-phase plan"), None);
    }
}
