//! What has been read so far? Requirements by their ids, each part set once, and what could not be read.

use std::collections::HashMap;

use super::category::Category;
use super::fields::{self, Field};
use super::id::{self, FreshIds};
use super::level::Level;
use super::notes::Notes;
use super::remarks;
use super::requirement::{Criterion, Document, Requirement, Unread, one_line};
use super::sections::Section;

/// More than a person can have written.
const MOST_REQUIREMENTS: usize = 10_000;
/// More conditions, and more test cases, than one requirement can have.
const MOST_PARTS: usize = 1_000;
/// More than a person would read.
const MOST_UNREAD: usize = 1_000;

/// What a level may be.
const LEVELS: &str = "critical, high, medium and low";
/// What a type may be.
const TYPES: &str = "functional, non-functional, performance, security, usability, reliability, compatibility and \
                     constraint";

/// A document that is being read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    requirements: Vec<Requirement>,
    unread: Vec<Unread>,
    /// By id in capitals.
    by_id: HashMap<String, usize>,
    /// Requirements of which the same is said as of others, and those.
    twins: Vec<(usize, usize)>,
}

impl Draft {
    /// Adds a requirement under its heading; without an id it gets one in the end. `None` where the id is another's,
    /// which is reported.
    pub(super) fn add(
        &mut self,
        id: Option<&str>,
        text: &str,
        line: u32,
        section: Option<&Section>,
    ) -> Option<usize> {
        if let Some(id) = id
            && let Some(first) = self.find(id).map(|known| self.requirements[known].line)
        {
            self.report(line, text, format!("{id} stands in line {first} already: give this one another id"));
            return None;
        }
        if self.requirements.len() >= MOST_REQUIREMENTS {
            self.report(
                line,
                text,
                format!("more than {MOST_REQUIREMENTS} requirements: split the document"),
            );
            return None;
        }
        let index = self.requirements.len();
        if let Some(id) = id {
            self.by_id.insert(id.to_uppercase(), index);
        }
        self.requirements.push(Requirement {
            id: id.unwrap_or_default().to_owned(),
            id_is_ours: id.is_none(),
            category: category_of(id, section),
            priority: section.and_then(|section| section.priority),
            section: section.map(|section| section.title.clone()),
            line,
            ..Requirement::default()
        });
        self.append(index, text, " ", line);
        Some(index)
    }

    /// Adds a requirement of which the same is said as of another: `REQ-1, REQ-2: …`.
    pub(super) fn add_twin(&mut self, id: &str, of: usize, line: u32, section: Option<&Section>) {
        if let Some(twin) = self.add(Some(id), "", line, section) {
            self.twins.push((twin, of));
        }
    }

    /// The requirement of an id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.to_uppercase()).copied()
    }

    /// Says why a line was not read.
    pub(super) fn report(&mut self, line: u32, text: &str, reason: impl Into<String>) {
        if self.unread.len() < MOST_UNREAD {
            self.unread.push(Unread::new(line, text, reason));
        }
    }

    /// Adds to what a requirement says; notes at the end are taken for what they are.
    pub(super) fn append(&mut self, index: usize, text: &str, between: &str, line: u32) {
        let remarks = remarks::split(text);
        for (field, value) in &remarks.wrong {
            self.report_value(line, *field, value);
        }
        let requirement = &mut self.requirements[index];
        note(requirement, remarks.notes);
        let text = one_line(&remarks.text);
        if !requirement.description.is_empty() && !text.is_empty() {
            requirement.description.push_str(between);
        }
        requirement.description.push_str(&text);
    }

    /// What a requirement says so far.
    pub(super) fn description(&self, index: usize) -> &str {
        &self.requirements[index].description
    }

    /// Adds a condition.
    pub(super) fn add_criterion(&mut self, index: usize, text: &str, line: u32) {
        let text = one_line(text);
        let criteria = &mut self.requirements[index].acceptance_criteria;
        if text.is_empty() || criteria.iter().any(|known| known.text == text) {
            return;
        }
        if criteria.len() < MOST_PARTS {
            criteria.push(Criterion { text, line });
        } else {
            self.report(line, &text, format!("the requirement has {MOST_PARTS} criteria already: split it"));
        }
    }

    /// Adds to the last condition; the first where there is none.
    pub(super) fn extend_criterion(&mut self, index: usize, text: &str, line: u32) {
        match self.requirements[index].acceptance_criteria.last_mut() {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(&one_line(text));
            }
            None => self.add_criterion(index, text, line),
        }
    }

    /// Adds the names of test cases.
    pub(super) fn add_test_cases(&mut self, index: usize, value: &str) {
        for name in fields::items(value).map(one_line) {
            let known = &mut self.requirements[index].test_cases;
            if known.len() < MOST_PARTS && !known.contains(&name) {
                known.push(name);
            }
        }
    }

    /// Sets one part of a requirement; a value that is none is reported.
    pub(super) fn set(&mut self, index: usize, field: Field, value: &str, line: u32) {
        if fields::is_nothing(value) {
            return;
        }
        match field {
            Field::Priority => match Level::of(value) {
                Some(level) => self.requirements[index].priority = Some(level),
                None => self.report_value(line, field, value),
            },
            Field::Risk => match Level::of(value) {
                Some(level) => self.requirements[index].risk = Some(level),
                None => self.report_value(line, field, value),
            },
            Field::Category => match Category::of(value).or_else(|| Category::of_heading(value)) {
                Some(category) => self.requirements[index].category = category,
                None => self.report_value(line, field, value),
            },
            Field::TestCases => self.add_test_cases(index, value),
            Field::Criteria => {
                // Items of a list may hold semicolons.
                let between = if is_marked(value) { '\n' } else { ';' };
                for text in value.split(['\n', between]) {
                    self.add_criterion(index, without_mark(text), line);
                }
            }
            Field::Description | Field::Title => self.append(index, value, ": ", line),
            Field::Id | Field::Other => {}
        }
    }

    /// Says that a level or a type is none.
    fn report_value(&mut self, line: u32, field: Field, value: &str) {
        let (what, known) = match field {
            Field::Priority => ("priority", LEVELS),
            Field::Risk => ("risk", LEVELS),
            _ => ("type", TYPES),
        };
        self.report(line, value, format!("{what} {:?} is none of {known}", one_line(value)));
    }

    /// What is said of a requirement is said of its twins.
    fn complete_twins(&mut self) {
        for (twin, of) in std::mem::take(&mut self.twins) {
            let whole = self.requirements[of].clone();
            let twin = &mut self.requirements[twin];
            if twin.description.is_empty() {
                twin.description = whole.description;
            }
            if twin.acceptance_criteria.is_empty() {
                twin.acceptance_criteria = whole.acceptance_criteria;
            }
            (twin.priority, twin.risk) = (whole.priority.or(twin.priority), whole.risk.or(twin.risk));
            if twin.category.is_functional() {
                twin.category = whole.category;
            }
            for name in whole.test_cases {
                if !twin.test_cases.contains(&name) {
                    twin.test_cases.push(name);
                }
            }
        }
    }

    /// The document: every requirement says something and has an id.
    pub(super) fn finish(mut self) -> Document {
        self.complete_twins();
        let (full, empty): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.requirements).into_iter().partition(|it| !it.description.is_empty());
        for requirement in empty {
            self.report(requirement.line, &requirement.id, "it has an id and says nothing");
        }
        self.requirements = full;
        let mut fresh = FreshIds::beside(self.requirements.iter().map(|it| it.id.as_str()));
        for requirement in self.requirements.iter_mut().filter(|it| it.id_is_ours) {
            requirement.id = fresh.next();
        }
        self.unread.sort_by_key(|unread| unread.line);
        Document { requirements: self.requirements, unread: self.unread }
    }
}

/// By the id, else by the heading.
fn category_of(id: Option<&str>, section: Option<&Section>) -> Category {
    let named = section.and_then(|section| section.category);
    id.and_then(Category::of_id)
        .filter(|of_id| *of_id != Category::NonFunctional || named.is_none_or(Category::is_functional))
        .or(named)
        .unwrap_or_default()
}

fn note(requirement: &mut Requirement, notes: Notes) {
    requirement.priority = notes.priority.or(requirement.priority);
    requirement.risk = notes.risk.or(requirement.risk);
    requirement.category = notes.category.unwrap_or(requirement.category);
}

fn is_marked(text: &str) -> bool {
    without_mark(text) != text.trim()
}

/// A line of a cell, or of program text, without the mark of a list.
pub(super) fn without_mark(text: &str) -> &str {
    let text = text.trim();
    let bare = text.trim_start_matches(['-', '*', '•']).trim_start();
    let number = bare.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(0);
    match bare[number..].strip_prefix(['.', ')']) {
        Some(rest) if number > 0 && rest.starts_with(' ') => rest.trim_start(),
        _ => bare,
    }
}

/// Whether an id, given as a whole text, can be kept.
pub(super) fn is_keepable(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= id::LONGEST
        && !text.contains(char::is_whitespace)
        && !text.contains(char::is_control)
}
