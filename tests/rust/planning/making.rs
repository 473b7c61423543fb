//! Which plan does a text make by itself?

use _core::planning::{Severity, check, plan_of, plan_text};
use proptest::prelude::*;

const DOCUMENT: &str = "\
- REQ-1: Users log in (Priority: High)
  - Acceptance criteria: a wrong password is refused
- REQ-2: The page is fast (Priority: Low, Risk: High)
- REQ-3: Users log out (2 days, depends on REQ-1)
";

#[test]
fn a_document_becomes_phases_by_priority() {
    let plan = plan_of(DOCUMENT);
    let phases: Vec<_> = plan.phases.iter().map(|phase| (phase.title.as_str(), phase.tasks.len())).collect();
    assert_eq!(
        phases,
        [
            ("Settle what is open", 1),
            ("High priority", 1),
            ("Without priority", 1),
            ("Low priority", 1),
            ("Check", 1)
        ],
        "{}",
        plan_text(&plan)
    );
    let out = plan.tasks().find(|task| task.title == "Users log out").unwrap();
    let login = plan.tasks().find(|task| task.title == "Users log in").unwrap();
    assert_eq!((out.estimate_days, &out.depends_on), (Some(2.0), &vec![login.id.clone()]));
    assert_eq!(login.done_when, ["a wrong password is refused"]);
    assert_eq!(plan.risks.len(), 1);
}

#[test]
fn nothing_is_estimated_that_the_text_does_not_say() {
    let plan = plan_of("a blog platform with posts, comments, and tags");
    assert_eq!(plan.estimated_days(), None);
    let titles: Vec<_> = plan.tasks().map(|task| task.title.as_str()).collect();
    assert_eq!(titles, ["posts", "comments", "tags"]);
}

#[test]
fn as_many_phases_as_are_asked_for_are_made_as_far_as_there_is_work() {
    let three = plan_of("3-phase implementation plan for a shop with cart, stock, payment, and delivery");
    assert_eq!(three.phases.len(), 3);
    assert_eq!(three.tasks().count(), 4);
    let ten = plan_of("comprehensive 10-phase implementation plan for a shop with cart, stock and payment");
    assert_eq!(ten.phases.len(), 3);
    assert!(ten.open_questions.iter().any(|one| one.contains("10 phases are asked for")), "{ten:?}");
}

#[test]
fn what_only_speaks_of_plans_is_planned_as_a_whole() {
    for (text, pieces) in [
        ("Users can upgrade their plan", &["Users can upgrade their plan"][..]),
        (
            "Let admins export CSV; users plan for holidays",
            &["Let admins export CSV", "users plan for holidays"],
        ),
        ("Create a detailed implementation plan for a shop with cart and stock", &["cart", "stock"]),
        ("A roadmap for holidays", &["holidays"]),
    ] {
        let plan = plan_of(text);
        let titles: Vec<_> = plan.requirements.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(titles, pieces, "{text}");
    }
}

#[test]
fn steps_of_what_is_planned_are_no_phases_of_the_plan() {
    let plan = plan_of("Login with two-step verification, sessions, and audit");
    assert_eq!(plan.phases.len(), 1, "{plan:?}");
    assert!(plan.open_questions.iter().all(|one| !one.contains("phases are asked for")));
}

#[test]
fn a_plan_of_nothing_asks_what_is_to_be_built() {
    let plan = plan_of("3-phase implementation plan");
    assert_eq!(plan.tasks().count(), 0);
    assert!(plan.open_questions.iter().any(|one| one.contains("What is to be built?")), "{plan:?}");
}

proptest! {
    /// What we make ourselves is never wrong by our own check, whatever the text.
    #[test]
    fn our_own_plans_hold(items in proptest::collection::vec("(REQ-[1-9]: )?[a-z]{3,8}( [a-z]{2,8}){0,3}( \\((Priority: High|Risk: Low|depends on REQ-[1-9]|[1-9] days)\\))?", 1..12)) {
        let text = format!("- {}\n", items.join("\n- "));
        let plan = plan_of(&text);
        let errors: Vec<_> = check(&plan).into_iter().filter(|one| one.severity == Severity::Error).collect();
        // A text that says that two pieces wait for each other is told so.
        prop_assert!(errors.iter().all(|one| one.code == "cycle"), "{:?}\n{}", errors, plan_text(&plan));
    }
}
