//! Is what somebody answered the plan that a text asks for? Its ids hold, those of the text are in it, its tasks can be put in
//! an order, and its texts are lines.

use std::collections::HashSet;

use super::check::{check, unknown_requirements};
use super::finding::{Severity, shown};
use super::parsed::parse;
use super::phases::requested_phases;
use super::plan::Plan;
use crate::requirements::one_line;

/// What a text demands of a plan of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demands {
    /// How many phases it has, where the text says so.
    phases: Option<usize>,
    /// The ids that the text itself gives.
    ids: Vec<String>,
}

impl Demands {
    /// Those of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let own = parse(text).requirements.into_iter().filter(|requirement| !requirement.id_is_ours);
        Self { phases: requested_phases(text), ids: own.map(|requirement| requirement.id).collect() }
    }

    /// What is wrong with a plan that was to be made of it; `None` where nothing is. What is missing may be missing.
    #[must_use]
    pub fn problem(&self, plan: &Plan) -> Option<String> {
        form_problem(plan)
            .or_else(|| {
                let mut findings = check(plan).into_iter();
                findings.find(|finding| finding.severity == Severity::Error).map(|finding| finding.message)
            })
            .or_else(|| {
                let (task, id) = unknown_requirements(plan).next()?;
                Some(format!("{} meets {}, which is no requirement of the plan", shown(&task.id), shown(id)))
            })
            .or_else(|| self.left_out(plan))
            .or_else(|| {
                let wanted = self.phases.filter(|wanted| *wanted != plan.phases.len())?;
                Some(format!("{wanted} phases are asked for, and it has {}", plan.phases.len()))
            })
    }

    /// An id of the text that the plan does not have, be it of a requirement or of a piece of work.
    fn left_out(&self, plan: &Plan) -> Option<String> {
        let requirements = plan.requirements.iter().map(|requirement| &requirement.id);
        let known: HashSet<String> = requirements
            .chain(plan.phases.iter().map(|phase| &phase.id))
            .chain(plan.tasks().map(|task| &task.id))
            .map(|id| id.trim().to_uppercase())
            .collect();
        let missing = self.ids.iter().find(|id| !known.contains(&id.to_uppercase()))?;
        Some(format!("{missing} of the text is left out: keep it as the id of a requirement"))
    }
}

/// What the schema does not allow.
fn form_problem(plan: &Plan) -> Option<String> {
    if plan.title.trim().is_empty() {
        return Some("the plan has no title".to_owned());
    }
    if let Some(phase) = plan.phases.iter().find(|phase| phase.title.trim().is_empty()) {
        return Some(format!("phase {} has no title", shown(&phase.id)));
    }
    if let Some(task) = plan.tasks().find(|task| task.title.trim().is_empty()) {
        return Some(format!("task {} has no title", shown(&task.id)));
    }
    if let Some(requirement) = plan.requirements.iter().find(|one| one.text.trim().is_empty()) {
        return Some(format!("requirement {} has no text", shown(&requirement.id)));
    }
    let has_empty_risk = plan.risks.iter().any(|risk| risk.description.trim().is_empty());
    has_empty_risk.then(|| "a risk has no description".to_owned())
}

/// A plan with all its texts in single lines.
#[must_use]
pub fn cleaned(mut plan: Plan) -> Plan {
    let clean = |text: &mut String| *text = one_line(text);
    clean(&mut plan.title);
    clean(&mut plan.summary);
    plan.open_questions.iter_mut().for_each(clean);
    for requirement in &mut plan.requirements {
        clean(&mut requirement.id);
        clean(&mut requirement.text);
        requirement.line = None;
    }
    for phase in &mut plan.phases {
        clean(&mut phase.id);
        clean(&mut phase.title);
        phase.line = None;
        for task in &mut phase.tasks {
            clean(&mut task.id);
            clean(&mut task.title);
            let lists = [&mut task.depends_on, &mut task.requirements, &mut task.done_when];
            lists.into_iter().flatten().for_each(clean);
            task.line = None;
        }
    }
    for risk in &mut plan.risks {
        clean(&mut risk.description);
        risk.mitigation.iter_mut().for_each(clean);
    }
    plan
}
