//! Is somebody to wait for the answer? What the words ask for, else how much is asked.

use std::str::FromStr;
use std::time::Duration;

use super::instruction::{Instruction, has_words};
use crate::planning::requested_phases;
use crate::requirements::plain;
use crate::task::PlanningTool;

/// How a request is to be answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// As the words ask for it, else by how much is asked.
    #[default]
    Auto,
    /// With the result.
    Sync,
    /// With the id of a task.
    Async,
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "sync" => Ok(Self::Sync),
            "async" => Ok(Self::Async),
            other => {
                let shown: String = other.chars().take(32).collect();
                Err(format!("{shown:?} is no mode: use auto, sync or async"))
            }
        }
    }
}

/// Words by which somebody wants to wait.
const NOW: &[&str] = &[
    "synchronously",
    "sync mode",
    "in sync",
    "wait for it",
    "wait for the result",
    "wait for the answer",
    "not async",
    "no async",
    "without async",
    "not run in background",
    "not run in the background",
    "not run it in the background",
    "dont run in the background",
    "not in background",
    "not in the background",
    "right now",
    "right away",
    "immediately",
];
/// Words by which somebody does not.
const LATER: &[&str] = &[
    "async mode",
    "asynchronously",
    "in background",
    "in the background",
    "as a background task",
    "fire and forget",
    "background mode",
    "do not wait",
    "dont wait",
    "async",
    "asynchronous",
    "submit task",
    "submit a task",
    "submit tasks",
];
/// Words of large plans.
const LARGE: &[&str] = &[
    "comprehensive",
    "detailed",
    "in depth",
    "thorough",
    "exhaustive",
    "extensive",
    "complete",
    "full scale",
    "enterprise",
    "end to end",
    "elaborate",
];
/// More phases than that make a plan large.
const MOST_PHASES: usize = 5;
/// More things that are counted up than that make a plan large.
const MOST_THINGS: usize = 6;
/// What is expected to take longer is not waited for: the document's limit is two minutes.
const PATIENCE: Duration = Duration::from_secs(110);

/// Whether the words ask for one way; `None` where they say nothing of it. What is to be planned may hold the same words, and
/// asks for nothing.
pub(super) fn asked(instruction: &Instruction<'_>) -> Option<bool> {
    let has = |words: &[&str]| has_words(instruction.manner, words) || has_words(instruction.tail, words);
    if has(NOW) {
        return Some(false);
    }
    (has(LATER) || instruction.is_submission).then_some(true)
}

/// Whether that much is asked of a tool that nobody should wait for it.
pub(super) fn is_much(tool: PlanningTool, instruction: &Instruction<'_>, text: &str) -> bool {
    if expected(tool, text) > PATIENCE {
        return true;
    }
    if tool != PlanningTool::GenerateImplementationPlan {
        return has_words(instruction.how, LARGE);
    }
    let line = instruction.all.lines().next().unwrap_or_default();
    let things = line.matches(',').count() + 1;
    has_words(line, LARGE)
        || requested_phases(line).is_some_and(|phases| phases > MOST_PHASES)
        || many_different(line)
        || things > MOST_THINGS
}

/// `10 different approaches`.
fn many_different(line: &str) -> bool {
    let line = plain(line);
    let words: Vec<&str> = line.split(' ').collect();
    let is_many = |word: &str| word.parse::<u32>().is_ok_and(|number| number > 4);
    words
        .windows(2)
        .any(|pair| is_many(pair[0]) && matches!(pair[1], "different" | "alternative" | "possible"))
}

/// How long a model is expected to take for a text, at the upper end.
fn expected(tool: PlanningTool, text: &str) -> Duration {
    let reading = text.len() / 400;
    let seconds = match tool {
        PlanningTool::GenerateImplementationPlan => 20 + 5 * requested_phases(text).unwrap_or(0) + reading,
        PlanningTool::ParseRequirements | PlanningTool::ValidatePlan => 10 + reading,
    };
    Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))
}
