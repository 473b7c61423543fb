//! How are plans, requirements and findings told to people? In Markdown that our own reader reads.

use std::fmt::Write as _;

use super::finding::{Severity, Validation};
use super::parsed::{Ambiguity, ParsedRequirements};
use super::plan::{Plan, PlanTask, Risk};
use crate::requirements::{Level, Requirement};

/// How many open questions are told of many.
const MOST_QUESTIONS: usize = 50;

/// A plan.
#[must_use]
pub fn plan_text(plan: &Plan) -> String {
    let mut text = format!("# {}\n", plan.title);
    // Writing to a String cannot fail.
    if !plan.summary.is_empty() {
        let _ = writeln!(text, "\n{}", plan.summary);
    }
    if !plan.requirements.is_empty() {
        text.push_str("\n## Requirements\n\n");
        for requirement in &plan.requirements {
            let _ = writeln!(text, "- {}: {}", requirement.id, requirement.text);
        }
    }
    for phase in &plan.phases {
        let _ = writeln!(text, "\n## {}: {}\n", phase.id, phase.title);
        phase.tasks.iter().for_each(|task| task_lines(&mut text, task));
        if phase.tasks.is_empty() {
            text.push_str("Nothing is named for it.\n");
        }
    }
    if !plan.risks.is_empty() {
        text.push_str("\n## Risks\n\n");
        plan.risks.iter().for_each(|risk| risk_lines(&mut text, risk));
    }
    listed(&mut text, "Open questions", plan.open_questions.iter().cloned());
    text
}

fn task_lines(text: &mut String, task: &PlanTask) {
    let mut notes = Vec::new();
    notes.extend(task.estimate_days.map(days));
    if !task.depends_on.is_empty() {
        notes.push(format!("depends on {}", task.depends_on.join(", ")));
    }
    if !task.requirements.is_empty() {
        notes.push(format!("covers {}", task.requirements.join(", ")));
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    let _ = writeln!(text, "- {}: {}{notes}", task.id, task.title);
    for end in &task.done_when {
        let _ = writeln!(text, "  - Done when: {end}");
    }
}

/// `1 day`, `2.5 days`.
pub(super) fn days(days: f64) -> String {
    if (days - 1.0).abs() < f64::EPSILON { "1 day".to_owned() } else { format!("{days} days") }
}

fn risk_lines(text: &mut String, risk: &Risk) {
    let level = |name: &str, level: Option<Level>| level.map(|level| format!("{name} {}", level.as_str()));
    let levels: Vec<String> =
        [level("likelihood", risk.likelihood), level("impact", risk.impact)].into_iter().flatten().collect();
    let levels = if levels.is_empty() { String::new() } else { format!(" ({})", levels.join(", ")) };
    let _ = writeln!(text, "- {}{levels}", risk.description);
    if let Some(mitigation) = &risk.mitigation {
        let _ = writeln!(text, "  - Mitigation: {mitigation}");
    }
}

/// Requirements.
#[must_use]
pub fn parsed_text(parsed: &ParsedRequirements) -> String {
    let mut text = "# Requirements\n".to_owned();
    if parsed.requirements.is_empty() {
        text.push_str("\nThe text holds none.\n");
    } else {
        text.push('\n');
    }
    parsed.requirements.iter().for_each(|requirement| requirement_lines(&mut text, requirement));
    listed(&mut text, "Ambiguities", parsed.ambiguities.iter().map(Ambiguity::told));
    let unread = parsed
        .unread
        .iter()
        .map(|unread| format!("line {}: {} ({})", unread.line, unread.text, unread.reason));
    listed(&mut text, "Not read", unread);
    text
}

fn requirement_lines(text: &mut String, requirement: &Requirement) {
    let level = |name: &str, level: Option<Level>| level.map(|level| format!("{name}: {}", level.as_str()));
    let mut notes = vec![format!("type: {}", requirement.category.as_str())];
    notes.extend(level("priority", requirement.priority));
    notes.extend(level("risk", requirement.risk));
    let of = requirement.section.as_deref().map(|section| format!(" [of: {section}]")).unwrap_or_default();
    let _ = writeln!(text, "- {}: {}{of} ({})", requirement.id, requirement.description, notes.join(", "));
    for criterion in &requirement.acceptance_criteria {
        let _ = writeln!(text, "  - {}", criterion.text);
    }
}

/// What a check came to.
#[must_use]
pub fn validation_text(validation: &Validation) -> String {
    let plan = &validation.plan;
    let counted =
        |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let verdict = if validation.valid { "The plan holds." } else { "The plan does not hold." };
    let mut text = format!(
        "# {verdict}\n\n{} in {}: {}, {}, {}.",
        counted(plan.tasks().count(), "task"),
        counted(plan.phases.len(), "phase"),
        counted(validation.count(Severity::Error), "error"),
        counted(validation.count(Severity::Warning), "warning"),
        counted(validation.count(Severity::Hint), "hint"),
    );
    if let Some(sum) = plan.estimated_days() {
        let _ = write!(text, " Estimated: {}.", days(sum));
    }
    text.push('\n');
    if !validation.findings.is_empty() {
        text.push('\n');
    }
    for finding in &validation.findings {
        let line = finding.place.line.map(|line| format!(" (line {line})")).unwrap_or_default();
        let remedy = if finding.remedy.is_empty() { String::new() } else { format!("; {}", finding.remedy) };
        let _ = writeln!(
            text,
            "- {} {}{line}: {}{remedy}",
            finding.severity.as_str(),
            finding.code,
            finding.message
        );
    }
    text
}

fn listed(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n## {title}\n");
    for line in lines.iter().take(MOST_QUESTIONS) {
        let _ = writeln!(text, "- {line}");
    }
    if lines.len() > MOST_QUESTIONS {
        let _ = writeln!(text, "- and {} more", lines.len() - MOST_QUESTIONS);
    }
}
