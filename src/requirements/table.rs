//! What does a table tell? Each row a requirement, or a test case that belongs to one, by the names of the columns.

use super::blocks::Line;
use super::draft::{Draft, is_keepable};
use super::fields::{Field, is_nothing, items};
use super::id::{Leads, is_test_case, is_whole_id};
use super::requirement::one_line;
use super::sections::Section;

/// What the columns stand for.
struct Columns(Vec<Option<Field>>);

/// Reads a table that stands under a heading, and under a requirement that is open there.
pub(super) fn read(
    draft: &mut Draft,
    header: &[Line],
    rows: &[Vec<Line>],
    section: Option<&Section>,
    open: Option<usize>,
) {
    let columns = Columns::of(header);
    let line = header.first().map_or(1, |cell| cell.number);
    if columns.are_of_cases() {
        for row in rows {
            link(draft, &columns, row);
        }
    } else if columns.has(Field::Id) || columns.has(Field::Description) || columns.has(Field::Title) {
        for row in rows {
            add(draft, &columns, row, section);
        }
    } else if let (Some(open), [name, value]) = (open, header) {
        // A table of two columns below a requirement tells its parts; the first row looks like a header.
        set_part(draft, open, name, value);
        for row in rows {
            if let [name, value] = row.as_slice() {
                set_part(draft, open, name, value);
            }
        }
    } else {
        let names: Vec<&str> = header.iter().map(|cell| cell.text.as_str()).collect();
        let reason = "no column is named ID, Requirement or Description: name the columns of a table of requirements so";
        draft.report(line, &names.join(" | "), reason);
    }
}

impl Columns {
    fn of(header: &[Line]) -> Self {
        let mut fields: Vec<Option<Field>> = header.iter().map(|cell| Field::of(&cell.text)).collect();
        let is_bare = |cell: &Line| one_line(&cell.text).to_lowercase().starts_with("requirement");
        let descriptions = fields.iter().filter(|field| **field == Some(Field::Description)).count();
        let has_title = fields.contains(&Some(Field::Title));
        if !fields.contains(&Some(Field::Id)) && (descriptions > 1 || has_title) {
            // `Requirement | Description`: the first is the id.
            let place = header.iter().position(is_bare);
            if let Some(place) =
                place.filter(|place| fields[*place] == Some(Field::Description) && descriptions > 1)
            {
                fields[place] = Some(Field::Id);
            }
        }
        Self(fields)
    }

    fn has(&self, field: Field) -> bool {
        self.0.contains(&Some(field))
    }

    fn place(&self, field: Field) -> Option<usize> {
        self.0.iter().position(|found| *found == Some(field))
    }

    /// Whether each row is a test case: its id stands before that of the requirement.
    fn are_of_cases(&self) -> bool {
        match (self.place(Field::TestCases), self.place(Field::Id).or_else(|| self.place(Field::Description)))
        {
            (Some(case), Some(requirement)) => case < requirement,
            _ => false,
        }
    }

    fn cell<'a>(&self, field: Field, row: &'a [Line]) -> Option<&'a Line> {
        let is_text = matches!(field, Field::Description | Field::Title);
        row.get(self.place(field)?)
            .filter(|cell| !is_nothing(&cell.text) || (is_text && !cell.text.trim().is_empty()))
    }
}

/// A row that is a requirement, or tells more of one.
fn add(draft: &mut Draft, columns: &Columns, row: &[Line], section: Option<&Section>) {
    let Some(first) = row.first() else { return };
    if row.iter().all(|cell| is_nothing(&cell.text)) {
        return;
    }
    let (ids, text) = match told(columns, row) {
        Ok(told) => told,
        Err(reason) => {
            let whole: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
            draft.report(first.number, &whole.join(" | "), reason);
            return;
        }
    };
    let (id, others) =
        ids.split_first().map_or((None, &[][..]), |(first, others)| (Some(first.as_str()), others));
    let known = id.and_then(|id| draft.find(id));
    let is_more = |known: &usize| {
        text.is_empty() || one_line(&text) == draft.description(*known) || columns.has(Field::TestCases)
    };
    let index = known.filter(is_more).or_else(|| draft.add(id, &text, first.number, section));
    let Some(index) = index else { return };
    if draft.description(index).is_empty() {
        draft.append(index, &text, " ", first.number);
    }
    for other in others {
        draft.add_twin(other, index, first.number, section);
    }
    for (field, cell) in columns.0.iter().zip(row) {
        if let Some(
            field @ (Field::Priority | Field::Risk | Field::Category | Field::TestCases | Field::Criteria),
        ) = field
        {
            draft.set(index, *field, &cell.text, cell.number);
        }
    }
}

/// The ids of a row, mostly one, and what it says; an error tells why that cannot be.
fn told(columns: &Columns, row: &[Line]) -> Result<(Vec<String>, String), &'static str> {
    let text = columns.cell(Field::Description, row).or_else(|| columns.cell(Field::Title, row));
    let text = text.map(|cell| cell.text.as_str()).unwrap_or_default();
    let Some(cell) = columns.cell(Field::Id, row) else {
        return match Leads::of(text) {
            Some(lead) => Ok((owned(&lead.ids), lead.rest.to_owned())),
            None if text.is_empty() => Err("the row has neither an id nor a description"),
            None => Ok((Vec::new(), text.to_owned())),
        };
    };
    let (ids, rest) = ids_of(&one_line(&cell.text))
        .ok_or("its id has blanks or more than 64 characters: name one such as REQ-001")?;
    Ok((ids, if text.is_empty() { rest } else { text.to_owned() }))
}

/// The ids in a cell, and what else stands there.
fn ids_of(cell: &str) -> Option<(Vec<String>, String)> {
    let bare = cell.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')).unwrap_or(cell).trim();
    match Leads::of(bare) {
        Some(lead) if lead.ids.len() > 1 || !is_keepable(bare) => {
            Some((owned(&lead.ids), lead.rest.to_owned()))
        }
        _ => is_keepable(bare).then(|| (vec![bare.to_owned()], String::new())),
    }
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

/// A row that is a test case of requirements.
fn link(draft: &mut Draft, columns: &Columns, row: &[Line]) {
    let Some(first) = row.first() else { return };
    let case = columns.cell(Field::TestCases, row);
    let named = columns.cell(Field::Id, row).or_else(|| columns.cell(Field::Description, row));
    let (Some(case), Some(named)) = (case, named) else {
        if !row.iter().all(|cell| is_nothing(&cell.text)) {
            draft.report(first.number, &first.text, "the row names no test case, or no requirement");
        }
        return;
    };
    let leads = |text| Leads::of(text).map_or_else(|| vec![text], |lead| lead.ids);
    for id in items(&named.text).flat_map(leads) {
        match draft.find(id) {
            Some(index) => draft.add_test_cases(index, &case.text),
            None if is_whole_id(id) && !is_test_case(id) => {
                draft.report(
                    first.number,
                    &case.text,
                    format!("it names {id}, which is no requirement above it"),
                );
            }
            None => {
                draft.report(first.number, &case.text, format!("{id:?} is no id of a requirement above it"));
            }
        }
    }
}

fn set_part(draft: &mut Draft, open: usize, name: &Line, value: &Line) {
    if let Some(field) = Field::of(&name.text) {
        draft.set(open, field, &value.text, value.number);
    }
}
