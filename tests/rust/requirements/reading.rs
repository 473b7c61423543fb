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

#[test]
fn ids_are_written_in_the_letters_of_any_script() {
    let found = whole(
        "REQ-001: ユーザーはログインできる\n要求-002: ログアウトできる\n要求-003：検索\nÜB-2: Export\nREQ.1: Import\n- ANF-Ü-1: Suche\n",
    );

    assert_eq!(ids(&found), ["REQ-001", "要求-002", "要求-003", "ÜB-2", "REQ.1", "ANF-Ü-1"]);
    assert_eq!(found[0].description, "ユーザーはログインできる");
    assert_eq!(found[2].description, "検索");
}

#[test]
fn what_looks_like_an_id_and_is_none_is_reported() {
    let document = read(
        "REQ-1: Pay\nanf-2: by card\n\n## More\n\n- REQ 3: Refund\n- UTF-8: in all texts\n\n## Glossary\n\nanf-3: a word\n",
    );

    assert_eq!(ids(&document.requirements), ["REQ-1", "REQ-001", "REQ-002"]);
    assert_eq!(document.requirements[0].description, "Pay anf-2: by card");
    let reasons = reasons(&document);
    assert_eq!(reasons.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 6]);
    assert!(reasons[0].1.contains("looks like an id and is read as text"));
}

#[test]
fn several_ids_before_one_text_are_several_requirements() {
    let found = whole(
        "- REQ-1, REQ-2: both (Risk: high)\n  - at once\n  - Test cases: TC-1\n- REQ-3/REQ-4: pair\n\n## REQ-5 & NFR-6: Login\n\nBy name.\n",
    );

    assert_eq!(ids(&found), ["REQ-1", "REQ-2", "REQ-3", "REQ-4", "REQ-5", "NFR-6"]);
    for requirement in &found[..2] {
        assert_eq!((requirement.description.as_str(), requirement.risk), ("both", Some(Level::High)));
        assert_eq!(criteria(requirement), [("at once", 2)]);
        assert_eq!(requirement.test_cases, ["TC-1"]);
    }
    assert_eq!((found[3].description.as_str(), found[5].description.as_str()), ("pair", "Login: By name."));
    assert_eq!(found[5].category, Category::NonFunctional);
}

#[test]
fn an_id_behind_another_that_cannot_be_read_is_reported() {
    let document = read("REQ-1 to REQ-3: all\n\nREQ-4, REQ-1: again\n");

    assert_eq!(ids(&document.requirements), ["REQ-1", "REQ-4"]);
    assert_eq!(
        reasons(&document),
        [
            (1, "REQ-3 stands behind another id and is not read: part ids by commas"),
            (3, "REQ-1 stands in line 1 already: give this one another id"),
        ]
    );
}

#[test]
fn notes_are_read_from_among_other_words_and_bad_values_reported() {
    let document = read(
        "REQ-1: Pay (Risk: high, Owner: Bob)\nREQ-2: Pay (Priority: high, Risk: huge)\nREQ-3: Pay (Priority: urgentt)\nREQ-4: Pay [P7]\n",
    );

    let found = &document.requirements;
    assert_eq!((found[0].description.as_str(), found[0].risk), ("Pay (Owner: Bob)", Some(Level::High)));
    assert_eq!((found[1].description.as_str(), found[1].priority), ("Pay (Risk: huge)", Some(Level::High)));
    assert_eq!(
        reasons(&document),
        [
            (2, "risk \"huge\" is none of critical, high, medium and low"),
            (3, "priority \"urgentt\" is none of critical, high, medium and low"),
            (4, "priority \"P7\" is none of critical, high, medium and low"),
        ]
    );
}

#[test]
fn html_and_what_markdown_hides_are_reported_and_comments_are_not() {
    let document = read(
        "---\nREQ-8: in metadata\n---\n\n<table>\n<tr><td>REQ-1</td><td>a shall b</td></tr>\n<tr><td>REQ-2</td></tr>\n</table>\n\n\
         <!--\nREQ-3: commented out\n-->\n\n<br>\n\nREQ-4: ok\n\n[REQ-5]: pays\n",
    );

    assert_eq!(ids(&document.requirements), ["REQ-4"]);
    let lines: Vec<u32> = document.unread.iter().map(|unread| unread.line).collect();
    assert_eq!(lines, [2, 6, 7, 18]);
    assert_eq!(document.unread[1].text, "REQ-1 a shall b");
    assert!(document.unread[1].reason.starts_with("HTML: "));
}

#[test]
fn lines_with_ids_are_read_in_program_text_and_rows_reported() {
    let document = read(
        "# Spec\n\n```markdown\nREQ-900: a line\n- REQ-901: an item\n| ID | Requirement |\n|---|---|\n| REQ-902 | ex |\n```\n",
    );

    assert_eq!(ids(&document.requirements), ["REQ-900", "REQ-901"]);
    let lines: Vec<u32> = document.unread.iter().map(|unread| unread.line).collect();
    assert_eq!(lines, [6, 8]);
}

#[test]
fn a_line_that_goes_on_with_a_sentence_is_no_condition() {
    let found = whole(
        "REQ-1: User logs in\n  with a password\nand a token.\nREQ-2: The page closes\nwhen the session ends\n\n\
         - REQ-3: Pay\n  - Given a cart\n    When they pay\n    and the card is good\n    Then they are told\n",
    );

    assert_eq!(found[0].description, "User logs in with a password and a token.");
    assert_eq!(found[1].description, "The page closes when the session ends");
    assert!(criteria(&found[0]).is_empty() && criteria(&found[1]).is_empty());
    assert_eq!(
        criteria(&found[2]),
        [("Given a cart When they pay and the card is good Then they are told", 8)]
    );
}

#[test]
fn the_title_that_stands_beside_each_requirement_is_of_bearable_length() {
    let title = "é".repeat(100_000);
    let document = read(&format!("# {title}\n\n- REQ-1: one\n- REQ-2: two\n"));

    for requirement in &document.requirements {
        let section = requirement.section.as_deref().unwrap();
        assert_eq!((section.chars().count(), section.ends_with("é…")), (201, true));
    }
    assert_eq!(document.requirements.len(), 2);
}

#[test]
fn a_line_is_that_of_the_words_and_not_of_the_marks_before_them() {
    for text in ["`\nREQ-3: b\n`\n", "\\\nREQ-3: b\n=====\n"] {
        let found = whole(text);

        assert_eq!((ids(&found), found[0].line), (vec!["REQ-3"], 2), "{text:?}");
    }
}
