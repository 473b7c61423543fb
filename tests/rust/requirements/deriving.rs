//! Test cases: what a requirement says, and nothing else.

use _core::requirements::{CaseForm, TestCase, derive_cases, read};

fn cases(text: &str, include_negative: bool) -> Vec<TestCase> {
    derive_cases(&read(text).requirements[0], include_negative)
}

#[test]
fn each_condition_gives_a_case_in_its_words() {
    let found = cases(
        "- REQ-1: Login\n  - a session begins\n  - Given a user, when they log in, then they are in\n",
        false,
    );

    assert_eq!(found.len(), 2);
    assert_eq!((found[0].title.as_str(), found[0].line), ("a session begins", 2));
    assert_eq!(found[0].expected, ["a session begins"]);
    assert_eq!(
        (&found[1].preconditions[..], &found[1].steps[..]),
        (&["a user".to_owned()][..], &["they log in".to_owned()][..])
    );
    assert_eq!(found[1].expected, ["they are in"]);
    assert!(found.iter().all(|case| case.requirement_id == "REQ-1" && case.form == CaseForm::Positive));
}

#[test]
fn a_requirement_without_conditions_is_a_condition_itself() {
    let found = cases("REQ-1: The user logs in when the password is right", false);

    assert_eq!(found.len(), 1);
    assert_eq!(found[0].expected, ["The user logs in when the password is right"]);
}

#[test]
fn negative_cases_and_bounds_come_on_request() {
    let text = "REQ-1: A password has at least 8 characters and at most 64 characters";
    assert_eq!(cases(text, false).len(), 1);

    let found = cases(text, true);

    let forms: Vec<CaseForm> = found.iter().map(|case| case.form).collect();
    assert_eq!(forms, [CaseForm::Positive, CaseForm::Negative, CaseForm::Boundary]);
    assert!(found[1].title.contains("what this does not allow is refused"));
    assert!(found[1].steps.is_empty() && found[1].expected.is_empty(), "nothing is made up");
    assert!(found[2].title.contains("at least 8 characters"));
}
