//! Does a line begin a phase, and how many phases does a text ask for?

use crate::requirements::{one_line, plain};

/// What parts of a plan are called.
const NAMES: &[&str] = &["phase", "stage", "milestone", "sprint", "iteration", "week", "quarter"];
/// Numbers as words, from one.
const NUMBERS: &[&str] =
    &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
/// More phases are not made.
const MOST: usize = 50;
/// More words than that between a number of phases and the plan are about something else.
const MOST_BETWEEN: usize = 3;
/// Words behind which something else begins.
const BREAKS: &[&str] = &["for", "of", "to", "with", "and", "or", "in", "on", "that", "which", "then", "who"];

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
    let (id, rest) = lead_of(line)?;
    Some(PhaseLead { id, rest: one_line(rest) })
}

/// The id of the phase that a line begins, and what follows as it stands. Looks at no more than the beginning.
fn lead_of(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start();
    let name = NAMES.iter().find(|name| {
        line.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
            && line[name.len()..].starts_with([' ', '\u{a0}', '-'])
    })?;
    let rest = line[name.len()..].trim_start_matches([' ', '\u{a0}', '-', '#']);
    let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(length);
    let is_apart = rest.is_empty()
        || rest.starts_with(|letter: char| {
            letter.is_whitespace() || matches!(letter, ':' | '.' | ')' | '-' | '–' | '—' | ',' | '(')
        });
    if !is_number(number) || !is_apart {
        return None;
    }
    let rest = rest.trim_start_matches([':', '.', ')', ' ', '-', '–', '—', ',']);
    let id = format!("{}{} {}", name[..1].to_uppercase(), &name[1..], number.to_uppercase());
    Some((id, rest))
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
        is_apart && is_next && lead_of(&line[*at..]).is_some()
    });
    cuts.sort_unstable();
    if cuts.first() != Some(&0) {
        return vec![line];
    }
    let ends = cuts.iter().skip(1).copied().chain([line.len()]);
    cuts.iter().zip(ends).map(|(begin, end)| line[*begin..end].trim_end_matches([' ', ',', ';'])).collect()
}

/// How many phases a text asks for: `10-phase implementation plan`, `in three phases`. What else is of so many phases or
/// steps, such as `two-step verification`, is no wish of the plan.
#[must_use]
pub fn requested_phases(text: &str) -> Option<usize> {
    text.split(['\n', '.', ';', ':', '!', '?']).find_map(|clause| {
        let clause = plain(clause);
        let words: Vec<&str> = clause.split(' ').collect();
        (1..words.len()).find_map(|at| phases_at(&words, at))
    })
}

/// The number of phases whose name is that word, where the words around it ask for so many.
fn phases_at(words: &[&str], name: usize) -> Option<usize> {
    let is_step = matches!(words[name], "step" | "steps");
    if !is_step && !matches!(words[name], "phase" | "phases" | "stage" | "stages") {
        return None;
    }
    let number = number_of(words[name - 1])?;
    let before = &words[..name - 1];
    let is_manner = match before {
        // Somebody logs in in two steps, but a plan is made in so many.
        [.., plan, "in" | "into"] if is_step => names_plan(plan),
        [.., "in" | "into"] => true,
        [.., plan, "with" | "of" | "has" | "having"] => names_plan(plan),
        _ => false,
    };
    (is_manner || plan_follows(&words[name + 1..], is_step)).then_some(number)
}

/// Whether the next words name a plan: `phase implementation plan`.
fn plan_follows(words: &[&str], is_step: bool) -> bool {
    let Some(at) = words.iter().take(MOST_BETWEEN + 1).position(|word| names_plan(word)) else {
        return false;
    };
    let between = &words[..at];
    // `two-step verification plan`: the plan of it may have any number.
    if is_step { at == 0 } else { !between.iter().any(|word| BREAKS.contains(word)) }
}

fn names_plan(word: &str) -> bool {
    matches!(word, "plan" | "plans" | "roadmap" | "roadmaps")
}

fn number_of(word: &str) -> Option<usize> {
    let by_word = NUMBERS.iter().position(|name| *name == word).map(|at| at + 1);
    word.parse().ok().or(by_word).filter(|number| (1..=MOST).contains(number))
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
        for (text, number) in [
            ("a comprehensive 10-phase plan", 10),
            ("3-phase implementation plan for a shop", 3),
            ("a four-stage high-level roadmap", 4),
            ("a 2-step plan", 2),
            ("a plan in three phases", 3),
            ("a roadmap with 4 stages", 4),
            ("Move the shop. Do it in two phases.", 2),
        ] {
            assert_eq!(requested_phases(text), Some(number), "{text}");
        }
        for text in [
            "a plan",
            "a 100000-phase plan",
            "two-step verification",
            "a plan for two-step verification",
            "a two-step verification plan",
            "users log in in two steps",
            "1. Steps\n2. Steps",
            "a three-phase motor and a plan of it",
            "phase",
            "",
        ] {
            assert_eq!(requested_phases(text), None, "{text}");
        }
    }
}
