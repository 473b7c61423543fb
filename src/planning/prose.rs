//! Which pieces does plain prose name? Numbered ones, those between semicolons, sentences, and what is counted up after
//! `with` or `including`.

use crate::requirements::{one_line, plain};

/// Words behind which things are counted up.
const OPENERS: &[&str] = &[
    " with support for ",
    " supporting ",
    " including ",
    " such as ",
    " featuring ",
    " consisting of ",
    " with ",
    ": ",
];
/// Shortened words whose full stop ends no sentence.
const SHORTENED: &[&str] =
    &["e.g", "i.e", "etc", "vs", "approx", "incl", "no", "fig", "st", "dr", "mr", "ms"];

/// A subject, and what is counted up of it; nothing where nothing is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) subject: String,
    pub(super) items: Vec<String>,
}

/// The pieces that a text consists of, in its order; the text itself where it has no more.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let text = one_line(text);
    let numbered = numbered(&text);
    if numbered.len() > 1 {
        return numbered;
    }
    let ways: [fn(&str) -> Vec<String>; 3] = [
        |text| split(text, &["; "]),
        |text| split(text, &[" -> ", " → ", ", then ", " and then "]),
        sentences,
    ];
    let found = ways.iter().map(|way| way(&text)).find(|pieces| pieces.len() > 1);
    found.unwrap_or_else(|| split(&text, &[]))
}

/// What a sentence counts up.
pub(super) fn listing(sentence: &str) -> Listing {
    let sentence = trimmed(sentence);
    let first =
        OPENERS.iter().filter_map(|word| sentence.find(word).map(|at| (at, *word))).min_by_key(|(at, _)| *at);
    let Some((at, word)) = first else {
        return Listing { subject: sentence.to_owned(), items: Vec::new() };
    };
    let subject = trimmed(&sentence[..at]).to_owned();
    let items = enumerated(&sentence[at + word.len()..]);
    Listing { subject, items }
}

/// The parts of `A, B, and C`.
pub(super) fn enumerated(text: &str) -> Vec<String> {
    let parts = split(text, &[", and ", ", or ", ", ", " and ", " as well as ", " & ", " plus "]);
    parts.into_iter().filter(|part| !plain(part).is_empty()).collect()
}

/// The sentences of a text.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let (mut all, mut begin) = (Vec::new(), 0);
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        let is_last = text[end..].starts_with(' ') || end == text.len();
        if matches!(letter, '.' | '!' | '?') && is_last && !is_shortened(&text[begin..at]) {
            all.push(trimmed(&text[begin..end]).to_owned());
            begin = end;
        }
    }
    all.push(trimmed(&text[begin..]).to_owned());
    all.retain(|sentence| !sentence.is_empty());
    all
}

fn is_shortened(before: &str) -> bool {
    let word = before.rsplit(' ').next().unwrap_or_default().trim_start_matches('(').to_lowercase();
    SHORTENED.contains(&word.as_str()) || (word.len() == 1 && word.chars().all(char::is_numeric))
}

/// The pieces of `1) a 2) b` and `1. a 2. b`: numbers that count up from 1.
pub(super) fn numbered(text: &str) -> Vec<String> {
    let mut begins = Vec::new();
    let words =
        text.split(' ').scan(0, |next, word| Some((std::mem::replace(next, *next + word.len() + 1), word)));
    for (at, word) in words {
        let end = at + word.len() + 1;
        if end <= text.len() && number_of(word) == Some(begins.len() + 1) {
            begins.push((at, end));
        }
    }
    let ends = begins.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let all = begins.iter().zip(ends).map(|((_, begin), end)| trimmed(&text[*begin..end]).to_owned());
    all.filter(|piece| !piece.is_empty()).collect()
}

/// The number of `1)`, `1.` and `(1)`.
fn number_of(word: &str) -> Option<usize> {
    let digits = match word.strip_prefix('(') {
        Some(rest) => rest.strip_suffix(')')?,
        None => word.strip_suffix([')', '.'])?,
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| is_number)
}

fn split(text: &str, marks: &[&str]) -> Vec<String> {
    let parts = parted(text, marks).into_iter().map(|part| trimmed(part).to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

/// The parts of a text between these marks, as they stand.
pub(crate) fn parted<'a>(text: &'a str, marks: &[&str]) -> Vec<&'a str> {
    let mut parts = vec![text];
    for mark in marks {
        parts = parts.into_iter().flat_map(|part| part.split(mark)).collect();
    }
    parts
}

/// Without blanks and the signs between pieces at both ends.
pub(super) fn trimmed(text: &str) -> &str {
    let text =
        text.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | ':' | '.'));
    text.strip_prefix("and ").unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_numbered_or_separated() {
        assert_eq!(pieces("1) set up 2) build 3) test"), ["set up", "build", "test"]);
        assert_eq!(pieces("1. Set up. 2. Build."), ["Set up", "Build"]);
        assert_eq!(pieces("(1) Set up 11) shops (2) Build 3) Test"), ["Set up 11) shops", "Build", "Test"]);
        assert_eq!(pieces("set up; build; test"), ["set up", "build", "test"]);
        assert_eq!(pieces("set up, then build -> test"), ["set up", "build", "test"]);
        assert_eq!(pieces("It logs in, e.g. by mail. It pays."), ["It logs in, e.g. by mail", "It pays"]);
        assert_eq!(pieces("one thing"), ["one thing"]);
        assert!(pieces(" .. ").is_empty());
    }

    #[test]
    fn what_is_counted_up_has_a_subject() {
        let listing = listing(
            "enterprise authentication system with SSO, MFA, audit logging, and compliance requirements",
        );
        assert_eq!(listing.subject, "enterprise authentication system");
        assert_eq!(listing.items, ["SSO", "MFA", "audit logging", "compliance requirements"]);
        assert_eq!(super::listing("blog platform").items, Vec::<String>::new());
    }
}
