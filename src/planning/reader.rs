//! Which plan does a text hold? JSON of our own form, or Markdown as people and models write it: headings or lines that
//! begin phases, items and rows that are tasks, what is noted of them, and what else stands there.

use super::check::check;
use super::draft::{Draft, MOST, bounded};
use super::finding::Finding;
use super::json::json_of;
use super::phases::{PhaseLead, phase_lead, phases_apart};
use super::plan::{Plan, PlanRequirement, PlanTask, Risk};
use super::prose::{self, pieces};
use super::rows::{Row, rows};
use super::tags::{Tag, Tags};
use crate::requirements::{Block, Lead, Line, blocks, one_line, plain};

/// A plan as it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadPlan {
    /// The plan: at most 5,000 tasks in at most 5,000 phases.
    pub plan: Plan,
    /// Why JSON is no plan; `None` where it is one, or is none.
    pub broken: Option<String>,
    /// How many tasks and phases there are beyond.
    pub left_out: usize,
}

impl ReadPlan {
    /// What is wrong with it, the worst first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        if let Some(reason) = &self.broken {
            return vec![Finding::broken(reason)];
        }
        let mut findings = check(&self.plan);
        if self.left_out > 0 {
            // What is missed may be in what was left out.
            findings
                .retain(|one| !matches!(one.code.as_str(), "unknown_dependency" | "uncovered_requirement"));
            findings.insert(0, Finding::too_large(MOST, self.left_out));
        }
        findings
    }
}

/// Reads a plan. Never fails: a text that holds none is a plan without tasks.
#[must_use]
pub fn read_plan(text: &str) -> ReadPlan {
    let mut broken = None;
    if let Some(json) = json_of(text) {
        match json {
            Ok(plan) => {
                let (plan, left_out) = bounded(plan);
                return ReadPlan { plan, broken: None, left_out };
            }
            Err(reason) => broken = Some(reason),
        }
    }
    let mut reader = Reader::default();
    let is_one_line = !text.trim().contains('\n');
    let numbered = if is_one_line { prose::numbered(text) } else { Vec::new() };
    if numbered.len() > 1 {
        // In one line Markdown takes it for a list of one item.
        for piece in &numbered {
            reader.add_task(piece, 1);
        }
    } else if broken.is_none() {
        for block in blocks(text) {
            reader.take(block);
        }
    }
    reader.finish(broken)
}

/// What part of a plan is being read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Tasks,
    Risks,
    Requirements,
    Questions,
    /// What is not kept.
    Aside,
}

#[derive(Default)]
struct Reader {
    draft: Draft,
    part: Part,
    /// How deep the heading of the open phase is; 0 where it has none.
    phase_depth: u8,
    /// How deep in lists the item is that began the open phase; 0 where none did.
    phase_item: usize,
    /// Whether the open heading is a task, so that items below it tell of it.
    task_heading: bool,
    /// What the items below a bare name such as `Acceptance criteria:` are.
    told: Option<(Tag, usize)>,
    /// Lines of prose, which are tasks where nothing else is.
    prose: Vec<Line>,
}

impl Reader {
    fn take(&mut self, block: Block) {
        match block {
            Block::Heading(depth, line) => self.heading(depth, &line),
            Block::Paragraph(lines) => self.paragraph(&lines),
            Block::Item(depth, lines) => self.item(depth, &lines),
            Block::ItemMore(_, lines) => lines.iter().for_each(|line| self.detail(line, usize::MAX)),
            Block::Table(header, cells) => self.table(&header, &cells),
            Block::Code(_) => {}
        }
    }

    fn heading(&mut self, depth: u8, line: &Line) {
        (self.told, self.phase_item, self.task_heading) = (None, 0, false);
        if let Some(lead) = phase_lead(&line.text) {
            self.begin_phase(lead, line.number);
            self.phase_depth = depth;
            return;
        }
        let text = one_line(&line.text);
        if let Some(part) = part_of(&text) {
            self.part = part;
            self.phase_depth = 0;
            return;
        }
        if depth == 1 && self.draft.plan.title.is_empty() && self.draft.plan.phases.is_empty() {
            self.draft.plan.title = text;
            return;
        }
        self.part = Part::Tasks;
        if self.phase_depth > 0 && depth > self.phase_depth {
            self.add_task(&text, line.number);
            self.task_heading = true;
            return;
        }
        let id = format!("Phase {}", self.draft.plan.phases.len() + 1);
        self.begin_phase(PhaseLead { id, rest: text }, line.number);
        self.phase_depth = depth;
    }

    fn paragraph(&mut self, lines: &[Line]) {
        self.told = None;
        for line in lines {
            match self.part {
                Part::Tasks => self.tasks_in_prose(line),
                Part::Risks => self.add_risk(&line.text),
                Part::Requirements => self.add_requirement(line),
                Part::Questions => self.add_question(&line.text),
                Part::Aside => {}
            }
        }
    }

    fn tasks_in_prose(&mut self, line: &Line) {
        let parts = phases_apart(&line.text);
        for part in &parts {
            let Some(lead) = phase_lead(part) else { continue };
            // Alone in its line it has its tasks below it; among others it says itself what they are.
            let says_tasks = parts.len() > 1;
            let tasks = lead.rest.clone();
            (self.phase_item, self.task_heading) = (0, false);
            self.begin_phase(lead, line.number);
            if says_tasks {
                for task in &pieces(&tasks) {
                    self.add_task(task, line.number);
                }
            }
        }
        if phase_lead(parts[0]).is_none() {
            if self.draft.plan.summary.is_empty()
                && self.draft.plan.phases.is_empty()
                && !line.text.trim_end().ends_with(':')
            {
                self.draft.plan.summary = one_line(&line.text);
            }
            self.prose.push(line.clone());
        }
    }

    fn item(&mut self, depth: usize, lines: &[Line]) {
        let Some((first, more)) = lines.split_first() else { return };
        match self.part {
            Part::Tasks => {
                self.work_item(depth, first);
                for line in more {
                    self.detail(line, depth + 1);
                }
            }
            Part::Risks if depth > 1 => self.mitigation(&first.text),
            Part::Risks => self.add_risk(&first.text),
            Part::Requirements => self.add_requirement(first),
            Part::Questions => self.add_question(&first.text),
            Part::Aside => {}
        }
    }

    fn work_item(&mut self, depth: usize, line: &Line) {
        if let Some(lead) = phase_lead(&line.text) {
            (self.phase_item, self.phase_depth, self.task_heading, self.told) = (depth, 0, false, None);
            self.begin_phase(lead, line.number);
            return;
        }
        if self.phase_item >= depth {
            self.phase_item = 0;
        }
        let is_task = !self.task_heading && depth == self.phase_item + 1;
        if is_task {
            self.told = None;
            self.add_task(&line.text, line.number);
        } else {
            self.detail(line, depth);
        }
    }

    /// A line that belongs to the task above it.
    fn detail(&mut self, line: &Line, depth: usize) {
        if self.part != Part::Tasks {
            return;
        }
        let tag = Tag::of_line(&line.text);
        let told = self.told.filter(|(_, at)| depth > *at).map(|(tag, _)| tag);
        let Some(task) = self.draft.last_task() else { return };
        let mut tags = Tags::default();
        match (tag, told) {
            (Some((tag, "")), _) => self.told = Some((tag, depth)),
            (Some((Tag::DoneWhen, value)), _) => task.done_when.push(one_line(value)),
            (Some((tag, value)), _) => tags.note(tag, value),
            (None, Some(Tag::DoneWhen) | None) => task.done_when.push(one_line(&line.text)),
            (None, Some(tag)) => tags.note(tag, &line.text),
        }
        task.estimate_days = task.estimate_days.or(tags.estimate_days);
        task.depends_on.extend(tags.depends_on);
        task.requirements.extend(tags.requirements);
    }

    fn table(&mut self, header: &[Line], cells: &[Vec<Line>]) {
        if matches!(self.part, Part::Requirements) {
            for row in cells {
                let line = row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" ");
                self.add_requirement(&Line { number: row.first().map_or(0, |cell| cell.number), text: line });
            }
            return;
        }
        for row in rows(header, cells, self.part == Part::Risks) {
            match row {
                Row::Risk(risk) => self.draft.plan.risks.push(risk),
                Row::Task(task, phase) => {
                    if let Some(phase) = phase {
                        self.draft.enter_phase(&phase, task.line);
                    }
                    self.draft.push_task(task);
                }
            }
        }
    }

    fn begin_phase(&mut self, lead: PhaseLead, line: u32) {
        self.part = Part::Tasks;
        self.draft.begin_phase(lead, line);
    }

    fn add_task(&mut self, text: &str, line: u32) {
        let text = one_line(text);
        let (id, rest) = id_of(&text);
        let (title, tags) = Tags::split(rest);
        if title.is_empty() && id.is_none() {
            return;
        }
        self.draft.push_task(PlanTask {
            id: id.unwrap_or_default(),
            title,
            depends_on: tags.depends_on,
            estimate_days: tags.estimate_days,
            requirements: tags.requirements,
            done_when: Vec::new(),
            line: Some(line),
        });
    }

    fn add_risk(&mut self, text: &str) {
        let text = one_line(text);
        let (description, mitigation) = match text
            .split_once(" - mitigation: ")
            .or_else(|| text.split_once(" Mitigation: "))
        {
            Some((risk, what)) => (risk.trim_end_matches(['.', ';', ',']).to_owned(), Some(what.to_owned())),
            None => (text, None),
        };
        if !description.is_empty() {
            self.draft.plan.risks.push(Risk { description, mitigation, ..Risk::default() });
        }
    }

    fn mitigation(&mut self, text: &str) {
        let text = one_line(text);
        let what = text
            .split_once(':')
            .filter(|(name, _)| plain(name) == "mitigation")
            .map_or(text.as_str(), |(_, what)| what);
        if let Some(risk) = self.draft.plan.risks.last_mut() {
            risk.mitigation = Some(what.trim().to_owned());
        }
    }

    fn add_requirement(&mut self, line: &Line) {
        let Some(lead) = Lead::of(&line.text) else { return };
        let (text, number) = (one_line(lead.rest), Some(line.number));
        self.draft.plan.requirements.push(PlanRequirement { id: lead.id.to_owned(), text, line: number });
    }

    fn add_question(&mut self, text: &str) {
        let text = one_line(text);
        if !text.is_empty() && plain(&text) != "none" {
            self.draft.plan.open_questions.push(text);
        }
    }

    fn finish(mut self, broken: Option<String>) -> ReadPlan {
        if self.draft.plan.tasks().next().is_none() && self.draft.plan.phases.is_empty() {
            for line in std::mem::take(&mut self.prose) {
                // One sentence tells of a plan; more than one piece is one.
                let found = pieces(after_colon(&line.text));
                if found.len() > 1 {
                    for piece in &found {
                        self.add_task(piece, line.number);
                    }
                    self.draft.plan.summary.clear();
                }
            }
        }
        let (plan, left_out) = self.draft.finish();
        ReadPlan { plan, broken, left_out }
    }
}

/// What follows `Plan:` and the like at the beginning of a line.
fn after_colon(text: &str) -> &str {
    match text.split_once(": ") {
        Some((before, rest)) if before.split(' ').count() <= 4 => rest,
        _ => text,
    }
}

/// The id that a task begins with, and what follows: `T1: …`, `Task 3 - …`, `1.2 …`.
fn id_of(text: &str) -> (Option<String>, &str) {
    if let Some(rest) = text.get(..5).filter(|begin| begin.eq_ignore_ascii_case("task ")).map(|_| &text[5..])
    {
        let length =
            rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.').unwrap_or(rest.len());
        let number = rest[..length].trim_end_matches('.');
        if number.starts_with(|letter: char| letter.is_ascii_digit()) {
            return (
                Some(number.to_owned()),
                prose::trimmed(rest[length..].trim_start_matches([' ', '-', '–', ')'])),
            );
        }
    }
    match Lead::of(text).or_else(|| Lead::of_number(text)) {
        Some(lead) => (Some(lead.id.to_owned()), lead.rest),
        None => (None, text),
    }
}

/// The part of a plan that a heading names, where it is none with tasks.
fn part_of(heading: &str) -> Option<Part> {
    let heading = plain(heading);
    let has = |words: &[&str]| heading.split(' ').any(|word| words.contains(&word));
    if has(&["risk", "risks"]) {
        return Some(Part::Risks);
    }
    if heading == "requirements" || heading.ends_with(" requirements") || heading == "user stories" {
        return Some(Part::Requirements);
    }
    if heading.starts_with("open ") || has(&["questions", "assumptions", "unknowns"]) {
        return Some(Part::Questions);
    }
    let is_aside = has(&[
        "summary",
        "overview",
        "introduction",
        "goal",
        "goals",
        "objective",
        "objectives",
        "scope",
        "background",
    ]) || matches!(
        heading.as_str(),
        "timeline"
            | "notes"
            | "note"
            | "glossary"
            | "references"
            | "team"
            | "appendix"
            | "success criteria"
            | "next steps"
            | "milestones"
    );
    is_aside.then_some(Part::Aside)
}
