//! What is wrong with a plan, as far as its own words tell? Ids, what waits for what, estimates, requirements, vague words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::finding::{Finding, Severity, shown};
use super::findings::Findings;
use super::order::dependencies;
use super::plan::{Phase, Plan, PlanTask};
use super::vague::vague_words;

/// A task that takes longer, in days, is better two.
const LARGE: f64 = 10.0;
/// How many tasks are named of many.
const MOST_NAMED: usize = 5;

/// What is found, the worst first: of each sort some, and how many more there are.
#[must_use]
pub fn check(plan: &Plan) -> Vec<Finding> {
    let mut findings = Findings::default();
    whole(plan, &mut findings);
    ids(plan, &mut findings);
    dependencies(plan, &mut findings);
    estimates(plan, &mut findings);
    requirements(plan, &mut findings);
    vague(plan, &mut findings);
    findings.finish()
}

fn whole(plan: &Plan, findings: &mut Findings) {
    let mut add = |severity, code, message: &str, remedy| {
        findings.add(severity, code, |draft| draft.says(message.to_owned(), remedy));
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
        findings.add(Severity::Warning, "empty_phase", |draft| {
            let message = format!("{} has no tasks", name_of(phase));
            draft.says(message, "give it tasks, or leave it out").at(&phase.id, phase.line)
        });
    }
}

fn name_of(phase: &Phase) -> String {
    let id = shown(&phase.id);
    if phase.title.is_empty() { id } else { format!("{id} ({})", shown(&phase.title)) }
}

fn ids(plan: &Plan, findings: &mut Findings) {
    let phases = plan.phases.iter().map(|phase| ("phase", &phase.id, phase.line));
    let tasks = plan.tasks().map(|task| ("task", &task.id, task.line));
    let requirements =
        plan.requirements.iter().map(|requirement| ("requirement", &requirement.id, requirement.line));
    let mut known: HashMap<(&str, String), Option<u32>> = HashMap::new();
    for (what, id, line) in phases.chain(tasks).chain(requirements) {
        if id.trim().is_empty() {
            findings.add(Severity::Error, "missing_id", |draft| {
                draft.says(format!("a {what} has no id"), "give it one").at("", line)
            });
            continue;
        }
        let key = (what, id.to_uppercase());
        let Some(first) = known.get(&key) else {
            known.insert(key, line);
            continue;
        };
        findings.add(Severity::Error, "duplicate_id", |draft| {
            let where_first = first.map(|line| format!(", first in line {line}")).unwrap_or_default();
            let message = format!("the {what} id {} stands twice{where_first}", shown(id));
            draft.says(message, "give one of both another id, and look who names it").at(id, line)
        });
    }
}

fn estimates(plan: &Plan, findings: &mut Findings) {
    let missing: Vec<&PlanTask> = plan.tasks().filter(|task| task.estimate_days.is_none()).collect();
    let number = plan.tasks().count();
    let remedy = "say how long it takes, such as `(3 days)`";
    if missing.len() == number && number > 1 {
        let message = format!("none of the {number} tasks has an estimate");
        findings.add(Severity::Warning, "missing_estimate", |draft| draft.says(message, remedy));
    } else {
        for task in missing {
            findings.add(Severity::Warning, "missing_estimate", |draft| {
                draft.says(format!("{} has no estimate", shown(&task.id)), remedy).at(&task.id, task.line)
            });
        }
    }
    for task in plan.tasks() {
        match task.estimate_days {
            Some(days) if !days.is_finite() || days <= 0.0 => {
                findings.add(Severity::Error, "impossible_estimate", |draft| {
                    let message = format!("{} takes {days} days, which is no time", shown(&task.id));
                    draft.says(message, "estimate more than 0 days").at(&task.id, task.line)
                });
            }
            Some(days) if days > LARGE => findings.add(Severity::Hint, "large_task", |draft| {
                let message = format!("{} takes {days} days", shown(&task.id));
                draft.says(message, "split what takes longer than two weeks").at(&task.id, task.line)
            }),
            _ => {}
        }
    }
}

fn requirements(plan: &Plan, findings: &mut Findings) {
    if plan.requirements.is_empty() {
        return;
    }
    let met: BTreeSet<String> =
        plan.tasks().flat_map(|task| &task.requirements).map(|id| id.to_uppercase()).collect();
    for requirement in plan.requirements.iter().filter(|one| !met.contains(&one.id.to_uppercase())) {
        findings.add(Severity::Error, "uncovered_requirement", |draft| {
            let message = format!("no task meets requirement {}", shown(&requirement.id));
            let remedy = "add a task for it, or name it at the task that meets it, such as `(covers REQ-1)`";
            draft.says(message, remedy).at(&requirement.id, requirement.line)
        });
    }
    for (task, id) in unknown_requirements(plan) {
        findings.add(Severity::Warning, "unknown_requirement", |draft| {
            let message =
                format!("{} meets {}, which is no requirement of the plan", shown(&task.id), shown(id));
            draft.says(message, "list it, or mend the id").at(&task.id, task.line)
        });
    }
}

/// The ids that tasks say they meet and the plan does not list, each with its task.
pub(super) fn unknown_requirements(plan: &Plan) -> impl Iterator<Item = (&PlanTask, &str)> {
    let known: BTreeSet<String> =
        plan.requirements.iter().map(|requirement| requirement.id.to_uppercase()).collect();
    let all = plan.tasks().flat_map(|task| task.requirements.iter().map(move |id| (task, id.as_str())));
    all.filter(move |(_, id)| !known.contains(&id.to_uppercase()))
}

fn vague(plan: &Plan, findings: &mut Findings) {
    let mut by_word: BTreeMap<&str, (&str, Vec<&PlanTask>)> = BTreeMap::new();
    for task in plan.tasks() {
        for (word, question) in vague_words(&task.title) {
            by_word.entry(word).or_insert((question, Vec::new())).1.push(task);
        }
    }
    for (word, (question, tasks)) in by_word {
        findings.add(Severity::Warning, "vague", |draft| {
            let named: Vec<String> = tasks.iter().take(MOST_NAMED).map(|task| shown(&task.id)).collect();
            let more = if tasks.len() > MOST_NAMED { " and others" } else { "" };
            let message = format!("\"{word}\" is vague in {}{more}: {question}", named.join(", "));
            let remedy = "say it in figures, names or examples";
            draft.says(message, remedy).at(&tasks[0].id, tasks[0].line)
        });
    }
}
