//! What does a prompt want? Tasks to be made, and whether to wait for them, or word of those that there are.

use super::asking::{Asking, asking};
use super::instruction::{Instruction, begins_with};
use super::mode::{Mode, asked, is_much};
use super::subject::{tool_and_text, tool_of};
use crate::planning::parted;
use crate::requirements::plain;
use crate::task::PlanningTool;

/// More tasks than that are not made of one prompt.
const MOST_JOBS: usize = 20;
const NUMBERS: &[&str] = &["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// What a prompt wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What is wanted.
    pub wish: Wish,
    /// Whether the answer is waited for. Never [`Mode::Auto`].
    pub mode: Mode,
    /// Why.
    pub why: Why,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Tasks; never none.
    Work(Vec<Job>),
    /// Word of these tasks.
    Results(Vec<String>),
    /// Word of the task that was submitted last.
    Last,
    /// The end of these tasks.
    Cancel(Vec<String>),
}

/// One task to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// By which tool.
    pub tool: PlanningTool,
    /// Of what.
    pub text: String,
}

/// Why a mode was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The caller says so.
    Caller,
    /// The words ask for it.
    Words,
    /// So much is asked for.
    Size,
    /// Nothing speaks against waiting.
    Simple,
}

impl Why {
    /// The name in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Words => "words",
            Self::Size => "size",
            Self::Simple => "simple",
        }
    }
}

/// Reads a prompt.
#[must_use]
pub fn read_prompt(prompt: &str, mode: Mode) -> Reading {
    let now = |wish| Reading { wish, mode: Mode::Sync, why: Why::Simple };
    match asking(prompt) {
        Some(Asking::Results(ids)) => return now(Wish::Results(ids)),
        Some(Asking::Last) => return now(Wish::Last),
        Some(Asking::Cancel(id)) => return now(Wish::Cancel(id)),
        None => {}
    }
    let instruction = Instruction::of(prompt);
    let jobs = several(&instruction).unwrap_or_else(|| vec![job(instruction.what)]);
    let (mode, why) = match mode {
        Mode::Auto => choose(&instruction, &jobs),
        forced => (forced, Why::Caller),
    };
    Reading { wish: Wish::Work(jobs), mode, why }
}

fn choose(instruction: &Instruction<'_>, jobs: &[Job]) -> (Mode, Why) {
    match asked(instruction) {
        Some(true) => return (Mode::Async, Why::Words),
        Some(false) => return (Mode::Sync, Why::Words),
        None => {}
    }
    let is_large = jobs.len() > 1 || jobs.iter().any(|job| is_much(job.tool, instruction, &job.text));
    if is_large { (Mode::Async, Why::Size) } else { (Mode::Sync, Why::Simple) }
}

fn job(what: &str) -> Job {
    let (tool, text) = tool_and_text(what);
    Job { tool, text }
}

/// The jobs of `Submit 3 tasks: parse requirements for A, B, and C`; `None` where one is wanted.
fn several(instruction: &Instruction<'_>) -> Option<Vec<Job>> {
    let (head, list) =
        instruction.what.split_once(':').filter(|(head, _)| head.len() < 40 && speaks_of_tasks(head))?;
    let number = number_of_tasks(head);
    let list = list.trim();
    let parts = split_into(list, &["; ", "\n"], number);
    let jobs = match parts {
        // Each says itself what it is.
        Some(parts) => parts.iter().map(|part| job(part)).collect(),
        None => alike(list, number),
    };
    (jobs.len() > 1 && jobs.len() <= MOST_JOBS).then_some(jobs)
}

/// Jobs of one tool: `parse requirements for A, B, and C`.
fn alike(list: &str, number: Option<usize>) -> Vec<Job> {
    let tool = tool_of(list);
    let (_, subjects) = tool_and_text(list);
    let marks: [&[&str]; 2] = [&[", and ", ", "], &[", and ", ", ", " and "]];
    let ways = marks.iter().map(|marks| parts(&subjects, marks)).collect::<Vec<_>>();
    let fits = |parts: &&Vec<String>| number.is_none_or(|number| parts.len() == number);
    let chosen = ways.iter().rev().find(fits).or(ways.last());
    // Parts that say themselves what they are stay as they are: `plan A, validate B`.
    let of = |part: &String| if names_tool(part) { job(part) } else { Job { tool, text: part.clone() } };
    chosen.into_iter().flatten().map(of).collect()
}

fn names_tool(part: &str) -> bool {
    ["parse requirements", "validate", "generate", "plan", "extract requirements"]
        .iter()
        .any(|verb| begins_with(part, verb) && part.len() > verb.len() + 1)
}

fn split_into(text: &str, marks: &[&str], number: Option<usize>) -> Option<Vec<String>> {
    let found = marks.iter().map(|mark| parts(text, &[mark])).find(|parts| parts.len() > 1)?;
    number.is_none_or(|number| number == found.len()).then_some(found)
}

fn parts(text: &str, marks: &[&str]) -> Vec<String> {
    let trimmed = parted(text, marks)
        .into_iter()
        .map(|part| part.trim().trim_end_matches(['.', ';', ',']).trim_start_matches("- ").trim().to_owned());
    trimmed.filter(|part| !part.is_empty()).collect()
}

/// Whether a head such as `3 tasks` speaks of several tasks.
fn speaks_of_tasks(head: &str) -> bool {
    plain(head).split(' ').any(|word| matches!(word, "tasks" | "requests" | "jobs"))
}

/// The number of tasks that it names.
fn number_of_tasks(head: &str) -> Option<usize> {
    let by_word = |word: &str| NUMBERS.iter().position(|name| *name == word).map(|at| at + 2);
    plain(head).split(' ').find_map(|word| word.parse().ok().or_else(|| by_word(word)))
}
