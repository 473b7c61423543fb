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

/// A line that begins with one id or several, `REQ-1, REQ-2: …`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Leads<'a> {
    /// At least one.
    pub(crate) ids: Vec<&'a str>,
    /// What follows them.
    pub(crate) rest: &'a str,
}

impl<'a> Leads<'a> {
    /// Splits a line; `None` where it begins with no id.
    pub(crate) fn of(line: &'a str) -> Option<Self> {
        let line = line.trim();
        if let Some((inside, rest)) = in_brackets(line) {
            let (ids, left) = ids_at_start(inside);
            let is_whole = left.trim().is_empty() && ids.iter().all(|id| is_id(id));
            return (is_whole && !ids.is_empty()).then(|| Self { ids, rest: without_separator(rest) });
        }
        let (ids, rest) = ids_at_start(line);
        let are_leading = ids.len() > 1 && ids.iter().all(|id| leads(id, rest));
        if are_leading {
            return Some(Self { ids, rest: without_separator(rest) });
        }
        Lead::of(line).map(|lead| Self { ids: vec![lead.id], rest: lead.rest })
    }

    /// An id that what follows begins with in turn, as the last of a range: `REQ-1 to REQ-3: …`.
    pub(super) fn further(&self) -> Option<&'a str> {
        const WORDS: [&str; 4] = ["to ", "through ", "until ", "bis "];
        let text =
            WORDS.iter().find_map(|word| self.rest.strip_prefix(word)).unwrap_or(self.rest).trim_start();
        let id = id_at_start(text);
        (is_whole_id(id) && !is_test_case(id) && begins_with_separator(&text[id.len()..])).then_some(id)
    }
}

impl<'a> Lead<'a> {
    /// Splits a line; `None` where it begins with no id.
    pub(crate) fn of(line: &'a str) -> Option<Self> {
        let line = line.trim();
        if let Some((inside, rest)) = in_brackets(line) {
            let id = inside.trim();
            return is_id(id).then(|| Self { id, rest: without_separator(rest) });
        }
        let id = id_at_start(line);
        let rest = &line[id.len()..];
        leads(id, rest).then(|| Self { id, rest: without_separator(rest) })
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

/// Whether a line looks as if it began with an id, although it is none of those that [`Lead::of`] takes.
pub(super) fn looks_led(line: &str) -> bool {
    let line = line.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let Some((head, _)) = line.split_once([':', '：', ']']) else { return false };
    let number = head.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let is_numbered = number.len() < head.len() && head.starts_with(char::is_alphabetic);
    let separators = if is_known(head) {
        &['-', '_', '–', '—', '‑', '#', '.', '/', '\\', ' '][..]
    } else {
        &['-', '_', '–', '—', '‑', '#']
    };
    let is_one_word =
        head.split_whitespace().count() == 1 || is_known(head) && head.split_whitespace().count() == 2;
    is_numbered && is_one_word && number.ends_with(separators) && !is_other(head)
}

/// Whether an id stands somewhere in a text.
pub(super) fn names_an_id(text: &str) -> bool {
    text.split(|letter: char| !is_part(letter)).any(|word| is_id(word.trim_matches(['.', '-', '_'])))
}

/// Whether an id is one of a test case.
pub(super) fn is_test_case(id: &str) -> bool {
    let prefix = prefix_of(id).to_uppercase();
    matches!(prefix.as_str(), "TC" | "TEST")
}

/// Whether a text as a whole is an id, as in a cell of a table.
pub(crate) fn is_whole_id(text: &str) -> bool {
    is_id(text) || is_short_id(text)
}

/// The line within brackets at its beginning, and behind them.
fn in_brackets(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix(['[', '('])?.split_once([']', ')'])
}

/// What may be an id at the beginning of a text; empty where nothing may. In other scripts words are not parted by blanks:
/// behind a digit only letters of ASCII go on with it.
fn id_at_start(text: &str) -> &str {
    let mut is_numbered = false;
    let end = text.find(|letter: char| {
        is_numbered |= letter.is_ascii_digit();
        !is_part(letter) || (is_numbered && !letter.is_ascii())
    });
    let run = &text[..end.unwrap_or(text.len())];
    run.split("..").next().unwrap_or(run).trim_end_matches(['.', '-', '_'])
}

/// The ids that a text begins with, parted by commas and the like, and what follows.
fn ids_at_start(text: &str) -> (Vec<&str>, &str) {
    let (mut ids, mut rest) = (Vec::new(), text);
    let mut next = Some(text);
    while let Some(text) = next {
        let id = id_at_start(text);
        if !is_whole_id(id) {
            break;
        }
        ids.push(id);
        rest = &text[id.len()..];
        next = behind_comma(rest);
    }
    (ids, rest)
}

fn behind_comma(text: &str) -> Option<&str> {
    const WORDS: [&str; 3] = ["and ", "und ", "or "];
    let text = text.trim_start();
    let behind = text.strip_prefix([',', ';', '/', '&', '+']).map(str::trim_start);
    let word = WORDS.iter().find_map(|word| behind.unwrap_or(text).strip_prefix(word));
    word.map(str::trim_start).or(behind)
}

/// Whether an id that begins a line is one, by what follows it.
fn leads(id: &str, rest: &str) -> bool {
    let is_marked = begins_with_separator(rest);
    // `REQ-1/2` and a path are more than an id.
    let is_plain = rest.trim().is_empty() || is_known(id) && !is_dotted(id) && !rest.starts_with(['/', '\\']);
    (is_id(id) && (is_marked || is_plain)) || (is_short_id(id) && is_marked)
}

/// `REQ-001`, `AUTH-LOGIN-2`, `FR_1.2`, `REQ.1`, `要求-1`: a letter first, a separator and a digit somewhere behind it.
fn is_id(text: &str) -> bool {
    if text.len() > LONGEST || !text.starts_with(char::is_alphabetic) {
        return false;
    }
    let has_separator = text.contains(['-', '_']) || (is_known(text) && is_dotted(text));
    let ends_in_number = text
        .rsplit(['-', '_', '.'])
        .next()
        .is_some_and(|last| last.starts_with(|letter: char| letter.is_ascii_digit()));
    let prefix = prefix_of(text);
    let is_upper = !prefix.contains(char::is_lowercase);
    let is_capital = prefix.starts_with(char::is_uppercase);
    has_separator
        && ends_in_number
        && text.chars().all(is_part)
        && (is_upper || is_capital || is_known(text))
        && !is_other(text)
}

/// Whether a point parts the prefix from the number.
fn is_dotted(id: &str) -> bool {
    id[prefix_of(id).len()..].starts_with('.')
}

/// Whether it is the name of something else, such as `UTF-8`.
fn is_other(id: &str) -> bool {
    OTHERS.contains(&prefix_of(id).to_uppercase().as_str())
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
        && !is_other(text)
}

fn prefix_of(id: &str) -> &str {
    let end = id.find(|letter: char| !letter.is_alphabetic()).unwrap_or(id.len());
    &id[..end]
}

fn is_known(id: &str) -> bool {
    PREFIXES.contains(&prefix_of(id).to_uppercase().as_str())
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.')
}

fn begins_with_separator(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    let is_apart = trimmed.len() < rest.len();
    trimmed.starts_with([':', '：', '–', '—', '|', ')', ']', '=']) || (is_apart && trimmed.starts_with("- "))
}

fn without_separator(rest: &str) -> &str {
    rest.trim_start_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, ':' | '：' | '.' | '-' | '–' | '—' | '|' | ')' | ']' | '=')
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
            ("REQ.1: with a point", "REQ.1", "with a point"),
            ("要求-002: ログアウト", "要求-002", "ログアウト"),
            ("要求-003：検索", "要求-003", "検索"),
            ("ÜB-2: Export", "ÜB-2", "Export"),
            ("ANF-Ü-1 - Anmelden", "ANF-Ü-1", "Anmelden"),
            ("REQ-001ログイン", "REQ-001", "ログイン"),
            ("REQ-1, REQ-2: both", "REQ-1", ", REQ-2: both"),
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
            "F.1 is a score",
            "anf-1: small letters of no known prefix",
            "REQ-1/2: half of one",
            "REQ-1/../../x: a path",
        ] {
            assert_eq!(lead(line), None, "{line}");
        }
    }

    #[test]
    fn several_ids_may_begin_a_line() {
        for (line, ids, rest) in [
            ("REQ-1, REQ-2: both", &["REQ-1", "REQ-2"][..], "both"),
            ("REQ-1/REQ-2 – pair", &["REQ-1", "REQ-2"], "pair"),
            ("R1 & R2: short", &["R1", "R2"], "short"),
            ("[REQ-1, REQ-2] both", &["REQ-1", "REQ-2"], "both"),
            ("REQ-1, REQ-2, and REQ-3 agree", &["REQ-1", "REQ-2", "REQ-3"], "agree"),
            ("REQ-1: REQ-2 comes first", &["REQ-1"], "REQ-2 comes first"),
            ("REQ-1, A4 paper", &["REQ-1"], ", A4 paper"),
        ] {
            assert_eq!(Leads::of(line), Some(Leads { ids: ids.to_vec(), rest }), "{line}");
        }
        assert_eq!(Leads::of("nothing, REQ-2: x"), None);
        for line in ["REQ-1 - REQ-3: all", "REQ-1–REQ-3: all", "REQ-1 to REQ-3: all", "REQ-1..REQ-3: all"] {
            assert_eq!(Leads::of(line).unwrap().further(), Some("REQ-3"), "{line}");
        }
        for line in ["REQ-1: REQ-2 comes first", "REQ-1: see TC-1: x", "REQ-1 - to be done: x"] {
            assert_eq!(Leads::of(line).unwrap().further(), None, "{line}");
        }
    }

    #[test]
    fn what_looks_like_an_id_is_noticed() {
        for line in [
            "anf-1: x",
            "REQ 4: x",
            "REQ-1/2: x",
            "Req. 4: x",
            "~~REQ-4: x~~",
            "R2.1: x",
            "आवश्यकता-1: x",
            "[anf-1] x",
        ] {
            assert!(looks_led(line), "{line}");
        }
        for line in
            ["UTF-8: x", "2024-01-01: x", "at 10:30 x", "v1.2: x", "Priority: 1", "see x-1 here: y", "x: 1"]
        {
            assert!(!looks_led(line), "{line}");
        }
        assert!(names_an_id("| REQ-1 | x |") && !names_an_id("| A | UTF-8 |"));
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
