//! Which plan does a text make by itself? What it asks for, put in an order, and nothing that it does not say.

use std::collections::{HashMap, HashSet};

use super::estimate::days_in;
use super::parsed::{Ambiguity, ParsedRequirements, parse};
use super::phases::requested_phases;
use super::plan::{Phase, Plan, PlanRequirement, PlanTask, Risk};
use super::prose::trimmed;
use super::subject::{Asked, asks_only};
use super::tags::{Tags, references};
use crate::requirements::{Level, Requirement, one_line, plain};

/// The longest title, in characters.
const LONGEST_TITLE: usize = 100;

/// The plan of a text.
#[must_use]
pub fn plan_of(text: &str) -> Plan {
    let subject = subject_of(text);
    let parsed = if subject.is_empty() { ParsedRequirements::default() } else { parse(subject) };
    let mut plan = Plan { title: title_of(text, subject, &parsed), ..Plan::default() };
    let known = Known::of(&parsed);
    let pieces = pieces_of(&parsed, &known);
    plan.requirements = parsed.requirements.iter().map(named).collect();
    plan.phases =
        clarifying(&parsed, &known).into_iter().chain(building(&pieces, requested_phases(text))).collect();
    plan.phases.extend(verifying(&parsed));
    number(&mut plan);
    plan.risks = risks(&parsed);
    plan.open_questions = parsed.ambiguities.iter().map(Ambiguity::told).collect();
    if parsed.requirements.is_empty() {
        plan.open_questions.push("What is to be built? The text does not say it.".to_owned());
    }
    plan.open_questions.extend(too_few(text, pieces.len()));
    plan
}

/// What is to be planned: without the words that ask for a plan of it.
fn subject_of(text: &str) -> &str {
    let text = text.trim();
    if text.contains('\n') {
        return text;
    }
    match Asked::after(text, &["plan for ", "plan of ", "plan to ", "roadmap for "]) {
        Some(asked) => trimmed(asked.subject),
        None if asks_only(text) => "",
        None => text,
    }
}

fn title_of(text: &str, subject: &str, parsed: &ParsedRequirements) -> String {
    let heading = text.lines().find_map(|line| line.trim().strip_prefix("# ")).map(one_line);
    let section = parsed.requirements.first().and_then(|first| first.section.clone());
    let title = heading.or(section).unwrap_or_else(|| {
        let line = subject.lines().next().unwrap_or_default();
        one_line(if line.is_empty() { text } else { line })
    });
    match title.char_indices().nth(LONGEST_TITLE) {
        Some((end, _)) => format!("{}…", title[..end].trim_end()),
        None => title,
    }
}

fn named(requirement: &Requirement) -> PlanRequirement {
    PlanRequirement { id: requirement.id.clone(), text: requirement.description.clone(), line: None }
}

/// What is looked up of requirements again and again.
struct Known<'a> {
    /// Their ids in capitals.
    ids: HashSet<String>,
    /// The vague words of each, by its id; what is only missing stops nobody from beginning.
    questions: HashMap<&'a str, Vec<&'a Ambiguity>>,
}

impl<'a> Known<'a> {
    fn of(parsed: &'a ParsedRequirements) -> Self {
        let mut questions: HashMap<&str, Vec<&Ambiguity>> = HashMap::new();
        for one in parsed.ambiguities.iter().filter(|one| !one.words.is_empty()) {
            questions.entry(one.requirement_id.as_deref().unwrap_or_default()).or_default().push(one);
        }
        Self { ids: parsed.requirements.iter().map(|one| one.id.to_uppercase()).collect(), questions }
    }

    fn questions_of(&self, id: &str) -> &[&'a Ambiguity] {
        self.questions.get(id).map_or(&[], Vec::as_slice)
    }
}

/// A piece of work with the phase that its text would have it in.
struct Piece<'a> {
    task: PlanTask,
    group: &'a str,
    rank: usize,
}

/// One piece for each requirement.
fn pieces_of<'a>(parsed: &'a ParsedRequirements, known: &Known<'_>) -> Vec<Piece<'a>> {
    let sections: Vec<&String> = parsed.requirements.iter().filter_map(|one| one.section.as_ref()).collect();
    let has_sections = sections.windows(2).any(|pair| pair[0] != pair[1]);
    let has_priorities = parsed.requirements.iter().any(|one| one.priority.is_some());
    let mut order: HashMap<&str, usize> = HashMap::new();
    let mut pieces: Vec<Piece<'_>> = parsed
        .requirements
        .iter()
        .map(|requirement| {
            let (group, rank) = match (&requirement.section, has_sections, has_priorities) {
                (Some(section), true, _) => {
                    let next = order.len();
                    (section.as_str(), *order.entry(section).or_insert(next))
                }
                (_, _, true) => by_priority(requirement.priority),
                _ => ("Implementation", 0),
            };
            Piece { task: work_on(requirement, known), group, rank }
        })
        .collect();
    pieces.sort_by_key(|piece| piece.rank);
    pieces
}

fn by_priority(priority: Option<Level>) -> (&'static str, usize) {
    match priority {
        Some(Level::Critical) => ("Critical priority", 0),
        Some(Level::High) => ("High priority", 1),
        Some(Level::Medium) => ("Medium priority", 2),
        None => ("Without priority", 3),
        Some(Level::Low) => ("Low priority", 4),
    }
}

fn work_on(requirement: &Requirement, known: &Known<'_>) -> PlanTask {
    let (title, tags) = Tags::split(&requirement.description);
    let is_known = |id: &String| known.ids.contains(&id.to_uppercase());
    let mut depends_on: Vec<String> =
        tags.depends_on.into_iter().filter(is_known).map(|id| work_id(&id)).collect();
    for criterion in &requirement.acceptance_criteria {
        if let Some((name, value)) = criterion.text.split_once(':')
            && plain(name).starts_with("depend")
        {
            depends_on.extend(references(value).into_iter().filter(is_known).map(|id| work_id(&id)));
        }
    }
    if !known.questions_of(&requirement.id).is_empty() {
        depends_on.push(question_id(&requirement.id));
    }
    PlanTask {
        id: work_id(&requirement.id),
        title,
        depends_on,
        estimate_days: tags.estimate_days.or_else(|| days_of(requirement)),
        requirements: vec![requirement.id.clone()],
        done_when: requirement.acceptance_criteria.iter().map(|criterion| criterion.text.clone()).collect(),
        line: None,
    }
}

/// The estimate of a line `Estimate: 3 days` below a requirement.
fn days_of(requirement: &Requirement) -> Option<f64> {
    let lines = requirement.acceptance_criteria.iter();
    lines
        .filter(|line| plain(&line.text).starts_with("estimate"))
        .find_map(|line| days_in(&line.text))
        .map(|(days, _)| days)
}

// Names until tasks are numbered.
fn work_id(requirement: &str) -> String {
    format!("work {}", requirement.to_uppercase())
}

fn question_id(requirement: &str) -> String {
    format!("question {}", requirement.to_uppercase())
}

/// A first phase that settles what is vague.
fn clarifying(parsed: &ParsedRequirements, known: &Known<'_>) -> Option<Phase> {
    let task = |requirement: &Requirement| {
        let questions = known.questions_of(&requirement.id);
        let words: Vec<String> = questions.iter().map(|one| format!("\"{}\"", one.words)).collect();
        (!questions.is_empty()).then(|| PlanTask {
            id: question_id(&requirement.id),
            title: format!("Settle what {} means in {}", words.join(", "), requirement.id),
            requirements: vec![requirement.id.clone()],
            done_when: questions.iter().map(|one| format!("It is answered: {}", one.question)).collect(),
            ..PlanTask::default()
        })
    };
    let tasks: Vec<PlanTask> = parsed.requirements.iter().filter_map(task).collect();
    (!tasks.is_empty()).then(|| Phase { title: "Settle what is open".to_owned(), tasks, ..Phase::default() })
}

/// The phases of the work itself: as many as are asked for, as far as there is work for them; else one for each group.
fn building(pieces: &[Piece<'_>], requested: Option<usize>) -> Vec<Phase> {
    let phase = |title: String, pieces: &[Piece<'_>]| {
        let tasks = pieces.iter().map(|piece| piece.task.clone()).collect();
        Phase { title, tasks, ..Phase::default() }
    };
    let Some(requested) = requested.filter(|_| !pieces.is_empty()) else {
        let groups = pieces.chunk_by(|one, other| one.group == other.group);
        return groups.map(|group| phase(group[0].group.to_owned(), group)).collect();
    };
    let number = requested.min(pieces.len());
    let bounds = (0..=number).map(|part| part * pieces.len() / number).collect::<Vec<_>>();
    let parts = bounds.windows(2).enumerate();
    parts
        .map(|(at, bound)| {
            let part = &pieces[bound[0]..bound[1]];
            let title = match part {
                [only] => only.task.title.clone(),
                _ => format!("Part {} of {number}", at + 1),
            };
            phase(title, part)
        })
        .collect()
}

/// A last phase that checks what can be checked.
fn verifying(parsed: &ParsedRequirements) -> Option<Phase> {
    let checked =
        parsed.requirements.iter().filter(|requirement| !requirement.acceptance_criteria.is_empty());
    let tasks: Vec<PlanTask> = checked
        .map(|requirement| PlanTask {
            title: format!("Check {} against its acceptance criteria", requirement.id),
            depends_on: vec![work_id(&requirement.id)],
            requirements: vec![requirement.id.clone()],
            ..PlanTask::default()
        })
        .collect();
    (!tasks.is_empty()).then(|| Phase { title: "Check".to_owned(), tasks, ..Phase::default() })
}

/// Gives phases and tasks their ids, and names these where others wait for them.
fn number(plan: &mut Plan) {
    let mut ids = HashMap::new();
    let mut last = 0;
    for (number, phase) in (1..).zip(&mut plan.phases) {
        phase.id = format!("Phase {number}");
        for task in &mut phase.tasks {
            last += 1;
            let id = format!("T{last}");
            let before = std::mem::replace(&mut task.id, id.clone());
            ids.insert(before, id);
        }
    }
    for task in plan.phases.iter_mut().flat_map(|phase| &mut phase.tasks) {
        task.depends_on = task.depends_on.iter().filter_map(|name| ids.get(name).cloned()).collect();
        task.depends_on.sort();
        task.depends_on.dedup();
    }
}

/// The risks that the text names.
fn risks(parsed: &ParsedRequirements) -> Vec<Risk> {
    let risky = parsed.requirements.iter().filter(|requirement| requirement.risk.is_some());
    risky
        .map(|requirement| Risk {
            description: format!("{}: {}", requirement.id, requirement.description),
            impact: requirement.risk,
            ..Risk::default()
        })
        .collect()
}

/// What is to be said where there are more phases wanted than there is work named.
fn too_few(text: &str, pieces: usize) -> Option<String> {
    let requested = requested_phases(text).filter(|requested| *requested > pieces && pieces > 0)?;
    Some(format!(
        "{requested} phases are asked for, and the text names {pieces} pieces of work: what else is to be done?"
    ))
}
