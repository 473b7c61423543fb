//! Which part of a requirement does a name stand for? The names of columns, and those before a colon.

use super::level::plain;

/// A part of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Description,
    Title,
    Priority,
    Risk,
    Category,
    TestCases,
    Criteria,
    /// Known, and not kept.
    Other,
}

const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "id",
            "req id",
            "reqid",
            "requirement id",
            "requirements id",
            "req",
            "req no",
            "requirement no",
            "requirement number",
            "req number",
            "no",
            "nr",
            "number",
            "ref",
            "reference",
            "key",
            "rtm id",
            "requirement ids",
            "related requirement",
            "linked requirement",
        ],
    ),
    (
        Field::Description,
        &[
            "description",
            "requirement",
            "requirements",
            "requirement description",
            "requirement text",
            "requirement statement",
            "text",
            "statement",
            "summary",
            "details",
            "user story",
            "business requirement",
        ],
    ),
    (Field::Title, &["title", "name", "feature", "requirement name", "requirement title", "short name"]),
    (Field::Priority, &["priority", "prio", "moscow", "importance"]),
    (Field::Risk, &["risk", "risk level", "criticality", "risk rating", "severity"]),
    (Field::Category, &["type", "category", "class", "requirement type", "req type", "kind"]),
    (
        Field::TestCases,
        &[
            "test cases",
            "test case",
            "test case id",
            "test case ids",
            "test cases ids",
            "testcase",
            "testcases",
            "tests",
            "test id",
            "test ids",
            "covered by",
            "verified by",
            "linked tests",
            "linked test cases",
            "tc id",
            "tc",
            "test case s",
        ],
    ),
    (
        Field::Criteria,
        &[
            "acceptance criteria",
            "acceptance criterion",
            "acceptance",
            "criteria",
            "acceptance tests",
            "ac",
            "success criteria",
            "conditions of satisfaction",
        ],
    ),
    (
        Field::Other,
        &[
            "rationale",
            "source",
            "source line",
            "line",
            "status",
            "owner",
            "author",
            "note",
            "notes",
            "comment",
            "comments",
            "remarks",
            "version",
            "date",
            "stakeholder",
            "dependencies",
            "depends on",
            "module",
            "component",
            "effort",
            "estimate",
            "coverage",
            "test status",
            "result",
            "steps",
            "expected result",
            "verification method",
            "verification",
            "design",
            "parent",
            "section",
            "release",
            "iteration",
            "sprint",
        ],
    ),
];

impl Field {
    /// The part that the name of a column stands for.
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = plain(name);
        NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(field, _)| *field)
    }

    /// A line `name: value` with a name that is known; a list of such a requirement's parts is written so.
    pub(super) fn of_line(line: &str) -> Option<(Self, &str)> {
        let (name, value) = line.split_once(':')?;
        let is_name = name.split_whitespace().count() <= 4 && !name.contains(['.', ',', '|']);
        let field = is_name.then(|| Self::of(name)).flatten()?;
        Some((field, value.trim()))
    }
}

/// The parts of a value: between commas, semicolons and lines; what stands for nothing is left out.
pub(super) fn items(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', ';', '\n']).map(str::trim).filter(|item| !is_nothing(item))
}

/// Whether a value stands for nothing.
pub(super) fn is_nothing(value: &str) -> bool {
    let value = value.trim();
    let is_mark = !value.chars().any(char::is_alphanumeric);
    is_mark || matches!(value.to_lowercase().as_str(), "n/a" | "na" | "none" | "tbd" | "todo" | "tba" | "nil")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_however_they_are_written() {
        assert_eq!(Field::of("Requirement_ID"), Some(Field::Id));
        assert_eq!(Field::of("**Test Case(s)**"), Some(Field::TestCases));
        assert_eq!(Field::of("Colour"), None);
        assert_eq!(Field::of_line("Priority: High"), Some((Field::Priority, "High")));
        assert_eq!(Field::of_line("The user: a person"), None);
    }

    #[test]
    fn what_stands_for_nothing_is_no_item() {
        assert_eq!(items("TC-1, -; n/a\nTC-2").collect::<Vec<_>>(), ["TC-1", "TC-2"]);
        assert_eq!(items(" — ").count(), 0);
    }
}
