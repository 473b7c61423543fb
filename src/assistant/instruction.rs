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

/// Words with which a prompt says at its end how it is to be done.
const HOW_AT_THE_END: &[&str] = &[
    "asynchronously",
    "synchronously",
    "in the background",
    "in background",
    "in async mode",
    "in sync mode",
    "as a background task",
    "(async)",
    "(sync)",
    ", async",
    "- async",
];

/// A prompt by its parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instruction<'a> {
    /// All of it.
    pub(super) all: &'a str,
    /// The words before what is asked for, and those that ask: `Use async mode to generate a detailed plan`.
    pub(super) how: &'a str,
    /// What is asked for, from its verb on.
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
        let what = without_tail(what);
        Self { all, how, what, is_submission }
    }
}

/// How long the part of a request is that says what to do, before what it is about.
fn verb_part(what: &str) -> usize {
    let line = what.lines().next().unwrap_or_default();
    if begins_with(line, "plan") {
        // The verb alone: what follows is what it is about.
        return "plan".len();
    }
    let ends = [" for ", " of ", " from ", " in ", " to ", ": ", " with ", ":"];
    let end = ends.iter().filter_map(|word| line.find(word)).min();
    end.unwrap_or(line.len())
}

/// What follows one of the words that say how; `None` where none stands at the beginning.
fn without_lead(text: &str) -> Option<&str> {
    let found = HOW.iter().filter(|words| begins_with(text, words)).max_by_key(|words| words.len())?;
    let rest = text[found.len()..].trim_start_matches([' ', ',', ':', '-', '–', '.', '\n']);
    (!rest.is_empty()).then_some(rest)
}

/// Without the words at its end that say how. What has more lines says nothing of that kind there.
fn without_tail(text: &str) -> &str {
    let line = text.trim_end_matches(['.', '!', ' ']);
    let tail = HOW_AT_THE_END.iter().find(|words| {
        let at = line.len().checked_sub(words.len());
        let end = at.and_then(|at| line.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(words))
    });
    let Some(tail) = tail.filter(|_| !text.contains('\n')) else { return text };
    let rest = line[..line.len() - tail.len()].trim_end_matches([' ', ',', '-', '–']);
    if rest.is_empty() { text } else { rest }
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
