//! Which requirements does a text hold, and what do they leave open?

use _core::planning::{ParsedRequirements, parse, parsed_text};

fn described(parsed: &ParsedRequirements) -> Vec<(&str, &str)> {
    parsed.requirements.iter().map(|one| (one.id.as_str(), one.description.as_str())).collect()
}

#[test]
fn documents_are_read_as_documents() {
    let parsed = parse(
        "- REQ-7: Users log in (Priority: High)\n  - Acceptance criteria: within 200 ms\n- Users log out\n",
    );
    assert_eq!(described(&parsed), [("REQ-7", "Users log in"), ("REQ-001", "Users log out")]);
    assert_eq!(parsed.requirements[0].acceptance_criteria[0].text, "within 200 ms");
}

#[test]
fn prose_is_taken_apart_by_what_it_counts_up() {
    let parsed = parse("authentication system with SSO, MFA, and audit logging");
    assert_eq!(described(&parsed), [("REQ-001", "SSO"), ("REQ-002", "MFA"), ("REQ-003", "audit logging")]);
    assert!(parsed.requirements.iter().all(|one| one.section.as_deref() == Some("authentication system")));
    assert_eq!(described(&parse("todo app")), [("REQ-001", "todo app")]);
    assert!(parse(" \n ").requirements.is_empty());
}

#[test]
fn what_is_left_open_is_asked_for() {
    let parsed = parse(
        "- REQ-1: The page is fast and user-friendly\n- REQ-2: Users log in\n  - Acceptance criteria: it takes 1 s\n",
    );
    let open: Vec<_> = parsed
        .ambiguities
        .iter()
        .map(|one| (one.requirement_id.as_deref(), one.words.as_str(), one.line))
        .collect();
    assert_eq!(
        open,
        [
            (Some("REQ-1"), "fast", Some(1)),
            (Some("REQ-1"), "user friendly", Some(1)),
            (Some("REQ-1"), "", Some(1))
        ]
    );
    let text = parsed_text(&parsed);
    assert!(text.contains("- REQ-1: \"fast\": how fast is it"), "{text}");
}
