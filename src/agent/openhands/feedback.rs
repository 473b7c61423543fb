//! What does an agent hear of its tests? What was taken out and why, and what of the module is not reached, with its
//! code.

use std::fmt::Write as _;

use super::text::{bounded, fenced};
use crate::agent::{Brief, Feedback};
use crate::sandbox::read_plain;

/// Tests that are named.
const MOST_TESTS: usize = 30;
/// Faults and branches that are named.
const MOST_OTHERS: usize = 40;
/// Lines of the module that are shown.
const MOST_LINES: usize = 120;
/// The longest reason.
const MOST_REASON: usize = 1_500;

/// The next message of a conversation.
pub(super) fn message(brief: &Brief<'_>, feedback: &Feedback) -> String {
    let mut text = format!(
        "Your tests were run and measured. They are not enough yet: go on with {}, under the same rules. What follows \
         is data.\n",
        brief.output
    );
    if let Some(problem) = &feedback.problem {
        let problem = fenced("", bounded(problem, MOST_REASON));
        let _ = write!(text, "\nThe file as a whole:\n\n{problem}\n");
    }
    rejected(&mut text, feedback);
    missing(&mut text, brief, feedback);
    if !feedback.unnoticed_faults.is_empty() {
        text.push_str("\nFaults put into the module that no test noticed; assert more precisely:\n");
        for fault in feedback.unnoticed_faults.iter().take(MOST_OTHERS) {
            let _ = writeln!(text, "- {fault}");
        }
    }
    text
}

fn rejected(text: &mut String, feedback: &Feedback) {
    if feedback.rejected.is_empty() {
        return;
    }
    text.push_str("\nTests that were taken out; mend them or leave them out:\n");
    let told = feedback.rejected.iter().rev().take(MOST_TESTS);
    let told: Vec<String> = told
        .map(|rejected| format!("{}: {}", rejected.test, bounded(&rejected.reason, MOST_REASON).trim_end()))
        .collect();
    let _ = writeln!(text, "\n{}", fenced("", &told.join("\n")));
}

fn missing(text: &mut String, brief: &Brief<'_>, feedback: &Feedback) {
    if feedback.missing_lines.is_empty() && feedback.missing_branches.is_empty() {
        return;
    }
    let source = read_plain(brief.engagement.workspace.project_dir(), brief.module);
    let source = source.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let code: Vec<&str> = source.lines().collect();
    let of = |line: usize| code.get(line.wrapping_sub(1)).copied().unwrap_or_default();
    if !feedback.missing_lines.is_empty() {
        let lines = feedback.missing_lines.iter().take(MOST_LINES);
        let shown: Vec<String> = lines.map(|line| format!("{line:>5}  {}", of(*line as usize))).collect();
        let _ = write!(
            text,
            "\nLines of {} that no test reaches:\n\n{}\n",
            brief.module,
            fenced("", &shown.join("\n"))
        );
    }
    if !feedback.missing_branches.is_empty() {
        text.push_str("\nBranches that no test takes:\n");
        for (from, to) in feedback.missing_branches.iter().take(MOST_OTHERS) {
            let target = if *to < 0 { "the end of the function".to_owned() } else { format!("line {to}") };
            let from = usize::try_from(*from).unwrap_or_default();
            let _ =
                writeln!(text, "- from line {from} (`{}`) to {target}", of(from).trim().replace('`', "'"));
        }
    }
}
