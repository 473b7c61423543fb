//! What is wrong with a plan, and where?

use _core::planning::{Severity, Validation, check, read_plan, validation_text};

fn findings(text: &str) -> Vec<(Severity, String, Option<String>, Option<u32>)> {
    let found = check(&read_plan(text).plan).into_iter();
    found.map(|one| (one.severity, one.code, one.place.item, one.place.line)).collect()
}

fn has(text: &str, severity: Severity, code: &str, item: &str, line: u32) {
    let found = findings(text);
    let wanted = (severity, code.to_owned(), Some(item.to_owned()), Some(line));
    assert!(found.contains(&wanted), "{code} of {item} in line {line}: {found:?}");
}

#[test]
fn tasks_that_wait_for_each_other_are_an_error_with_their_path() {
    let text = "- T1: Draw (1 day, depends on T3)\n- T2: Make (1 day, depends on T1)\n- T3: Sell (1 day, after T2)\n";
    has(text, Severity::Error, "cycle", "T1", 1);
    let told = validation_text(&Validation::of(read_plan(text).plan, check(&read_plan(text).plan)));
    assert!(told.starts_with("# The plan does not hold."), "{told}");
    assert!(told.contains("T1 → T3 → T2 → T1"), "{told}");
}

#[test]
fn a_task_that_waits_for_its_own_phase_is_a_cycle() {
    let text = "## Phase 1: Design\n\n- T1: Draw (1 day, depends on Phase 1)\n";
    has(text, Severity::Error, "cycle", "T1", 3);
}

#[test]
fn a_cycle_over_a_whole_phase_names_the_phase() {
    let text = "## Phase 1\n\n- T1: Draw (1 day, after T3)\n- T2: Make (1 day)\n\n\
        ## Phase 2\n\n- T3: Sell (1 day, after Phase 1)\n";
    let cycles: Vec<_> = check(&read_plan(text).plan).into_iter().filter(|one| one.code == "cycle").collect();
    assert_eq!(cycles.len(), 1);
    assert!(cycles[0].message.ends_with("T1 → T3 → Phase 1 → T1"), "{}", cycles[0].message);
}

#[test]
fn a_knot_of_many_tasks_is_told_once_by_some_of_their_names() {
    let task = |number: usize| format!("- T{number}: a (1 day, after T{})\n", number % 2_000 + 1);
    let text: String = (1..=2_000).map(task).collect();
    let cycles: Vec<_> =
        check(&read_plan(&text).plan).into_iter().filter(|one| one.code == "cycle").collect();
    assert_eq!(cycles.len(), 1);
    let told = &cycles[0].message;
    assert!(told.ends_with("T1 → T2 → T3 → T4 → T5 → T6 → T7 → T8 → T9 → T10 → 1990 more → T1"), "{told}");
}

#[test]
fn of_many_findings_of_a_sort_some_are_told_and_how_many_more_there_are() {
    let told = |text: &str, code: &str| {
        let found = check(&read_plan(text).plan).into_iter().filter(|one| one.code == code);
        found.map(|one| one.message).collect::<Vec<_>>()
    };
    let knot = |number: usize| format!("- T{number}: a (1 day, after T{number})\n");
    let knots: String = (1..=50).map(knot).collect();
    let knots = told(&knots, "cycle");
    assert_eq!((knots.len(), knots[20].as_str()), (21, "30 more of this sort are not listed"));
    let task = |number: usize| format!("- a (1 day, after X{number})\n");
    let unknown: String = (1..=250).map(task).collect();
    let unknown = told(&unknown, "unknown_dependency");
    assert_eq!((unknown.len(), unknown[100].as_str()), (101, "150 more of this sort are not listed"));
    assert_eq!(told("- T1: a (after X1, x1, X1)\n", "unknown_dependency").len(), 1);
}

#[test]
fn each_sort_of_trouble_is_found_at_its_place() {
    let text = "## Requirements\n\n- REQ-1: Users log in\n- REQ-2: Users log out\n\n\
        ## Phase 1: Begin\n\n\
        - T1: Make it fast (1 day; covers REQ-1, REQ-9)\n\
        - T1: Make the rest (30 days; depends on T7)\n\
        - T2: Look at it (depends on T3)\n\n\
        ## Phase 2: Go on\n\n- T3: Sell it (1 day)\n\n\
        ## Phase 3: End\n";
    has(text, Severity::Error, "uncovered_requirement", "REQ-2", 4);
    has(text, Severity::Error, "duplicate_id", "T1", 9);
    has(text, Severity::Error, "unknown_dependency", "T1", 9);
    has(text, Severity::Warning, "unknown_requirement", "T1", 8);
    has(text, Severity::Warning, "vague", "T1", 8);
    has(text, Severity::Warning, "later_phase", "T2", 10);
    has(text, Severity::Warning, "missing_estimate", "T2", 10);
    has(text, Severity::Warning, "empty_phase", "Phase 3", 16);
    has(text, Severity::Hint, "large_task", "T1", 9);
    let found = findings(text);
    assert!(found.is_sorted_by_key(|one| one.0), "the worst first: {found:?}");
}

#[test]
fn a_text_without_tasks_is_no_plan() {
    for text in ["", "Hello there.", "# A plan\n\n## Phase 1: Nothing\n"] {
        let found = findings(text);
        assert!(found.iter().any(|one| one.1 == "no_tasks"), "{text}: {found:?}");
    }
}

#[test]
fn a_plan_in_which_nothing_is_wrong_holds() {
    let text = "# Login\n\n## Phase 1: Build\n\n- T1: Hash passwords (2 days)\n  - Done when: a test says so\n\n\
        ## Risks\n\n- The hash takes 2 s\n  - Mitigation: measure it\n";
    let read = read_plan(text);
    let validation = Validation::of(read.plan.clone(), check(&read.plan));
    assert_eq!((validation.valid, validation.findings.len()), (true, 0), "{validation:?}");
    assert!(validation_text(&validation).contains("The plan holds"));
}

#[test]
fn missing_estimates_are_told_once_where_all_are_missing() {
    let found = findings("- T1: Draw\n- T2: Make\n- T3: Sell\n");
    assert_eq!(found.iter().filter(|one| one.1 == "missing_estimate").count(), 1);
}

#[test]
fn tasks_may_be_named_by_their_number_and_phases_by_theirs() {
    let text = "## Phase 1: Draw\n\n1. Draw (1 day)\n\n## Phase 2: Make\n\n1. Make (1 day, after task 1)\n2. Sell (1 day, depends on Phase 1)\n";
    let found = findings(text);
    assert!(found.iter().all(|one| one.0 != Severity::Error), "{found:?}");
}
