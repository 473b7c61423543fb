//! What is noted of a task in its line? `Build the API (3 days, depends on T1, covers REQ-2)`.

use super::estimate::days_in;
use crate::requirements::{Lead, last_brackets, plain};

/// What is noted of a task.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tags {
    pub(super) estimate_days: Option<f64>,
    pub(super) depends_on: Vec<String>,
    pub(super) requirements: Vec<String>,
}

/// One thing that can be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Estimate,
    DependsOn,
    Requirements,
    DoneWhen,
    /// Known, and not kept.
    Aside,
}

const NAMES: &[(Tag, &[&str])] = &[
    (
        Tag::Estimate,
        &["estimate", "estimated time", "estimated effort", "effort", "duration", "time", "size", "takes"],
    ),
    (
        Tag::DependsOn,
        &[
            "depends on",
            "depends upon",
            "dependencies",
            "dependency",
            "depends",
            "after",
            "blocked by",
            "requires",
            "predecessor",
            "predecessors",
            "prerequisite",
            "prerequisites",
            "needs",
        ],
    ),
    (
        Tag::Requirements,
        &[
            "covers",
            "requirement",
            "requirements",
            "implements",
            "meets",
            "satisfies",
            "fulfils",
            "fulfills",
            "addresses",
            "traces to",
        ],
    ),
    (
        Tag::DoneWhen,
        &[
            "done when",
            "acceptance criteria",
            "acceptance criterion",
            "acceptance",
            "definition of done",
            "success criteria",
            "exit criteria",
            "verify",
            "verification",
        ],
    ),
    (
        Tag::Aside,
        &[
            "owner",
            "assignee",
            "assigned to",
            "deliverable",
            "deliverables",
            "status",
            "note",
            "notes",
            "priority",
            "team",
        ],
    ),
];

impl Tag {
    /// The tag of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = plain(name);
        NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(tag, _)| *tag)
    }

    /// `Depends on: T1` as a line of its own.
    pub(super) fn of_line(line: &str) -> Option<(Self, &str)> {
        let (name, value) = line.split_once(':')?;
        Some((Self::named(name)?, value.trim()))
    }
}

impl Tags {
    /// The text without what is noted at its end, and that.
    pub(super) fn split(text: &str) -> (String, Self) {
        let mut tags = Self::default();
        let mut text = text.trim();
        while let Some((before, inside, _)) = last_brackets(text) {
            if !tags.add_all(inside) {
                break;
            }
            text = before.trim_end();
        }
        for dash in [" - ", " – ", " — ", ", "] {
            let end =
                text.rsplit_once(dash).filter(|(_, end)| !end.contains([')', ']']) && is_only_time(end));
            if let Some((before, end)) = end {
                tags.note(Tag::Estimate, end);
                text = before.trim_end();
            }
        }
        if let Some((before, ids)) = phrase_at_the_end(text) {
            tags.depends_on.extend(ids);
            text = before;
        }
        (text.to_owned(), tags)
    }

    /// Takes what stands in brackets; `false` where a part of it is something else.
    fn add_all(&mut self, inside: &str) -> bool {
        let mut found = Self::default();
        let mut last = None;
        for part in inside.split([',', ';', '|']).map(str::trim).filter(|part| !part.is_empty()) {
            let named = named_part(part);
            match (named, last) {
                (Some((tag, value)), _) => {
                    found.note(tag, value);
                    last = Some(tag);
                }
                (None, _) if is_only_time(part) => found.note(Tag::Estimate, part),
                (None, Some(tag)) if is_reference(part) => found.note(tag, part),
                (None, None) if is_requirement(part) => {
                    found.note(Tag::Requirements, part);
                    last = Some(Tag::Requirements);
                }
                (None, _) => return false,
            }
        }
        if found == Self::default() {
            return false;
        }
        self.estimate_days = self.estimate_days.or(found.estimate_days);
        self.depends_on.extend(found.depends_on);
        self.requirements.extend(found.requirements);
        true
    }

    /// Takes what is noted under a name.
    pub(super) fn note(&mut self, tag: Tag, value: &str) {
        match tag {
            Tag::Estimate => self.estimate_days = self.estimate_days.or(days_in(value).map(|(days, _)| days)),
            Tag::DependsOn => self.depends_on.extend(references(value)),
            Tag::Requirements => self.requirements.extend(references(value)),
            Tag::DoneWhen | Tag::Aside => {}
        }
    }
}

/// The ids of `T1, T2 and T3`; none of `none`.
pub(super) fn references(text: &str) -> Vec<String> {
    let parts = text.split([',', ';', '&', '+']).flat_map(|part| part.split(" and "));
    let ids = parts.map(|part| part.trim().trim_matches(['.', '[', ']', '(', ')', '#', '`', ' ']).to_owned());
    ids.filter(|id| !matches!(plain(id).as_str(), "" | "none" | "nothing" | "n a" | "na" | "no")).collect()
}

/// `depends on T1` within brackets.
fn named_part(part: &str) -> Option<(Tag, &str)> {
    if let Some(found) = Tag::of_line(part) {
        return Some(found);
    }
    let names = NAMES.iter().filter(|(tag, _)| !matches!(tag, Tag::Aside | Tag::DoneWhen));
    let mut all = names.flat_map(|(tag, names)| names.iter().map(move |name| (*tag, *name)));
    all.find_map(|(tag, name)| {
        let begin = part.get(..name.len())?;
        let rest = &part[name.len()..];
        (begin.eq_ignore_ascii_case(name) && rest.starts_with(' ')).then(|| (tag, rest.trim()))
    })
}

/// `… depends on T1, T2` and `… after T1` at the end of a line.
fn phrase_at_the_end(text: &str) -> Option<(&str, Vec<String>)> {
    let lower = text.to_ascii_lowercase();
    let names = [" depends on ", " depending on ", " blocked by ", " after "];
    let (at, name) = names.iter().find_map(|name| lower.rfind(name).map(|at| (at, *name)))?;
    let ids = references(&text[at + name.len()..]);
    let all_known = !ids.is_empty() && ids.iter().all(|id| is_reference(id));
    all_known.then(|| (text[..at].trim_end_matches([' ', ',', ';', ':', '.', '-', '–']), ids))
}

/// Whether a text says nothing but a time, perhaps with `about` or `estimate:` before it.
fn is_only_time(text: &str) -> bool {
    let Some((_, range)) = days_in(text) else { return false };
    let before = plain(&text[..range.start]);
    let after = plain(&text[range.end..]);
    let is_filler = matches!(
        before.as_str(),
        "" | "about"
            | "approx"
            | "approximately"
            | "ca"
            | "circa"
            | "around"
            | "est"
            | "estimate"
            | "estimated"
            | "up to"
    );
    is_filler && matches!(after.as_str(), "" | "of work" | "total" | "each")
}

/// Whether a text may be the id of a task or a phase: `T1`, `1.2`, `Task 3`, `Phase 1`, `SETUP-1`.
fn is_reference(text: &str) -> bool {
    let text = text.trim();
    let bare = ["task ", "phase ", "step ", "stage "]
        .iter()
        .find_map(|word| text.get(..word.len()).filter(|begin| begin.eq_ignore_ascii_case(word)))
        .map_or(text, |word| &text[word.len()..]);
    let has_digit = bare.contains(|letter: char| letter.is_ascii_digit());
    has_digit && bare.len() <= 32 && !bare.contains(char::is_whitespace)
}

/// Whether a text is the id of a requirement, standing alone.
fn is_requirement(text: &str) -> bool {
    Lead::of(text).is_some_and(|lead| lead.rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_at_the_end_of_a_task_are_taken() {
        let (title, tags) = Tags::split("Build the API (3 days, depends on T1, T2; covers REQ-2)");
        assert_eq!(title, "Build the API");
        assert_eq!(tags.estimate_days, Some(3.0));
        assert_eq!(tags.depends_on, ["T1", "T2"]);
        assert_eq!(tags.requirements, ["REQ-2"]);
        assert_eq!(Tags::split("Write docs - 2 days").1.estimate_days, Some(2.0));
        assert_eq!(Tags::split("Deploy after T1 and T2").1.depends_on, ["T1", "T2"]);
        assert_eq!(Tags::split("Login [REQ-1]").1.requirements, ["REQ-1"]);
    }

    #[test]
    fn other_brackets_stay() {
        for text in
            ["Build the API (REST)", "Look after the garden", "Meet (soon, 3 days)", "a ) (", "after "]
        {
            assert_eq!(Tags::split(text), (text.trim().to_owned(), Tags::default()), "{text}");
        }
    }

    #[test]
    fn none_is_no_reference() {
        assert!(references("none").is_empty());
        assert!(references("N/A").is_empty());
        assert_eq!(references("T1 & T2"), ["T1", "T2"]);
    }
}
