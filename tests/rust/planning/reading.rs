//! Which plan does a text hold?

use _core::planning::{Plan, PlanTask, check, plan_of, plan_text, read_plan};
use proptest::prelude::*;

const PLAN: &str = "\
# Login

A login for the shop.

## Requirements

- REQ-1: Users log in with a password
- REQ-2: Failed logins are counted

## Phase 1: Foundations

- T1: Choose a hash function (1 day)
- T2: Make the table of users (2-3 days; depends on T1; covers REQ-1)
  - Done when: a user can be stored
  - Owner: nobody yet

## Phase 2: Counting

1. Count failed logins - 4 hours
   - Depends on: T2
   - Covers: REQ-2

## Risks

- The hash takes too long
  - Mitigation: measure it first

## Open questions

- How long is a password?
";

fn task<'a>(plan: &'a Plan, id: &str) -> &'a PlanTask {
    plan.tasks().find(|task| task.id == id).unwrap_or_else(|| panic!("no {id} in {plan:?}"))
}

#[test]
fn a_plan_in_markdown_is_read_as_a_whole() {
    let plan = read_plan(PLAN).plan;

    assert_eq!((plan.title.as_str(), plan.summary.as_str()), ("Login", "A login for the shop."));
    let phases: Vec<_> = plan.phases.iter().map(|phase| (phase.id.as_str(), phase.title.as_str())).collect();
    assert_eq!(phases, [("Phase 1", "Foundations"), ("Phase 2", "Counting")]);
    let table = task(&plan, "T2");
    assert_eq!(
        (table.title.as_str(), table.estimate_days, table.line),
        ("Make the table of users", Some(3.0), Some(13))
    );
    assert_eq!(
        (&table.depends_on[..], &table.requirements[..]),
        (&["T1".to_owned()][..], &["REQ-1".to_owned()][..])
    );
    assert_eq!(table.done_when, ["a user can be stored"]);
    let counting = task(&plan, "T3");
    assert_eq!((counting.title.as_str(), counting.estimate_days), ("Count failed logins", Some(0.5)));
    assert_eq!(
        (&counting.depends_on[..], &counting.requirements[..]),
        (&["T2".to_owned()][..], &["REQ-2".to_owned()][..])
    );
    assert_eq!(plan.risks[0].mitigation.as_deref(), Some("measure it first"));
    assert_eq!(plan.open_questions, ["How long is a password?"]);
    assert_eq!(plan.requirements.len(), 2);
}

#[test]
fn phases_are_found_in_lists_lines_tables_and_one_sentence() {
    let in_list = "- Phase 1: Design\n  - Draw it (1 day)\n- Phase 2: Build\n  - Make it (2 days)\n    - Depends on: T1\n";
    let in_lines =
        "**Phase 1: Design**\n\n- Draw it (1 day)\n\nPhase 2: Build\n\n- Make it (2 days, after T1)\n";
    let in_table = "| Phase | ID | Task | Days | Depends on |\n|---|---|---|---|---|\n\
        | Phase 1: Design | T1 | Draw it | 1 | - |\n| Phase 2: Build | T2 | Make it | 2 | T1 |\n";
    let in_sentence = "Phase 1: Draw it. Phase 2: Make it.";
    for text in [in_list, in_lines, in_table, in_sentence] {
        let plan = read_plan(text).plan;
        let tasks: Vec<_> = plan.phases.iter().map(|phase| (phase.id.as_str(), phase.tasks.len())).collect();
        assert_eq!(tasks, [("Phase 1", 1), ("Phase 2", 1)], "{text}");
        assert_eq!(task(&plan, "T2").title, "Make it", "{text}");
        if text != in_sentence {
            assert_eq!(task(&plan, "T1").estimate_days, Some(1.0), "{text}");
        }
    }
}

#[test]
fn a_row_of_an_earlier_phase_does_not_move_that_phase() {
    for (one, other) in [("Phase 1", "Phase 2"), ("Design", "Build")] {
        let text = format!(
            "| ID | Task | Phase | After |\n|---|---|---|---|\n\
            | T1 | Draw | {one} | - |\n| T2 | Make | {other} | T1 |\n| T3 | Draw more | {one} | - |\n"
        );
        let plan = read_plan(&text).plan;
        let phases: Vec<_> =
            plan.phases.iter().map(|phase| (phase.title.as_str(), phase.tasks.len())).collect();
        assert_eq!(phases.iter().map(|phase| phase.1).collect::<Vec<_>>(), [2, 1], "{phases:?}");
        assert!(check(&plan).iter().all(|one| one.code != "later_phase"), "{text}");
    }
}

#[test]
fn nothing_is_waited_for_twice() {
    let plan =
        read_plan("- T1: a\n- T2: b (after T1, t1, T1; covers REQ-1, REQ-1)\n  - Depends on: T1\n").plan;
    let task = task(&plan, "T2");
    assert_eq!(
        (task.depends_on.as_slice(), task.requirements.as_slice()),
        (&["T1".to_owned()][..], &["REQ-1".to_owned()][..])
    );
}

#[test]
fn tasks_without_phases_are_one_phase() {
    for text in [
        "1. Set up\n2. Build\n3. Test\n",
        "Plan: set up, then build, then test",
        "1) Set up 2) Build 3) Test",
    ] {
        let plan = read_plan(text).plan;
        assert_eq!(plan.phases.len(), 1, "{text}");
        let ids: Vec<_> = plan.tasks().map(|task| task.id.as_str()).collect();
        assert_eq!(ids, ["T1", "T2", "T3"], "{text}");
    }
}

#[test]
fn json_of_the_schema_is_a_plan_and_any_other_is_told() {
    let plan = r#"{"title": "T", "phases": [{"id": "Phase 1", "title": "A", "tasks": [{"id": "T1", "title": "Do it"}]}]}"#;
    assert_eq!(read_plan(plan).plan.tasks().count(), 1);
    assert_eq!(read_plan(&format!("```json\n{plan}\n```")).plan.tasks().count(), 1);
    assert_eq!(read_plan(&format!("{{\"plan\": {plan}}}")).plan.tasks().count(), 1);
    for (text, says) in [
        ("{\"title\": \"T\"}", "missing field `phases`"),
        ("{\"title\": ", "EOF"),
        ("{\"title\": 7, \"phases\": []}", "expected a string"),
    ] {
        let broken = read_plan(text).broken.unwrap();
        assert!(broken.contains(says), "{broken}");
    }
}

#[test]
fn what_we_write_is_what_we_read() {
    let plan = read_plan(PLAN).plan;
    let mut again = read_plan(&plan_text(&plan)).plan;
    assert_eq!(again.phases.len(), plan.phases.len());
    for (one, other) in again.phases.iter_mut().zip(&plan.phases) {
        assert_eq!((&one.id, &one.title), (&other.id, &other.title));
        for (one, other) in one.tasks.iter_mut().zip(&other.tasks) {
            one.line = other.line;
            assert_eq!(one, other);
        }
    }
    assert_eq!((again.risks, again.open_questions), (plan.risks, plan.open_questions));
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "(?s).{0,400}") {
        let _ = read_plan(&text);
        let _ = plan_text(&plan_of(&text));
    }

    #[test]
    fn no_markdown_is_too_strange(lines in proptest::collection::vec("(#{1,3} |- |  - |[0-9]\\) |\\| |> |```)?(Phase [0-9]: |T[0-9]: |Depends on: |REQ-[0-9]: )?[a-z ,.;:()é–0-9]{0,20}", 0..30)) {
        let text = lines.join("\n");
        let read = read_plan(&text);
        let _ = _core::planning::check(&read.plan);
        let _ = plan_text(&plan_of(&text));
    }
}
