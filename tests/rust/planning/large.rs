//! Texts as large as are taken, made to be trouble: each is answered, and no answer is much larger than its text.

use _core::planning::{Validation, parse, parsed_text, plan_of, plan_text, read_plan, validation_text};

/// The most that a text may take.
const FULL: usize = 256 * 1024;
/// The most that an answer may take.
const MOST: usize = 12 * FULL;

/// A text of many pieces.
fn many(begin: &str, piece: impl Fn(usize) -> String, end: &str) -> String {
    let mut text = begin.to_owned();
    for number in 1.. {
        let next = piece(number);
        if text.len() + next.len() + end.len() > FULL {
            break;
        }
        text.push_str(&next);
    }
    text + end
}

fn texts() -> Vec<(&'static str, String)> {
    vec![
        ("one knot", many("", |number| format!("- T{number}: a (after T{}, T1)\n", number + 1), "")),
        ("many knots", many("", |number| format!("- T{number}: a (after T{number})\n"), "")),
        ("whole phases", {
            let tasks = "- b\n".repeat(FULL / 8);
            many(
                &format!("## Phase 1\n{tasks}\n## Phase 2\n- b (after "),
                |_| "phase 1, ".to_owned(),
                "T1)\n",
            )
        }),
        ("phases in a line", many("", |_| "phase 1. ".to_owned(), "")),
        ("phases", many("", |number| format!("## Phase {}: a\n", number % 999), "")),
        ("numbers", many("", |number| format!("{number}) "), "")),
        ("numbered", many("", |number| format!("{number}. a "), "")),
        ("pieces", "a; ".repeat(FULL / 3)),
        ("counted up", many("x with ", |_| "a, ".to_owned(), "a")),
        ("a long subject", many(&format!("{} with ", "x".repeat(FULL / 2)), |_| "a, ".to_owned(), "a")),
        ("a long heading", format!("# {}\n", "x".repeat(FULL / 2)) + &"- a\n".repeat(FULL / 8 - 1)),
        ("tasks", "- a\n".repeat(FULL / 4)),
        ("vague", many("", |number| format!("- REQ-{number}: fast\n"), "")),
        ("sections", many("", |number| format!("# a{number}\n- b\n"), "")),
        (
            "phases of a table",
            many("| Task | Phase |\n|---|---|\n", |number| format!("| a | p{number} |\n"), ""),
        ),
        ("brackets", many("- a ", |_| "(1d)".to_owned(), "\n")),
        ("unknown tasks", many("- T1: a (after ", |number| format!("X{number}, "), "T1)\n")),
        ("the same id", "- T1: a\n".repeat(FULL / 8)),
        ("a long id", {
            let names = vec!["x1"; 2_000].join("\",\"x");
            let id = "y".repeat(FULL / 2);
            format!(
                r#"{{"title": "T", "phases": [{{"id": "P", "title": "A", "tasks": [{{"id": "{id}", "title": "a", "depends_on": ["{names}"]}}]}}]}}"#
            )
        }),
    ]
}

#[test]
fn a_plan_of_any_size_is_checked_in_an_answer_of_bearable_size() {
    for (name, text) in texts() {
        assert!(text.len() <= FULL, "{name}: {} bytes", text.len());
        let read = read_plan(&text);
        let findings = read.findings();
        assert!(findings.len() <= 300, "{name}: {} findings", findings.len());
        let validation = Validation::of(read.plan, findings);
        let told = validation_text(&validation);
        assert!(told.len() <= FULL / 2, "{name}: {} bytes of text", told.len());
        let data = serde_json::to_string(&validation).unwrap().len();
        assert!(data <= MOST, "{name}: {data} bytes of data");
    }
}

#[test]
fn requirements_and_plans_of_a_text_of_any_size_are_of_bearable_size() {
    for (name, text) in texts() {
        let parsed = parse(&text);
        assert!(parsed.requirements.len() <= 10_000, "{name}: {} requirements", parsed.requirements.len());
        let plan = plan_of(&text);
        let sizes = [
            parsed_text(&parsed).len(),
            serde_json::to_string(&parsed).unwrap().len(),
            plan_text(&plan).len(),
            serde_json::to_string(&plan).unwrap().len(),
        ];
        assert!(sizes.iter().all(|size| *size <= 3 * MOST), "{name}: {sizes:?} bytes");
    }
}

#[test]
fn what_is_left_out_of_a_plan_is_said_and_not_missed() {
    let tasks = many("", |number| format!("- T{number}: a (1 day, after T{})\n", number + 1), "");
    let json = |number: usize| {
        let tasks = vec![r#"{"id": "", "title": "a"}"#; number].join(",");
        format!(r#"{{"title": "T", "phases": [{{"id": "P", "title": "A", "tasks": [{tasks}]}}]}}"#)
    };
    for text in [tasks, json(5_001)] {
        let read = read_plan(&text);
        assert_eq!(read.plan.tasks().count(), 5_000);
        let findings = read.findings();
        assert_eq!(findings[0].code, "too_large");
        assert!(findings[0].message.contains(&format!("{} of them are left out", read.left_out)));
        assert!(findings.iter().all(|one| one.code != "unknown_dependency"), "{findings:?}");
    }
    assert_eq!(read_plan(&json(5_000)).left_out, 0);
    let phases = many("", |number| format!("## Part {number}\n- a\n"), "");
    let read = read_plan(&phases);
    assert_eq!((read.plan.phases.len(), read.plan.tasks().count()), (5_000, 5_000));
}

#[test]
fn what_is_beyond_ten_thousand_requirements_is_told_as_unread() {
    let parsed = parse(&"a; ".repeat(10_001));
    assert_eq!(parsed.requirements.len(), 10_000);
    assert!(parsed.unread[0].reason.contains("more than 10000 requirements"), "{:?}", parsed.unread);
    assert!(parse(&"a; ".repeat(10_000)).unread.is_empty());
}
