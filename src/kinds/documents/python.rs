//! How are test cases written down in Python? One file a requirement, one function a case: what it has to show is its
//! docstring, and it is skipped until a person has written it.

use std::fmt::Write as _;

use crate::requirements::{CaseForm, Requirement, TestCase};

/// How wide lines of text become.
const WIDTH: usize = 88;
/// How much of a title goes into a name.
const MOST_WORDS: usize = 6;

/// The file of one requirement; `stem` is what it has in its name, and its tests in theirs.
pub(super) fn source(requirement: &Requirement, stem: &str, cases: &[&TestCase]) -> String {
    let mut text = String::from("\"\"\"");
    let first = format!("Test cases of {}: {}", requirement.id, requirement.description);
    text.push_str(wrapped(&first, 0).trim_start());
    text.push('\n');
    let drafted = "Drafted by openhands-testgen. Each test says what it has to show, and is skipped until a person has \
                   written it: then its mark goes.";
    text.push_str(&wrapped(drafted, 0));
    let _ = write!(text, "\"\"\"\n\nimport pytest\n\nREQUIREMENT = {}\n", literal(&requirement.id));
    for (name, case) in names(stem, cases).iter().zip(cases) {
        function(&mut text, requirement, name, case);
    }
    text
}

/// The names of the test functions, in the order of the cases.
pub(super) fn names(stem: &str, cases: &[&TestCase]) -> Vec<String> {
    (1..).zip(cases).map(|(number, case)| name(stem, number, case)).collect()
}

fn function(text: &mut String, requirement: &Requirement, name: &str, case: &TestCase) {
    let reason = match case.form {
        CaseForm::Positive => format!("to be written by a person: what {} asks for", requirement.id),
        CaseForm::Negative => {
            format!("to be written by a person: name what {} does not allow", requirement.id)
        }
        CaseForm::Boundary => format!("to be written by a person: the bound that {} names", requirement.id),
    };
    // Writing to a String cannot fail, here and below.
    let _ =
        write!(text, "\n\n@pytest.mark.skip(reason={})\ndef {name}() -> None:\n    \"\"\"", literal(&reason));
    text.push_str(wrapped(&format!("{}: {}", requirement.id, case.title), 4).trim_start());
    let place =
        if case.line > 0 { format!(", by line {} of the requirements", case.line) } else { String::new() };
    let _ = write!(text, "\n    A {} case{place}.\n", case.form.as_str());
    for (heading, items) in [("Given", &case.preconditions), ("When", &case.steps), ("Then", &case.expected)]
    {
        if items.is_empty() {
            continue;
        }
        let _ = write!(text, "\n    {heading}:\n");
        for item in items {
            text.push_str(&wrapped(&format!("- {item}"), 8));
        }
    }
    text.push_str("    \"\"\"\n");
}

/// Behind two `_` the number is no part of an id such as `REQ-1.2`.
fn name(stem: &str, number: usize, case: &TestCase) -> String {
    let words = match case.form {
        CaseForm::Positive => slug(&case.title).split('_').take(MOST_WORDS).collect::<Vec<_>>().join("_"),
        form => form.as_str().to_owned(),
    };
    let between = if words.is_empty() { "" } else { "_" };
    format!("test_{stem}__{number}{between}{words}")
}

/// Small letters and digits of ASCII, with `_` for all that is between.
pub(super) fn slug(text: &str) -> String {
    let parts = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}

/// A text as Python reads it back.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text in lines of bearable width, indented, as it may stand in a docstring.
fn wrapped(text: &str, indent: usize) -> String {
    let text = text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    let (margin, mut lines, mut width) = (" ".repeat(indent), String::new(), 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            lines.push('\n');
            width = 0;
        }
        if width == 0 {
            lines.push_str(&margin);
            width = indent;
        } else {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines.push('\n');
    lines
}
