//! Where in a prompt is it said how something is to be done, and where what?

use crate::requirements::plain;

/// Words with which a prompt says that it is a submission, before what it submits.
const HOW: &[&str] = &[
    "submit async",
    "submit task",
    "submit a task",
    "submit",
    "async",
    "in the background",
    "in background",
    "as a background task",
    "fire and forget",
    "use async mode to",
    "use async mode and",
    "use async mode",
    "use sync mode to",
    "use sync mode",
    "in async mode",
    "in sync mode",
    "async mode",
    "sync mode",
    "asynchronously",
    "synchronously",
    "wait for the result",
    "wait for the answer",
    "wait for it",
    "do not run in background",
    "do not run in the background",
    "do not run it in the background",
    "don't run in the background",
    "please",
    "can you",
    "could you",
    "i want you to",
    "i need you to",
    "to",
    "and",
    "then",
    "now",
];

/// Words with which a prompt says at its end how it is to be done, where they are of no relative clause and of no material.
const HOW_AT_THE_END: &[&str] = &[
    "asynchronously",
    "synchronously",
    "in the background",
    "in background",
    "not in the background",
    "not in background",
    "do not run in the background",
    "do not run in background",
    "don't run in the background",
    "don't run in background",
    "in background mode",
    "in async mode",
    "in sync mode",
    "as a background task",
    "fire and forget",
    "and do not wait",
    "and don't wait",
    "and wait for the result",
    "and wait for the answer",
    "and wait for it",
    "right now",
    "right away",
];
/// The same, where they are set off: by a comma, a dash or brackets.
const HOW_SET_OFF: &[&str] = &[
    "async",
    "sync",
    "not async",
    "no async",
    "do not wait",
    "don't wait",
    "wait for the result",
    "wait for the answer",
    "wait for it",
    "immediately",
];
/// Words with which relative clauses begin: what stands at their end is of what is asked for.
const RELATIVE: &[&str] = &[
    "that", "which", "who", "whom", "whose", "where", "when", "whenever", "while", "if", "once", "until",
    "unless", "because",
];
/// Words that say that something is asked of these tools.
const WORK: &[&str] = &[
    "plan",
    "plans",
    "roadmap",
    "requirements",
    "requirement",
    "user stories",
    "generation",
    "parsing",
    "validation",
];

/// A prompt by its parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instruction<'a> {
    /// All of it.
    pub(super) all: &'a str,
    /// The words before what is asked for, and those that ask: `Use async mode to generate a detailed plan`.
    pub(super) how: &'a str,
    /// Of these, those that can say whether it is waited for: without a verb part that may be the subject itself.
    pub(super) manner: &'a str,
    /// What is said of that at the end; empty where nothing is.
    pub(super) tail: &'a str,
    /// What is asked for, from its verb on, without the end.
    pub(super) what: &'a str,
    /// Whether it begins with `submit`.
    pub(super) is_submission: bool,
}

impl<'a> Instruction<'a> {
    /// Takes a prompt apart.
    pub(super) fn of(prompt: &'a str) -> Self {
        let all = prompt.trim();
        let is_submission = first_word(all) == "submit";
        let mut what = all;
        while let Some(rest) = without_lead(what) {
            what = rest;
        }
        let lead = all.len() - what.len();
        let how = &all[..lead + verb_part(what)];
        let manner = if has_words(&how[lead..], WORK) { how } else { &all[..lead] };
        let (what, tail) = without_tail(what);
        Self { all, how, manner, tail, what, is_submission }
    }
}

/// How long the part of a request is that says what to do, before what it is about.
fn verb_part(what: &str) -> usize {
    let line = what.lines().next().unwrap_or_default();
    if begins_with(line, "plan") {
        // The verb alone: what follows is what it is about.
        return "plan".len();
    }
    let ends = [" for ", " of ", " from ", " in ", " to ", ": ", " with ", ":", " that ", " which ", " who "];
    let is_end = |at: &usize| !HOW_AT_THE_END.iter().any(|words| begins_with(&line[at + 1..], words));
    let first = |end: &str| line.match_indices(end).map(|(at, _)| at).find(is_end);
    ends.iter().filter_map(|end| first(end)).min().unwrap_or(line.len())
}

/// What follows one of the words that say how; `None` where none stands at the beginning.
fn without_lead(text: &str) -> Option<&str> {
    let found = HOW.iter().filter(|words| begins_with(text, words)).max_by_key(|words| words.len())?;
    let rest = text[found.len()..].trim_start_matches([' ', ',', ':', '-', '–', '.', '\n']);
    (!rest.is_empty()).then_some(rest)
}

/// What is asked for, and the words at the end of its first line that say how. These are left out of it where it has no more
/// lines.
fn without_tail(what: &str) -> (&str, &str) {
    let line = what.lines().next().unwrap_or_default();
    let found = tail_of(line).filter(|(rest, _)| !rest.is_empty());
    match found {
        None => (what, ""),
        Some((_, tail)) if what.contains('\n') => (what, tail),
        Some((rest, tail)) => (rest, tail),
    }
}

/// A line in what stands before the words at its end that say how, and these.
fn tail_of(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_end_matches(['.', '!', ':', ' ']);
    let polite = ["please", "thanks"].iter().find_map(|word| without_end(line, word));
    let line = polite.map_or(line, |(rest, _)| rest.trim_end_matches([',', ' ']));
    let (body, is_in_brackets) = line.strip_suffix(')').map_or((line, false), |body| (body, true));
    let all = HOW_AT_THE_END
        .iter()
        .map(|words| (words, false))
        .chain(HOW_SET_OFF.iter().map(|words| (words, true)));
    let fits = |(words, must_be_set_off): (&&str, bool)| {
        let (before, tail) = without_end(body, words)?;
        let is_after_blank = before.ends_with(' ');
        let before = before.trim_end();
        let is_set_off = if is_in_brackets {
            before.ends_with('(')
        } else {
            before.ends_with([',', ';']) || is_after_blank && before.ends_with(['-', '–', '—'])
        };
        // What follows a colon is the text that is worked on.
        let may_be_of_it = must_be_set_off || before.contains(": ") || has_words(before, RELATIVE);
        let rest = before.trim_end_matches([' ', ',', ';', '-', '–', '—', '(']);
        (is_set_off || !is_in_brackets && !may_be_of_it).then_some((rest, tail))
    };
    all.filter_map(fits).max_by_key(|(_, tail)| tail.len())
}

/// A text in what stands before these words at its end, and these.
fn without_end<'a>(text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let at = text.len().checked_sub(words.len())?;
    let is_it = text.get(at..)?.eq_ignore_ascii_case(words);
    let is_apart = !text[..at].ends_with(|letter: char| letter.is_alphanumeric());
    (is_it && is_apart).then(|| text.split_at(at))
}

/// Whether a text begins with these words, in any case.
pub(super) fn begins_with(text: &str, words: &str) -> bool {
    text.get(..words.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(words))
        && !text[words.len()..].starts_with(|letter: char| letter.is_alphanumeric())
}

/// Whether some of these words stand in a text, as whole words.
pub(super) fn has_words(text: &str, words: &[&str]) -> bool {
    let text = format!(" {} ", plain(text));
    words.iter().any(|word| text.contains(&format!(" {word} ")))
}

fn first_word(text: &str) -> String {
    plain(text.split(char::is_whitespace).next().unwrap_or_default())
}
