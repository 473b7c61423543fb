//! Tables: matrices of others, and our own, which are read back as they were.

use _core::requirements::{Category, Criterion, Document, Level, Requirement, markdown, read};
use proptest::prelude::*;

use super::{criteria, ids, whole};

#[test]
fn a_matrix_is_read_by_the_names_of_its_columns() {
    let found = whole(
        "| Req ID | Requirement Description | Type | Priority | Risk Level | Acceptance Criteria | Test Case IDs | Status |\n\
         |---|---|---|---|---|---|---|---|\n\
         | REQ-001 | User can log in | Functional | High | Critical | 1. a; b<br>2. c | TC-1, TC-2 | open |\n\
         | REQ-002 | Pages load in 2 s | Non-Functional | P2 | - | | N/A | |\n\
         | | Passwords are hashed | Security | | | x; y | | |\n",
    );

    assert_eq!(ids(&found), ["REQ-001", "REQ-002", "REQ-003"]);
    assert_eq!((found[0].priority, found[0].risk), (Some(Level::High), Some(Level::Critical)));
    assert_eq!(criteria(&found[0]), [("a; b", 3), ("c", 3)]);
    assert_eq!(found[0].test_cases, ["TC-1", "TC-2"]);
    assert_eq!(
        (found[1].category, found[1].priority, found[1].risk),
        (Category::NonFunctional, Some(Level::Medium), None)
    );
    assert!(found[1].test_cases.is_empty());
    assert_eq!((found[2].category, criteria(&found[2])), (Category::Security, vec![("x", 5), ("y", 5)]));
}

#[test]
fn rows_of_one_requirement_are_put_together() {
    let found = whole(
        "REQ-1: Login\n\n| Requirement ID | Description | Test Case |\n|--|--|--|\n| REQ-1 | sign in | TC-1 |\n| REQ-1 | | TC-2 |\n",
    );

    assert_eq!((found.len(), found[0].description.as_str()), (1, "Login"));
    assert_eq!(found[0].test_cases, ["TC-1", "TC-2"]);
}

#[test]
fn a_table_of_test_cases_links_them() {
    let document = read(
        "REQ-1: a\nREQ-2: b\n\n| Test Case ID | Requirement ID | Description |\n|--|--|--|\n| TC-1 | REQ-1, REQ-2 | x |\n| TC-2 | REQ-9 | y |\n",
    );

    assert_eq!(document.requirements[0].test_cases, ["TC-1"]);
    assert_eq!(document.requirements[1].test_cases, ["TC-1"]);
    assert_eq!((document.unread.len(), document.unread[0].line), (1, 7));
    assert!(document.unread[0].reason.contains("REQ-9"));
}

#[test]
fn a_table_below_a_requirement_tells_its_parts_and_others_are_reported() {
    let document = read(
        "## REQ-1: a\n\n| Priority | High |\n|--|--|\n| Risk | Low |\n\n# B\n\n| Colour | Size |\n|--|--|\n| red | 1 |\n",
    );

    let found = &document.requirements[0];
    assert_eq!((found.priority, found.risk), (Some(Level::High), Some(Level::Low)));
    assert_eq!((document.unread.len(), document.unread[0].line), (1, 9));
    assert!(document.unread[0].reason.contains("no column is named"));
}

#[test]
fn rows_that_say_nothing_usable_are_reported() {
    let document = read("| ID | Description |\n|--|--|\n| not an id | x |\n| - | - |\n| REQ-1 | a |\n");

    assert_eq!(ids(&document.requirements), ["REQ-1"]);
    assert_eq!((document.unread.len(), document.unread[0].line), (1, 3));
}

#[test]
fn a_cell_may_hold_several_ids_and_brackets() {
    let found = whole(
        "| ID | Requirement | Test Cases |\n|---|---|---|\n| [REQ-2] | c | |\n| REQ-3, REQ-4 | d | TC-1 |\n| REQ-5/REQ-6 | e | |\n\n\
         | Test Case | Requirement |\n|--|--|\n| TC-2 | REQ-5/REQ-6 |\n",
    );

    assert_eq!(ids(&found), ["REQ-2", "REQ-3", "REQ-4", "REQ-5", "REQ-6"]);
    assert_eq!((found[2].description.as_str(), &found[2].test_cases[..]), ("d", &["TC-1".to_owned()][..]));
    assert_eq!(
        (&found[3].test_cases[..], &found[4].test_cases),
        (&["TC-2".to_owned()][..], &found[3].test_cases)
    );
}

fn text() -> impl Strategy<Value = String> {
    // Words of all sorts, with what Markdown, tables and notes could be misled by.
    let word = prop_oneof![
        "[a-zäß€]{1,8}",
        "[!-/:-@\\[-`{-~]{1,3}",
        Just("<br>".to_owned()),
        Just("&amp;".to_owned())
    ];
    (proptest::collection::vec(word, 0..6), "[a-z]{1,6}")
        .prop_map(|(words, last)| format!("{} {last}", words.join(" ")).trim().to_owned())
}

fn requirement(number: usize) -> impl Strategy<Value = Requirement> {
    let level = proptest::option::of(proptest::sample::select(Level::ALL.to_vec()));
    (
        text(),
        level.clone(),
        level,
        proptest::collection::vec(text(), 0..3),
        proptest::collection::vec("TC-[0-9]{1,3}", 0..3),
    )
        .prop_map(move |(description, priority, risk, mut criteria, mut test_cases)| {
            criteria.sort();
            criteria.dedup();
            test_cases.sort();
            test_cases.dedup();
            Requirement {
                id: format!("REQ-{number}"),
                description,
                category: Category::Security,
                priority,
                risk,
                acceptance_criteria: criteria.into_iter().map(|text| Criterion { text, line: 0 }).collect(),
                test_cases,
                ..Requirement::default()
            }
        })
}

/// Without places, which are others in another document.
fn placeless(mut requirement: Requirement) -> Requirement {
    (requirement.line, requirement.section) = (0, None);
    requirement.acceptance_criteria.iter_mut().for_each(|criterion| criterion.line = 0);
    requirement
}

proptest! {
    #[test]
    fn our_own_matrix_is_read_back_as_it_was((one, two) in (requirement(1), requirement(2))) {
        let document = Document { requirements: vec![one, two], unread: Vec::new() };
        let text = markdown(&document);

        let again = read(&text);

        prop_assert_eq!(&again.unread, &[], "{}", text);
        let again: Vec<Requirement> = again.requirements.into_iter().map(placeless).collect();
        prop_assert_eq!(again, document.requirements, "{}", text);
    }
}
