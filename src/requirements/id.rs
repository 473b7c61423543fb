//! Does a line begin with an id? `REQ-001: …`, `[FR-1.2] …`, `NFR_3 - …`, `1.4 The system shall …`; and which ids are ours.

use std::collections::HashSet;

/// Prefixes by which an id is known even where only a blank follows it.
const PREFIXES: &[&str] = &[
    "REQ",
    "REQUIREMENT",
    "R",
    "FR",
    "NFR",
    "F",
    "NF",
    "US",
    "UC",
    "BR",
    "SR",
    "SYS",
    "SRS",
    "HLR",
    "LLR",
    "SEC",
    "PERF",
    "UR",
    "TC",
    "TEST",
];
/// Names of other things that look like ids.
const OTHERS: &[&str] =
    &["UTF", "ISO", "SHA", "RFC", "IEEE", "HTTP", "TLS", "AES", "RSA", "MD", "IP", "USB", "COVID"];
/// The longest id, in bytes.
pub(super) const LONGEST: usize = 64;

/// A line that begins with an id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lead<'a> {
    pub(crate) id: &'a str,
    /// What follows it.
    pub(crate) rest: &'a str,
}

impl<'a> Lead<'a> {
    /// Splits a line; `None` where it begins with no id.
    pub(crate) fn of(line: &'a str) -> Option<Self> {
        let line = line.trim();
        if let Some(inside) = line.strip_prefix('[').or_else(|| line.strip_prefix('(')) {
            let (id, rest) = inside.split_once([']', ')'])?;
            return is_id(id.trim()).then(|| Self { id: id.trim(), rest: without_separator(rest) });
        }
        let end = line.find(|letter: char| !is_part(letter)).unwrap_or(line.len());
        let id = line[..end].trim_end_matches(['.', '-', '_']);
        let rest = &line[id.len()..];
        let is_marked = begins_with_separator(rest);
        if is_id(id) && (is_marked || rest.trim().is_empty() || is_known(id)) {
            return Some(Self { id, rest: without_separator(rest) });
        }
        (is_short_id(id) && is_marked).then(|| Self { id, rest: without_separator(rest) })
    }

    /// The same for a line with an outline number, `1.4 The system shall …`.
    pub(crate) fn of_number(line: &'a str) -> Option<Self> {
        let line = line.trim();
        let (number, rest) = line.split_once(char::is_whitespace)?;
        let number = number.trim_end_matches(['.', ')', ':']);
        let is_outline = number.contains('.')
            && number.len() <= LONGEST
            && number
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        is_outline.then(|| Self { id: number, rest: without_separator(rest) })
    }
}

/// Whether an id is one of a test case.
pub(super) fn is_test_case(id: &str) -> bool {
    let prefix = prefix_of(id).to_uppercase();
    matches!(prefix.as_str(), "TC" | "TEST")
}

/// Whether a text as a whole is an id, as in a cell of a table.
pub(super) fn is_whole_id(text: &str) -> bool {
    is_id(text) || is_short_id(text)
}

/// `REQ-001`, `AUTH-LOGIN-2`, `FR_1.2`: a letter first, a separator and a digit somewhere behind it.
fn is_id(text: &str) -> bool {
    if text.len() > LONGEST || !text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return false;
    }
    let has_separator = text.contains(['-', '_']);
    let ends_in_number = text
        .rsplit(['-', '_', '.'])
        .next()
        .is_some_and(|last| last.starts_with(|letter: char| letter.is_ascii_digit()));
    let prefix = prefix_of(text);
    let is_upper = !prefix.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_capital = prefix.starts_with(|first: char| first.is_ascii_uppercase());
    has_separator
        && ends_in_number
        && text.chars().all(is_part)
        && (is_upper || is_capital || is_known(text))
        && !OTHERS.contains(&prefix.to_uppercase().as_str())
}

/// `R1`, `US12`: capitals, then digits. Only with a separator behind it.
fn is_short_id(text: &str) -> bool {
    let prefix = prefix_of(text);
    let number = &text[prefix.len()..];
    !prefix.is_empty()
        && prefix.len() <= 5
        && prefix.bytes().all(|byte| byte.is_ascii_uppercase())
        && !number.is_empty()
        && number.len() <= 6
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !OTHERS.contains(&prefix)
}

fn prefix_of(id: &str) -> &str {
    let end = id.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(id.len());
    &id[..end]
}

fn is_known(id: &str) -> bool {
    PREFIXES.contains(&prefix_of(id).to_uppercase().as_str())
}

fn is_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')
}

fn begins_with_separator(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    let is_apart = trimmed.len() < rest.len();
    trimmed.starts_with([':', '–', '—', '|', ')', ']', '=']) || (is_apart && trimmed.starts_with("- "))
}

fn without_separator(rest: &str) -> &str {
    rest.trim_start_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, ':' | '.' | '-' | '–' | '—' | '|' | ')' | ']' | '=')
    })
    .trim_end()
}

/// Gives ids that the document does not have: `REQ-001`, `REQ-002`, …
#[derive(Debug)]
pub(super) struct FreshIds {
    taken: HashSet<String>,
    last: u32,
}

impl FreshIds {
    /// Beside these.
    pub(super) fn beside<'a>(taken: impl Iterator<Item = &'a str>) -> Self {
        Self { taken: taken.map(str::to_uppercase).collect(), last: 0 }
    }

    pub(super) fn next(&mut self) -> String {
        loop {
            self.last += 1;
            let id = format!("REQ-{:03}", self.last);
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(line: &str) -> Option<(&str, &str)> {
        Lead::of(line).map(|lead| (lead.id, lead.rest))
    }

    #[test]
    fn ids_are_found_at_the_beginning_of_a_line() {
        for (line, id, rest) in [
            ("REQ-001: The user logs in", "REQ-001", "The user logs in"),
            ("[FR-1.2] Orders", "FR-1.2", "Orders"),
            ("NFR_3 – fast", "NFR_3", "fast"),
            ("REQ-AUTH-01 - sign in", "REQ-AUTH-01", "sign in"),
            ("R1: short", "R1", "short"),
            ("REQ-7 without a colon", "REQ-7", "without a colon"),
            ("req-9: small", "req-9", "small"),
            ("REQ-5.", "REQ-5", ""),
            ("(US-4) As a user", "US-4", "As a user"),
        ] {
            assert_eq!(lead(line), Some((id, rest)), "{line}");
        }
    }

    #[test]
    fn other_things_are_no_ids() {
        for line in [
            "UTF-8: all texts",
            "Login works",
            "non-2 words",
            "A4 paper",
            "X-1 is a plane",
            "[x] done",
            "e-mail",
            "",
            "[",
            "SHA-256: digests",
            "2024-01-01: a day",
            "Priority: High",
            "1.2 The system",
        ] {
            assert_eq!(lead(line), None, "{line}");
        }
    }

    #[test]
    fn outline_numbers_are_ids_where_they_are_asked_for() {
        let lead = Lead::of_number("1.4. The system shall").unwrap();
        assert_eq!((lead.id, lead.rest), ("1.4", "The system shall"));
        assert_eq!(Lead::of_number("2 apples"), None);
    }

    #[test]
    fn our_ids_are_new() {
        let mut fresh = FreshIds::beside(["REQ-001", "req-003"].into_iter());
        assert_eq!([fresh.next(), fresh.next()], ["REQ-002", "REQ-004"]);
    }
}
