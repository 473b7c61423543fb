//! What is wrong with a plan, as far as its own words tell? Ids, what waits for what, estimates, requirements, vague words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cycle::cycles;
use super::finding::{Finding, Severity};
use super::plan::{Phase, Plan, PlanTask};
use super::vague::vague_words;

/// A task that takes longer, in days, is better two.
const LARGE: f64 = 10.0;
/// How many tasks are named of many.
const MOST_NAMED: usize = 5;

/// All findings, the worst first.
#[must_use]
pub fn check(plan: &Plan) -> Vec<Finding> {
    let index = Index::of(plan);
    let mut findings = Vec::new();
    whole(plan, &mut findings);
    ids(plan, &mut findings);
    dependencies(&index, &mut findings);
    estimates(plan, &mut findings);
    requirements(plan, &mut findings);
    vague(plan, &mut findings);
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Tasks by what others call them.
struct Index<'a> {
    tasks: Vec<(&'a PlanTask, usize)>,
    /// By id in capitals; of several the first.
    by_id: HashMap<String, usize>,
    /// The tasks of phases, by id in capitals.
    by_phase: HashMap<String, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn of(plan: &'a Plan) -> Self {
        let mut index = Self { tasks: Vec::new(), by_id: HashMap::new(), by_phase: HashMap::new() };
        for (number, phase) in plan.phases.iter().enumerate() {
            let begin = index.tasks.len();
            for task in &phase.tasks {
                index.by_id.entry(task.id.to_uppercase()).or_insert(index.tasks.len());
                index.tasks.push((task, number));
            }
            index
                .by_phase
                .entry(phase.id.to_uppercase())
                .or_insert_with(|| (begin..index.tasks.len()).collect());
        }
        index
    }

    /// The tasks that a reference names: one, those of a phase, or the one of that number. `None` where it names none.
    fn resolve(&self, name: &str) -> Option<Vec<usize>> {
        let name = name.trim().to_uppercase();
        if let Some(task) = self.by_id.get(&name) {
            return Some(vec![*task]);
        }
        if let Some(tasks) = self.by_phase.get(&name) {
            return Some(tasks.clone());
        }
        let bare =
            ["TASK ", "STEP ", "#"].iter().find_map(|word| name.strip_prefix(word)).unwrap_or(&name).trim();
        if let Some(task) = self.by_id.get(bare) {
            return Some(vec![*task]);
        }
        let number: usize = bare.parse().ok()?;
        (1..=self.tasks.len()).contains(&number).then(|| vec![number - 1])
    }
}

fn whole(plan: &Plan, findings: &mut Vec<Finding>) {
    let mut add = |severity, code, message: &str, remedy| {
        findings.push(Finding::new(severity, code, message.to_owned(), remedy));
    };
    if plan.tasks().next().is_none() {
        let remedy =
            "write each task as an item of a list or a row of a table, below the phase that it is of";
        add(Severity::Error, "no_tasks", "the plan holds no tasks", remedy);
        return;
    }
    if plan.risks.is_empty() {
        let remedy = "add a part `Risks` that says what may go wrong, and what is done about it";
        add(Severity::Hint, "no_risks", "the plan names no risks", remedy);
    }
    if plan.tasks().all(|task| task.done_when.is_empty()) {
        let remedy = "say below each task what tells that it is done";
        add(Severity::Hint, "no_end", "no task says when it is done", remedy);
    }
    for phase in plan.phases.iter().filter(|phase| phase.tasks.is_empty()) {
        let message = format!("{} has no tasks", name_of(phase));
        let finding =
            Finding::new(Severity::Warning, "empty_phase", message, "give it tasks, or leave it out");
        findings.push(finding.at(&phase.id, phase.line));
    }
}

fn name_of(phase: &Phase) -> String {
    if phase.title.is_empty() { phase.id.clone() } else { format!("{} ({})", phase.id, phase.title) }
}

fn ids(plan: &Plan, findings: &mut Vec<Finding>) {
    let phases = plan.phases.iter().map(|phase| ("phase", &phase.id, phase.line));
    let tasks = plan.tasks().map(|task| ("task", &task.id, task.line));
    let requirements =
        plan.requirements.iter().map(|requirement| ("requirement", &requirement.id, requirement.line));
    let mut known: HashMap<(&str, String), Option<u32>> = HashMap::new();
    for (what, id, line) in phases.chain(tasks).chain(requirements) {
        if id.trim().is_empty() {
            let finding =
                Finding::new(Severity::Error, "missing_id", format!("a {what} has no id"), "give it one");
            findings.push(finding.at("", line));
            continue;
        }
        let Some(first) = known.insert((what, id.to_uppercase()), line) else { continue };
        let where_first = first.map(|line| format!(", first in line {line}")).unwrap_or_default();
        let message = format!("the {what} id {id} stands twice{where_first}");
        let remedy = "give one of both another id, and look who names it";
        findings.push(Finding::new(Severity::Error, "duplicate_id", message, remedy).at(id, line));
    }
}

fn dependencies(index: &Index<'_>, findings: &mut Vec<Finding>) {
    let mut after = vec![Vec::new(); index.tasks.len()];
    for (number, (task, phase)) in index.tasks.iter().enumerate() {
        for name in &task.depends_on {
            let Some(before) = index.resolve(name) else {
                let message = format!("{} depends on {name}, which is nowhere in the plan", task.id);
                let remedy = "name a task or a phase by its id, or add it";
                findings.push(
                    Finding::new(Severity::Error, "unknown_dependency", message, remedy)
                        .at(&task.id, task.line),
                );
                continue;
            };
            if before.iter().any(|other| index.tasks[*other].1 > *phase) {
                let message = format!("{} depends on {name}, which is in a later phase", task.id);
                let remedy = "move one of both";
                findings.push(
                    Finding::new(Severity::Warning, "later_phase", message, remedy).at(&task.id, task.line),
                );
            }
            after[number].extend(before);
        }
    }
    for path in cycles(&after) {
        let ids: Vec<&str> =
            path.iter().chain(path.first()).map(|step| index.tasks[*step].0.id.as_str()).collect();
        let message = format!("tasks wait for each other: {}", ids.join(" → "));
        let first = index.tasks[path[0]].0;
        let remedy = "take one of these dependencies away, or split a task";
        findings.push(Finding::new(Severity::Error, "cycle", message, remedy).at(&first.id, first.line));
    }
}

fn estimates(plan: &Plan, findings: &mut Vec<Finding>) {
    let missing: Vec<&PlanTask> = plan.tasks().filter(|task| task.estimate_days.is_none()).collect();
    let number = plan.tasks().count();
    let remedy = "say how long it takes, such as `(3 days)`";
    if missing.len() == number && number > 1 {
        let message = format!("none of the {number} tasks has an estimate");
        findings.push(Finding::new(Severity::Warning, "missing_estimate", message, remedy));
    } else {
        for task in missing {
            let message = format!("{} has no estimate", task.id);
            findings.push(
                Finding::new(Severity::Warning, "missing_estimate", message, remedy).at(&task.id, task.line),
            );
        }
    }
    for task in plan.tasks() {
        match task.estimate_days {
            Some(days) if !days.is_finite() || days <= 0.0 => {
                let message = format!("{} takes {days} days, which is no time", task.id);
                let remedy = "estimate more than 0 days";
                findings.push(
                    Finding::new(Severity::Error, "impossible_estimate", message, remedy)
                        .at(&task.id, task.line),
                );
            }
            Some(days) if days > LARGE => {
                let message = format!("{} takes {days} days", task.id);
                let remedy = "split what takes longer than two weeks";
                findings.push(
                    Finding::new(Severity::Hint, "large_task", message, remedy).at(&task.id, task.line),
                );
            }
            _ => {}
        }
    }
}

fn requirements(plan: &Plan, findings: &mut Vec<Finding>) {
    let met: BTreeSet<String> =
        plan.tasks().flat_map(|task| &task.requirements).map(|id| id.to_uppercase()).collect();
    for requirement in &plan.requirements {
        if !met.contains(&requirement.id.to_uppercase()) {
            let message = format!("no task meets requirement {}", requirement.id);
            let remedy = "add a task for it, or name it at the task that meets it, such as `(covers REQ-1)`";
            let finding = Finding::new(Severity::Error, "uncovered_requirement", message, remedy);
            findings.push(finding.at(&requirement.id, requirement.line));
        }
    }
    if plan.requirements.is_empty() {
        return;
    }
    let known: BTreeSet<String> =
        plan.requirements.iter().map(|requirement| requirement.id.to_uppercase()).collect();
    for task in plan.tasks() {
        for id in task.requirements.iter().filter(|id| !known.contains(&id.to_uppercase())) {
            let message = format!("{} meets {id}, which is no requirement of the plan", task.id);
            let finding =
                Finding::new(Severity::Warning, "unknown_requirement", message, "list it, or mend the id");
            findings.push(finding.at(&task.id, task.line));
        }
    }
}

fn vague(plan: &Plan, findings: &mut Vec<Finding>) {
    let mut by_word: BTreeMap<&str, (&str, Vec<&PlanTask>)> = BTreeMap::new();
    for task in plan.tasks() {
        for (word, question) in vague_words(&task.title) {
            by_word.entry(word).or_insert((question, Vec::new())).1.push(task);
        }
    }
    for (word, (question, tasks)) in by_word {
        let named: Vec<&str> = tasks.iter().take(MOST_NAMED).map(|task| task.id.as_str()).collect();
        let more = if tasks.len() > MOST_NAMED { " and others" } else { "" };
        let message = format!("\"{word}\" is vague in {}{more}: {question}", named.join(", "));
        let remedy = "say it in figures, names or examples";
        findings
            .push(Finding::new(Severity::Warning, "vague", message, remedy).at(&tasks[0].id, tasks[0].line));
    }
}
