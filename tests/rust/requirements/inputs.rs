//! Inputs that nobody means: huge, nested, with NUL, in any alphabet. Nothing panics, and lines are right.

use _core::requirements::{Document, derive_cases, markdown, read};
use proptest::prelude::*;

/// Every line that is named is one of the document, and holds what is said of it.
fn check(text: &str, document: &Document) {
    let lines: Vec<&str> = text.split('\n').collect();
    let last = u32::try_from(lines.len()).unwrap();
    for requirement in &document.requirements {
        assert!((1..=last).contains(&requirement.line), "{requirement:?}");
        assert!(!requirement.description.is_empty() && !requirement.id.is_empty());
        assert!(!requirement.description.contains(char::is_control), "{requirement:?}");
        if !requirement.id_is_ours {
            // Marks of Markdown may stand between its letters, and a heading of several lines may have several ids.
            let below = lines[requirement.line as usize - 1..].iter();
            let mut said = below.take_while(|line| !line.trim().is_empty()).flat_map(|line| line.chars());
            let is_there = |letter: char| !letter.is_alphanumeric() || said.any(|one| one == letter);
            assert!(requirement.id.chars().all(is_there), "{requirement:?} of {text:?}");
        }
    }
    let mut ids: Vec<String> = document.requirements.iter().map(|it| it.id.to_uppercase()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), document.requirements.len(), "ids differ");
    for unread in &document.unread {
        assert!((1..=last).contains(&unread.line) && !unread.reason.is_empty(), "{unread:?}");
    }
    for requirement in &document.requirements {
        assert!(!derive_cases(requirement, true).is_empty());
    }
    let _ = markdown(document);
}

/// Pieces of which documents consist, in any order.
fn piece() -> impl Strategy<Value = String> {
    let fixed = [
        "# Title",
        "## REQ-1: Login",
        "### Acceptance criteria",
        "- REQ-2: a",
        "  - Priority: High",
        "REQ-3: b",
        "- item",
        "    - deep",
        "| ID | Description | Test Cases |",
        "|---|---|---|",
        "| REQ-4 | c | TC-1 |",
        "| | | |",
        "```",
        "> quote",
        "Given a",
        "When b",
        "Then c",
        "1. first",
        "The system shall work.",
        "Priority: odd",
        "",
        "",
        "---",
        "<!-- x -->",
        "Type: security",
        "Test cases:",
        "- TC-9",
        "[x]: y",
        "REQ-5, REQ-6/REQ-7: both (Risk: high, Owner: x) [P9]",
        "REQ-8 to REQ-9: range",
        "要求-1: あ",
        "<table><tr><td>REQ-10</td>",
        "</table>",
        "and more",
        "***",
        "\t- tab",
        "=====",
    ];
    prop_oneof![
        6 => proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned),
        1 => "[^\r\n]{0,40}",
        1 => "[A-Z]{1,4}[-_]?[0-9]{1,3}[:. -]{0,3}[a-z |`*_<>&\\\\]{0,20}",
    ]
}

proptest! {
    #[test]
    fn any_text_is_read(text in "(?s).{0,400}") {
        // A lone carriage return ends a line of Markdown too.
        let text = text.replace('\r', "\n");
        check(&text, &read(&text));
    }

    #[test]
    fn any_document_is_read(pieces in proptest::collection::vec(piece(), 0..40)) {
        let text = pieces.join("\n");
        check(&text, &read(&text));
    }
}

#[test]
fn empty_and_nul_and_marks_of_byte_order_are_read() {
    let found = read("\u{feff}REQ-005: User shall login\nREQ-001: User shall logout\n").requirements;
    assert_eq!((found[0].id.as_str(), found[0].description.as_str()), ("REQ-005", "User shall login"));
    assert_eq!(found.len(), 2);
    for text in ["", "\0", "\u{feff}", "\n\n\n", "|", "- ", "#", "\u{202e}REQ-1: a\0b"] {
        check(text, &read(text));
    }
    assert_eq!(read("REQ-1: a\0b").requirements[0].description.replace('\u{fffd}', ""), "ab");
}

#[test]
fn requirements_may_be_written_in_any_alphabet() {
    let document = read("REQ-1: Пользователь входит\nREQ-2: 用户可以登录 (Priority: High)\n- مستخدم\n");

    assert_eq!(document.requirements[0].description, "Пользователь входит");
    assert!(document.requirements[1].priority.is_some());
}

#[test]
fn lines_are_right_whatever_ends_them() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["# T", "", "REQ-1: a", "", "- REQ-2: b", "  - c"].join(end);
        let found = read(&text).requirements;
        assert_eq!(found.iter().map(|it| it.line).collect::<Vec<_>>(), [3, 5], "{end:?}");
        assert_eq!(found[1].acceptance_criteria[0].line, 6);
    }
}

#[test]
fn a_huge_document_is_read_up_to_its_limit() {
    let text: String = (1..=12_000)
        .map(|number| format!("- REQ-{number}: the system shall do {number}"))
        .collect::<Vec<_>>()
        .join("\n");

    let document = read(&text);

    assert_eq!((document.requirements.len(), document.unread.len()), (10_000, 1_000));
    assert!(document.unread[0].reason.contains("split the document"));
}

#[test]
fn deep_nesting_and_long_lines_are_read() {
    let deep: String = (0..2_000)
        .map(|depth| format!("{}- a", " ".repeat(2 * (depth % 400))))
        .collect::<Vec<_>>()
        .join("\n");
    check(&deep, &read(&deep));
    let quotes = format!("{} REQ-1: a", ">".repeat(5_000));
    check(&quotes, &read(&quotes));
    let long = format!("REQ-1: {}", "word ".repeat(200_000));
    check(&long, &read(&long));
    let brackets = format!("REQ-2: {}", "(high) ".repeat(20_000));
    check(&brackets, &read(&brackets));
}

#[test]
fn a_requirement_has_no_more_parts_than_a_person_can_mean() {
    let criteria = (0..1_200).map(|number| format!("  - criterion {number}")).collect::<Vec<_>>().join("\n");
    let cases = (0..1_200).map(|number| format!("TC-{number}")).collect::<Vec<_>>().join(", ");

    let document = read(&format!("- REQ-1: a\n{criteria}\n  - Test cases: {cases}\n"));

    let found = &document.requirements[0];
    assert_eq!((found.acceptance_criteria.len(), found.test_cases.len()), (1_000, 1_000));
    assert_eq!(document.unread.len(), 200);
}
