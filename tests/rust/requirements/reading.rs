//! Lists, headings and plain lines.

use _core::requirements::{Category, Level, read};

use super::{criteria, ids, reasons, whole};

#[test]
fn plain_lines_with_ids_are_requirements() {
    let found = whole(
        "REQ-001: User shall be able to login...\nREQ-002: User shall be able\nto log out\n\n[FR-3] Search (high risk)\n",
    );

    assert_eq!(ids(&found), ["REQ-001", "REQ-002", "FR-3"]);
    assert_eq!(found[0].description, "User shall be able to login...");
    assert_eq!(found[1].description, "User shall be able to log out");
    assert_eq!((found[1].line, found[2].line), (2, 5));
    assert_eq!((found[2].description.as_str(), found[2].risk), ("Search", Some(Level::High)));
    assert!(!found[0].id_is_ours);
}

#[test]
fn items_of_lists_are_requirements_with_or_without_an_id() {
    let found = whole(
        "# Todo app\n\n- **REQ-2**: Tasks can be added [P1]\n- Tasks can be removed\n- [x] Tasks have a date\n\n1. They are sorted\n",
    );

    assert_eq!(ids(&found), ["REQ-2", "REQ-001", "REQ-002", "REQ-003"]);
    assert_eq!(found[0].priority, Some(Level::High));
    assert_eq!(found[1].description, "Tasks can be removed");
    assert_eq!(found[2].description, "Tasks have a date");
    assert_eq!(found.iter().map(|it| it.line).collect::<Vec<_>>(), [3, 4, 5, 7]);
    assert!(found[1].id_is_ours && found[3].section.as_deref() == Some("Todo app"));
}

#[test]
fn what_hangs_below_an_item_belongs_to_it() {
    let found = whole(
        "- REQ-1: Login\n  - Priority: High\n  - Risk: low\n  - Type: security\n  - Acceptance criteria:\n    - a session begins\n    - \
         the page opens\n  - Test cases: TC-1, TC-2\n  - Note: by mail\n  - it is quick\n- REQ-2: Logout\n",
    );

    assert_eq!(ids(&found), ["REQ-1", "REQ-2"]);
    let login = &found[0];
    assert_eq!(
        (login.priority, login.risk, login.category),
        (Some(Level::High), Some(Level::Low), Category::Security)
    );
    assert_eq!(criteria(login), [("a session begins", 6), ("the page opens", 7), ("it is quick", 10)]);
    assert_eq!(login.test_cases, ["TC-1", "TC-2"]);
    assert_eq!(found[1].description, "Logout");
}

#[test]
fn a_heading_with_an_id_opens_a_requirement() {
    let found = whole(
        "## Functional requirements\n\n### REQ-1: Login\n\nA user gives name and password.\n\n**Priority:** Must have\n\n\
         #### Acceptance Criteria\n\n- a session begins\n\nGiven a user\nWhen they log in\nThen they are in\n\n\
         ## Performance\n\n### NFR-1 - Fast\n\nWithin 2 seconds.\n",
    );

    assert_eq!(ids(&found), ["REQ-1", "NFR-1"]);
    assert_eq!(found[0].description, "Login: A user gives name and password.");
    assert_eq!((found[0].category, found[0].priority), (Category::Functional, Some(Level::High)));
    assert_eq!(
        criteria(&found[0]),
        [("a session begins", 11), ("Given a user When they log in Then they are in", 13)]
    );
    assert_eq!(found[1].category, Category::Performance);
}

#[test]
fn sentences_that_ask_are_requirements_and_prose_is_reported() {
    let document = read(
        "This text describes a shop.\n\nThe system shall send a receipt.\n\n1.2 The cart must be emptied.\n",
    );

    assert_eq!(ids(&document.requirements), ["REQ-001", "1.2"]);
    assert_eq!(document.requirements[0].line, 3);
    assert_eq!(reasons(&document).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1]);
    assert!(document.unread[0].reason.contains("prose"));
}

#[test]
fn sections_that_ask_for_nothing_are_left_out() {
    let found = whole(
        "# Shop\n## Introduction\nWords.\n- more words\n## Glossary\n- Cart: a basket\n## Must have\n- Pay\n",
    );

    assert_eq!(ids(&found), ["REQ-001"]);
    assert_eq!((found[0].description.as_str(), found[0].priority), ("Pay", Some(Level::High)));
}

#[test]
fn an_id_that_stands_twice_is_reported_with_both_lines() {
    let document = read("REQ-1: a\n\nREQ-1: b\n- not a criterion of the first\n\nREQ-2: c\n");

    assert_eq!(ids(&document.requirements), ["REQ-1", "REQ-2"]);
    assert_eq!(reasons(&document), [(3, "REQ-1 stands in line 1 already: give this one another id")]);
    assert_eq!(criteria(&document.requirements[0]), []);
}

#[test]
fn what_cannot_be_read_is_reported_with_its_line() {
    let document =
        read("Priority: high\n\nREQ-1: a\nPriority: banana\n\nREQ-2:\n\n```\nlet x;\nREQ-3: in code\n```\n");

    assert_eq!(ids(&document.requirements), ["REQ-1", "REQ-3"]);
    let lines: Vec<u32> = document.unread.iter().map(|unread| unread.line).collect();
    assert_eq!(lines, [1, 4, 6, 9]);
    assert!(document.unread[1].reason.contains("\"banana\" is none of"));
    assert!(document.unread[2].reason.contains("says nothing"));
}

#[test]
fn test_cases_below_a_requirement_are_linked_to_it() {
    let found = whole("- REQ-1: Login\n  - TC-7: with a password\n  - Test cases:\n    - TC-8\n");

    assert_eq!(found[0].test_cases, ["TC-7", "TC-8"]);
    assert_eq!(criteria(&found[0]), []);
}
