//! What has been read of a plan so far? Its phases, of which one is open, and their tasks: no more than anybody can have
//! planned.

use std::collections::{HashMap, HashSet};

use super::phases::{PhaseLead, phase_lead};
use super::plan::{Phase, Plan, PlanTask};
use super::tags::Tags;

/// More tasks, and more phases, than a person can have planned.
pub(super) const MOST: usize = 5_000;

/// A plan that is being read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) plan: Plan,
    /// The open phase by its place; of nothing where the plan has none.
    open: usize,
    /// The places of phases by id in small letters; of several the first.
    by_id: HashMap<String, usize>,
    /// The same by title.
    by_title: HashMap<String, usize>,
    /// How many tasks there are.
    count: usize,
    /// How many tasks and phases came after the last that was taken.
    left_out: usize,
}

impl Draft {
    /// Begins a phase, which is open then.
    pub(super) fn begin_phase(&mut self, lead: PhaseLead, line: u32) {
        let (at, name) = (self.plan.phases.len(), lead.rest.to_ascii_lowercase());
        let title = Tags::split(&lead.rest).0;
        self.open_phase(Phase { id: lead.id, title, tasks: Vec::new(), line: Some(line) });
        self.by_title.entry(name).or_insert(at);
    }

    /// Goes on with the phase of that name, which stays where it is, or begins it.
    pub(super) fn enter_phase(&mut self, name: &str, line: Option<u32>) {
        let lead = phase_lead(name);
        let key = lead.as_ref().map_or(name, |lead| &lead.id).to_ascii_lowercase();
        let by_title = if lead.is_none() { self.by_title.get(&key) } else { None };
        let known = self.by_id.get(&key).into_iter().chain(by_title).min();
        if let Some(at) = known {
            self.open = *at;
            return;
        }
        let number = self.plan.phases.len() + 1;
        let lead = lead.unwrap_or_else(|| {
            let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
            let id = if is_number { name.to_owned() } else { number.to_string() };
            PhaseLead { id: format!("Phase {id}"), rest: name.to_owned() }
        });
        self.begin_phase(lead, line.unwrap_or_default());
    }

    /// Adds a task to the open phase; where there is none, that of all tasks is begun.
    pub(super) fn push_task(&mut self, task: PlanTask) {
        if self.count >= MOST || self.left_out > 0 {
            self.left_out += 1;
            return;
        }
        if self.plan.phases.is_empty() {
            let (id, title) = ("Phase 1".to_owned(), "Tasks".to_owned());
            self.open_phase(Phase { id, title, tasks: Vec::new(), line: task.line });
        }
        if let Some(phase) = self.plan.phases.get_mut(self.open) {
            phase.tasks.push(task);
            self.count += 1;
        }
    }

    /// The task that was added last to the open phase; none where it was left out.
    pub(super) fn last_task(&mut self) -> Option<&mut PlanTask> {
        let phase = self.plan.phases.get_mut(self.open).filter(|_| self.left_out == 0)?;
        phase.tasks.last_mut()
    }

    /// The plan, and how many tasks and phases were left out.
    pub(super) fn finish(mut self) -> (Plan, usize) {
        tidy(&mut self.plan);
        (self.plan, self.left_out)
    }

    fn open_phase(&mut self, phase: Phase) {
        let at = self.plan.phases.len();
        if at >= MOST || self.left_out > 0 {
            self.left_out += 1;
            return;
        }
        self.by_id.entry(phase.id.to_ascii_lowercase()).or_insert(at);
        self.by_title.entry(phase.title.to_ascii_lowercase()).or_insert(at);
        self.plan.phases.push(phase);
        self.open = at;
    }
}

/// A plan without what is too much, and how many tasks and phases that was.
pub(super) fn bounded(mut plan: Plan) -> (Plan, usize) {
    let beyond = plan.phases.iter().skip(MOST);
    let mut left_out = beyond.map(|phase| 1 + phase.tasks.len()).sum::<usize>();
    plan.phases.truncate(MOST);
    let mut room = MOST;
    for phase in &mut plan.phases {
        left_out += phase.tasks.len().saturating_sub(room);
        phase.tasks.truncate(room);
        room -= phase.tasks.len();
    }
    tidy(&mut plan);
    (plan, left_out)
}

/// Tasks without an id get one that no other has, and none names a thing twice.
fn tidy(plan: &mut Plan) {
    let taken: HashSet<String> = plan.tasks().map(|task| task.id.to_uppercase()).collect();
    let mut last = 0;
    for task in plan.phases.iter_mut().flat_map(|phase| &mut phase.tasks) {
        while task.id.is_empty() {
            last += 1;
            let id = format!("T{last}");
            if !taken.contains(&id) {
                task.id = id;
            }
        }
        for names in [&mut task.depends_on, &mut task.requirements] {
            let mut known = HashSet::new();
            names.retain(|name| known.insert(name.to_uppercase()));
        }
    }
}
