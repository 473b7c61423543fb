//! Is what somebody answered a plan? Its ids hold, its tasks can be put in an order, and its texts are lines.

use super::check::check;
use super::finding::Severity;
use super::plan::Plan;
use crate::requirements::one_line;

/// What is wrong with a plan that was to be made; `None` where nothing is. What is missing may be missing.
#[must_use]
pub fn answer_problem(plan: &Plan) -> Option<String> {
    if plan.title.trim().is_empty() {
        return Some("the plan has no title".to_owned());
    }
    if let Some(phase) = plan.phases.iter().find(|phase| phase.title.trim().is_empty()) {
        return Some(format!("phase {} has no title", phase.id));
    }
    if let Some(task) = plan.tasks().find(|task| task.title.trim().is_empty()) {
        return Some(format!("task {} has no title", task.id));
    }
    let mut findings = check(plan).into_iter();
    findings.find(|finding| finding.severity == Severity::Error).map(|finding| finding.message)
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
