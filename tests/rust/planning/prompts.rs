//! What does a prompt want? The prompts of the table in `docs/prompts.md`, each with the mode and the tasks that it says.

use _core::assistant::{Mode, Reading, Wish, read_prompt};
use _core::task::PlanningTool;
use proptest::prelude::*;

const TABLE: &str = include_str!("../../../docs/prompts.md");

/// Cells of the rows of the table.
fn rows() -> Vec<Vec<&'static str>> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

fn described(reading: &Reading) -> (String, String) {
    let mode = match reading.mode {
        Mode::Async => "async",
        Mode::Sync => "sync",
        Mode::Auto => "auto",
    };
    let wish = match &reading.wish {
        Wish::Work(jobs) => {
            let jobs = jobs.iter().map(|job| format!("{} `{}`", verb(job.tool), job.text.replace('\n', "⏎")));
            jobs.collect::<Vec<_>>().join(", ")
        }
        Wish::Results(ids) => format!("results `{}`", ids.join(", ")),
        Wish::Last => "last".to_owned(),
        Wish::Cancel(ids) => format!("cancel `{}`", ids.join(", ")),
    };
    (format!("{mode}, {}", reading.why.as_str()), wish)
}

fn verb(tool: PlanningTool) -> &'static str {
    match tool {
        PlanningTool::GenerateImplementationPlan => "plan",
        PlanningTool::ParseRequirements => "parse",
        PlanningTool::ValidatePlan => "validate",
    }
}

#[test]
fn each_prompt_of_the_table_gets_the_mode_and_the_tasks_that_it_says() {
    let rows = rows();
    assert!(rows.len() >= 60, "{} prompts", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let [prompt, mode, wish] = row[..] else { panic!("a row of three cells: {row:?}") };
        let prompt = prompt.trim_matches('`').replace('⏎', "\n");
        let found = described(&read_prompt(&prompt, Mode::Auto));
        if (found.0.as_str(), found.1.as_str()) != (mode, wish) {
            wrong.push(format!("| `{}` | {} | {} |", prompt.replace('\n', "⏎"), found.0, found.1));
        }
    }
    assert!(wrong.is_empty(), "these are read so:\n{}", wrong.join("\n"));
}

#[test]
fn whoever_forces_a_mode_gets_it() {
    for (mode, other) in [(Mode::Sync, "Submit async: Plan a shop"), (Mode::Async, "Plan a todo app")] {
        assert_eq!(read_prompt(other, mode).mode, mode);
    }
    assert_eq!(read_prompt("Check status", Mode::Async).wish, Wish::Last);
}

proptest! {
    #[test]
    fn no_prompt_is_too_strange(prompt in "(?s).{0,200}") {
        let reading = read_prompt(&prompt, Mode::Auto);
        prop_assert_ne!(reading.mode, Mode::Auto);
    }

    #[test]
    fn words_in_any_order_are_read(words in proptest::collection::vec("(submit|async|in|background|plan|for|parse|requirements|validate|task|tasks|3|:|,|and|abc-123|a|é|status|check|the|\n)", 0..15)) {
        let _ = read_prompt(&words.join(" "), Mode::Auto);
    }
}
