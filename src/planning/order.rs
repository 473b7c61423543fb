//! What waits for what? Tasks for tasks and whole phases, by what these are called; and what cannot be so.

use std::collections::{HashMap, HashSet};

use super::cycle::cycles;
use super::finding::{Severity, shown};
use super::findings::Findings;
use super::plan::{Plan, PlanTask};

/// How many steps of a cycle are named.
const MOST_STEPS: usize = 10;

/// Looks for dependencies that are nowhere, that come later, or that lead back.
pub(super) fn dependencies(plan: &Plan, findings: &mut Findings) {
    let order = Order::of(plan);
    let mut after: Vec<Vec<usize>> = Vec::with_capacity(order.tasks.len() + order.phases.len());
    for (task, phase) in &order.tasks {
        after.push(order.before(task, *phase, findings));
    }
    // A phase is over when its tasks are: it waits for them, and nobody else for each of them.
    after.extend(order.phases.iter().map(|tasks| tasks.clone().collect()));
    for path in cycles(&after) {
        cycle(&path, &order, findings);
    }
}

fn unknown(task: &PlanTask, name: &str, findings: &mut Findings) {
    findings.add(Severity::Error, "unknown_dependency", |draft| {
        let message = format!("{} depends on {}, which is nowhere in the plan", shown(&task.id), shown(name));
        draft.says(message, "name a task or a phase by its id, or add it").at(&task.id, task.line)
    });
}

fn later(task: &PlanTask, name: &str, findings: &mut Findings) {
    findings.add(Severity::Warning, "later_phase", |draft| {
        let message = format!("{} depends on {}, which is in a later phase", shown(&task.id), shown(name));
        draft.says(message, "move one of both").at(&task.id, task.line)
    });
}

fn cycle(path: &[usize], order: &Order<'_>, findings: &mut Findings) {
    findings.add(Severity::Error, "cycle", |draft| {
        let mut steps: Vec<String> = path.iter().take(MOST_STEPS).map(|step| order.name(*step)).collect();
        if path.len() > MOST_STEPS {
            steps.push(format!("{} more", path.len() - MOST_STEPS));
        }
        steps.extend(path.first().map(|step| order.name(*step)));
        let message = format!("tasks wait for each other: {}", steps.join(" → "));
        let (item, line) = order.place(path[0]);
        draft.says(message, "take one of these dependencies away, or split a task").at(item, line)
    });
}

/// Tasks and phases by what others call them. Both are steps: the tasks first, in their order, then the phases.
struct Order<'a> {
    plan: &'a Plan,
    /// Each with the number of its phase.
    tasks: Vec<(&'a PlanTask, usize)>,
    /// The tasks of each phase.
    phases: Vec<std::ops::Range<usize>>,
    /// By id in capitals; of several the first.
    by_id: HashMap<String, usize>,
    /// By id in capitals; of several the first.
    by_phase: HashMap<String, usize>,
}

impl<'a> Order<'a> {
    fn of(plan: &'a Plan) -> Self {
        let (mut tasks, mut phases) = (Vec::new(), Vec::new());
        let (mut by_id, mut by_phase) = (HashMap::new(), HashMap::new());
        for (number, phase) in plan.phases.iter().enumerate() {
            let begin = tasks.len();
            for task in &phase.tasks {
                by_id.entry(task.id.to_uppercase()).or_insert(tasks.len());
                tasks.push((task, number));
            }
            phases.push(begin..tasks.len());
            by_phase.entry(phase.id.to_uppercase()).or_insert(number);
        }
        Self { plan, tasks, phases, by_id, by_phase }
    }

    /// The steps that a task of a phase waits for, each once.
    fn before(&self, task: &PlanTask, phase: usize, findings: &mut Findings) -> Vec<usize> {
        let (mut steps, mut known, mut unknown_names) = (Vec::new(), HashSet::new(), HashSet::new());
        for name in &task.depends_on {
            let Some(step) = self.resolve(name) else {
                if unknown_names.insert(name.trim().to_uppercase()) {
                    unknown(task, name, findings);
                }
                continue;
            };
            if !known.insert(step) {
                continue;
            }
            if self.phase_of(step) > Some(phase) {
                later(task, name, findings);
            }
            steps.push(step);
        }
        steps
    }

    /// The step that a reference names: a task, a phase, or the task of that number. `None` where it names none.
    fn resolve(&self, name: &str) -> Option<usize> {
        let name = name.trim().to_uppercase();
        if let Some(task) = self.by_id.get(&name) {
            return Some(*task);
        }
        if let Some(phase) = self.by_phase.get(&name) {
            return Some(self.tasks.len() + phase);
        }
        let bare =
            ["TASK ", "STEP ", "#"].iter().find_map(|word| name.strip_prefix(word)).unwrap_or(&name).trim();
        if let Some(task) = self.by_id.get(bare) {
            return Some(*task);
        }
        let number: usize = bare.parse().ok()?;
        (1..=self.tasks.len()).contains(&number).then(|| number - 1)
    }

    /// The phase that a step is in, or is; `None` for one in which there is nothing to wait for.
    fn phase_of(&self, step: usize) -> Option<usize> {
        match self.tasks.get(step) {
            Some((_, phase)) => Some(*phase),
            None => Some(step - self.tasks.len()).filter(|phase| !self.phases[*phase].is_empty()),
        }
    }

    fn place(&self, step: usize) -> (&'a str, Option<u32>) {
        if let Some((task, _)) = self.tasks.get(step) {
            return (&task.id, task.line);
        }
        let phase = &self.plan.phases[step - self.tasks.len()];
        (&phase.id, phase.line)
    }

    fn name(&self, step: usize) -> String {
        shown(self.place(step).0)
    }
}
