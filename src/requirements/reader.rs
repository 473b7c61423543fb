//! Which requirements does a document have? Its pieces are read in order; what stands below a requirement belongs to it.

use super::blocks::{Block, Form, Line, Verbatim, blocks};
use super::draft::{Draft, without_mark};
use super::fields::Field;
use super::id::{Lead, Leads, is_test_case, looks_led, names_an_id};
use super::open::{Mode, Open, Opener, Place, asks, is_step, step_word};
use super::requirement::Document;
use super::sections::Section;
use super::table;

/// Reads a document in Markdown. Never fails: what could not be read is part of the answer.
#[must_use]
pub fn read(text: &str) -> Document {
    let mut reader = Reader::default();
    for block in blocks(text) {
        reader.take(block);
    }
    reader.draft.finish()
}

#[derive(Default)]
struct Reader {
    draft: Draft,
    sections: Vec<Section>,
    open: Option<Open>,
}

impl Reader {
    fn take(&mut self, block: Block) {
        match block {
            Block::Heading(depth, line) => self.heading(depth, &line),
            Block::Paragraph(lines) => self.lines(&lines, |is_first| Place::Paragraph { is_first }),
            Block::Item(depth, lines) => {
                self.lines(
                    &lines,
                    |is_first| if is_first { Place::Item(depth) } else { Place::ItemMore(depth) },
                );
            }
            Block::ItemMore(depth, lines) => self.lines(&lines, |_| Place::ItemMore(depth)),
            Block::Table(header, rows) => self.table(&header, &rows),
            Block::Code(Verbatim { form: Form::Program, lines }) => self.code(&lines),
            Block::Code(Verbatim { form: Form::Html, lines }) => self.html(&lines),
            Block::Code(Verbatim { form: Form::Hidden, lines }) => self.hidden(&lines),
        }
    }

    fn heading(&mut self, depth: u8, line: &Line) {
        if let (Some(open), Some(mode)) = (&mut self.open, Mode::of_label(&line.text))
            && open.is_told_by_heading(depth, mode)
        {
            open.mode = mode;
            return;
        }
        let is_part = matches!(self.open, Some(Open { by: Opener::Heading(above), .. }) if above < depth);
        let lead = Leads::of(&line.text);
        if let (None, true, Some(open)) = (&lead, is_part, &mut self.open) {
            open.mode = Mode::Aside;
            return;
        }
        self.sections.retain(|section| section.depth < depth);
        self.open = None;
        match lead {
            Some(lead) if !lead.ids.iter().all(|id| is_test_case(id)) => {
                self.begin_led(&lead, line, Opener::Heading(depth));
            }
            _ => self.sections.push(Section::new(depth, line.text.trim())),
        }
    }

    fn lines(&mut self, lines: &[Line], place: impl Fn(bool) -> Place) {
        for (number, line) in lines.iter().enumerate() {
            self.line(line, place(number == 0));
        }
        if let Some(Open { by: Opener::Line { is_same }, .. }) = &mut self.open {
            *is_same = false;
        }
    }

    fn line(&mut self, line: &Line, place: Place) {
        if let Some(lead) = Leads::of(&line.text).or_else(|| outline(&line.text)) {
            self.leading(&lead, line, place);
            return;
        }
        if looks_led(&line.text) && !self.is_aside() {
            let reason = "it looks like an id and is read as text: an id is REQ-001, letters, then - or _, then a number";
            self.draft.report(line.number, &line.text, reason);
        }
        if let Some((field, value)) = Field::of_line(&line.text) {
            self.part(field, value, line, place);
        } else if let Some(mode) = Mode::of_label(&line.text) {
            self.label(mode, line, place);
        } else {
            self.plain(line, place);
        }
    }

    /// A line that begins with an id, or several.
    fn leading(&mut self, lead: &Leads<'_>, line: &Line, place: Place) {
        if lead.ids.iter().all(|id| is_test_case(id)) {
            match self.open {
                Some(open) => self.draft.add_test_cases(open.index, &lead.ids.join(",")),
                None => {
                    self.draft.report(line.number, &line.text, "a test case without a requirement above it");
                }
            }
            return;
        }
        let by = match place {
            Place::Paragraph { .. } => Opener::Line { is_same: true },
            Place::Item(depth) | Place::ItemMore(depth) => Opener::Item(depth),
        };
        self.begin_led(lead, line, by);
    }

    /// `Priority: high`, `Acceptance criteria: …`.
    fn part(&mut self, field: Field, value: &str, line: &Line, place: Place) {
        if let (Place::Item(depth), Some(Open { by: Opener::Item(above), .. })) = (place, self.open)
            && depth < above
        {
            self.open = None;
        }
        if self.open.is_none() && field == Field::Description {
            self.plain(&Line { text: value.to_owned(), ..*line }, place);
            return;
        }
        let Some(open) = &mut self.open else {
            if !matches!(field, Field::Other | Field::Id | Field::Title) && !self.is_aside() {
                self.draft.report(
                    line.number,
                    &line.text,
                    "it is part of a requirement, and none stands above it",
                );
            }
            return;
        };
        open.mode = match field {
            Field::Criteria => Mode::Criteria,
            // With a value they are told in one line, without one by what follows.
            Field::TestCases if value.is_empty() => Mode::TestCases,
            Field::Other if value.is_empty() => Mode::Aside,
            _ => open.mode,
        };
        open.told_at = place.depth();
        let index = open.index;
        self.draft.set(index, field, value, line.number);
    }

    fn label(&mut self, mode: Mode, line: &Line, place: Place) {
        let is_aside = self.is_aside();
        match &mut self.open {
            Some(open) => (open.mode, open.told_at) = (mode, place.depth()),
            None if is_aside => {}
            None => self.draft.report(line.number, &line.text, "no requirement stands above it"),
        }
    }

    /// Any other line: it goes on with what is open, or is a requirement itself, or neither.
    fn plain(&mut self, line: &Line, place: Place) {
        let belongs = self.open.filter(|open| open.holds(place));
        if let Some(open) = belongs {
            self.go_on(open, line, place);
            return;
        }
        let leads_on = line.text.trim_end().ends_with(':');
        let is_continued = matches!(place, Place::Paragraph { is_first: false } | Place::ItemMore(_));
        self.open = None;
        match place {
            _ if self.is_aside() || leads_on => {}
            Place::Item(depth) => self.begin(&[], &line.text, line.number, Opener::Item(depth)),
            _ if asks(&line.text) => {
                self.begin(&[], &line.text, line.number, Opener::Line { is_same: true });
            }
            _ if is_continued => {}
            _ => {
                let reason =
                    "prose: a requirement has an id, is an item of a list, or says shall, must or should";
                self.draft.report(line.number, &line.text, reason);
            }
        }
    }

    fn go_on(&mut self, open: Open, line: &Line, place: Place) {
        let index = open.index;
        let is_step = is_step(&line.text, place, open.is_in_steps);
        match (open.mode, place) {
            (Mode::Aside, _) => {}
            (Mode::TestCases, _) => self.draft.add_test_cases(index, &line.text),
            (Mode::Criteria, Place::Item(_)) => self.draft.add_criterion(index, &line.text, line.number),
            _ if is_step => self.step(open, line),
            (Mode::Criteria, Place::Paragraph { is_first: true }) => {
                self.draft.add_criterion(index, &line.text, line.number);
            }
            (Mode::Criteria, _) => self.draft.extend_criterion(index, &line.text, line.number),
            (Mode::Text, Place::Item(_)) if !line.text.trim_end().ends_with(':') => {
                self.draft.add_criterion(index, &line.text, line.number);
            }
            (Mode::Text, Place::Item(_)) => {}
            (Mode::Text, _) => {
                let is_title =
                    matches!(open.by, Opener::Heading(_)) && !self.draft.description(index).contains(": ");
                self.draft.append(index, &line.text, if is_title { ": " } else { " " }, line.number);
            }
        }
        if let Some(open) = &mut self.open {
            open.is_in_steps = is_step;
        }
    }

    /// Given, when and then are one condition.
    fn step(&mut self, open: Open, line: &Line) {
        let begins = matches!(step_word(&line.text), Some("given" | "scenario"));
        if begins || !open.is_in_steps {
            self.draft.add_criterion(open.index, &line.text, line.number);
        } else {
            self.draft.extend_criterion(open.index, &line.text, line.number);
        }
        self.open = Some(Open { is_in_steps: true, ..open });
    }

    fn table(&mut self, header: &[Line], rows: &[Vec<Line>]) {
        if !self.is_aside() {
            let open = self.open.filter(|open| matches!(open.by, Opener::Heading(_))).map(|open| open.index);
            table::read(&mut self.draft, header, rows, self.sections.last(), open);
        }
    }

    /// Program text: lines that begin with ids are requirements all the same, and steps of a requirement its conditions. Of
    /// the others the first is reported, and all that name an id.
    fn code(&mut self, lines: &[Line]) {
        let mut is_told = false;
        for line in lines {
            let lead = Leads::of(without_mark(&line.text)).filter(|lead| !lead.rest.is_empty());
            match (lead, self.open) {
                (Some(lead), _) => self.leading(&lead, line, Place::Paragraph { is_first: true }),
                (None, Some(open)) if step_word(&line.text).is_some() => self.step(open, line),
                _ if self.is_aside() || (is_told && !names_an_id(&line.text)) => {}
                _ => {
                    is_told = true;
                    let reason = "program text: only lines that begin with an id are read there";
                    self.draft.report(line.number, &line.text, reason);
                }
            }
        }
    }

    /// HTML is not read: its first line is reported, and all that name an id.
    fn html(&mut self, lines: &[Line]) {
        if self.is_aside() {
            return;
        }
        let told = lines.iter().enumerate().filter(|(number, line)| *number == 0 || names_an_id(&line.text));
        for (_, line) in told {
            let reason =
                "HTML: write requirements as lines `REQ-001: …`, items of a list, or a table of Markdown";
            self.draft.report(line.number, &line.text, reason);
        }
    }

    /// What Markdown does not show is nothing, unless it names an id.
    fn hidden(&mut self, lines: &[Line]) {
        for line in lines.iter().filter(|line| names_an_id(&line.text)) {
            let reason = "Markdown takes it for metadata, or for the address of a link: write `REQ-001: …`";
            self.draft.report(line.number, &line.text, reason);
        }
    }

    /// Opens what a line with ids asks for; test cases among them are linked to it.
    fn begin_led(&mut self, lead: &Leads<'_>, line: &Line, by: Opener) {
        let (cases, ids): (Vec<&str>, Vec<&str>) = lead.ids.iter().partition(|id| is_test_case(id));
        if let Some(further) = lead.further() {
            let reason = format!("{further} stands behind another id and is not read: part ids by commas");
            self.draft.report(line.number, &line.text, reason);
        }
        self.begin(&ids, lead.rest, line.number, by);
        if let Some(open) = self.open.filter(|open| open.mode != Mode::Aside) {
            self.draft.add_test_cases(open.index, &cases.join(","));
        }
    }

    /// Opens a requirement, or several of which the same is said.
    fn begin(&mut self, ids: &[&str], text: &str, line: u32, by: Opener) {
        let section = self.sections.last();
        let known = ids.iter().find_map(|id| self.draft.find(id));
        let mut added = if ids.is_empty() { self.draft.add(None, text, line, section) } else { None };
        for id in ids {
            match added {
                None => added = self.draft.add(Some(id), text, line, section),
                Some(first) => self.draft.add_twin(id, first, line, section),
            }
        }
        self.open = match (added, known) {
            (Some(index), _) => Some(Open::new(index, by, Mode::Text)),
            // What stands below a repeated id is nobody's.
            (None, Some(index)) => Some(Open::new(index, by, Mode::Aside)),
            (None, None) => None,
        };
    }

    fn is_aside(&self) -> bool {
        self.sections.last().is_some_and(|section| section.is_aside)
    }
}

fn outline(line: &str) -> Option<Leads<'_>> {
    let lead = Lead::of_number(line).filter(|lead| asks(lead.rest))?;
    Some(Leads { ids: vec![lead.id], rest: lead.rest })
}
