//! What does a table of a plan hold? Its columns are known by their names.

use super::estimate::days_in;
use super::plan::{PlanTask, Risk};
use super::tags::references;
use crate::requirements::{Level, Line, one_line, plain};

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Title,
    Phase,
    Estimate,
    /// An estimate that is a bare number.
    Days,
    DependsOn,
    Requirements,
    DoneWhen,
    Risk,
    Likelihood,
    Impact,
    Mitigation,
}

const NAMES: &[(Column, &[&str])] = &[
    (Column::Id, &["id", "task id", "no", "nr", "number", "key", "wbs", "req id", "requirement id"]),
    (
        Column::Title,
        &[
            "task",
            "title",
            "name",
            "activity",
            "work item",
            "description",
            "what",
            "item",
            "step",
            "requirement text",
        ],
    ),
    (Column::Phase, &["phase", "stage", "milestone", "sprint", "iteration"]),
    (Column::Estimate, &["estimate", "effort", "duration", "time", "estimated effort", "estimated time"]),
    (Column::Days, &["days", "estimate days", "effort days", "duration days", "person days", "pd"]),
    (
        Column::DependsOn,
        &["depends on", "dependencies", "dependency", "predecessors", "predecessor", "after", "blocked by"],
    ),
    (Column::Requirements, &["requirements", "requirement", "covers", "req", "reqs", "requirement ids"]),
    (Column::DoneWhen, &["done when", "acceptance criteria", "acceptance", "definition of done"]),
    (Column::Risk, &["risk", "risks", "threat"]),
    (Column::Likelihood, &["likelihood", "probability"]),
    (Column::Impact, &["impact", "severity"]),
    (Column::Mitigation, &["mitigation", "response", "countermeasure", "action"]),
];

/// One row that says something.
#[derive(Debug, PartialEq)]
pub(super) enum Row {
    /// A task, and the phase that it is of.
    Task(PlanTask, Option<String>),
    Risk(Risk),
}

/// The rows of a table, where its columns are those of tasks or of risks.
pub(super) fn rows(header: &[Line], rows: &[Vec<Line>], of_risks: bool) -> Vec<Row> {
    let mut columns: Vec<Option<Column>> = header.iter().map(|cell| column(&cell.text)).collect();
    let has = |columns: &[Option<Column>], column| columns.contains(&Some(column));
    let is_of_risks = has(&columns, Column::Risk) || of_risks;
    // A table that names neither tasks nor risks is about something else.
    if !has(&columns, Column::Title) && !is_of_risks {
        return Vec::new();
    }
    if is_of_risks && !has(&columns, Column::Risk) {
        let title = columns.iter_mut().find(|column| **column == Some(Column::Title));
        let Some(title) = title else { return Vec::new() };
        *title = Some(Column::Risk);
    }
    let read = |row: &Vec<Line>| if is_of_risks { risk(&columns, row) } else { task(&columns, row) };
    rows.iter().filter_map(read).collect()
}

fn column(name: &str) -> Option<Column> {
    let name = plain(name);
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
}

fn task(columns: &[Option<Column>], row: &[Line]) -> Option<Row> {
    let (mut task, mut phase) = (PlanTask::default(), None);
    for (column, cell) in columns.iter().zip(row) {
        let text = one_line(&cell.text);
        if text.is_empty() {
            continue;
        }
        task.line = task.line.or(Some(cell.number));
        match column {
            Some(Column::Id) => task.id = text,
            Some(Column::Title) => task.title = text,
            Some(Column::Phase) => phase = Some(text),
            Some(Column::Estimate) => task.estimate_days = days_in(&text).map(|(days, _)| days),
            Some(Column::Days) => {
                task.estimate_days = days_in(&format!("{text} days")).map(|(days, _)| days);
            }
            Some(Column::DependsOn) => task.depends_on = references(&text),
            Some(Column::Requirements) => task.requirements = references(&text),
            Some(Column::DoneWhen) => task.done_when.push(text),
            _ => {}
        }
    }
    (!task.title.is_empty()).then_some(Row::Task(task, phase))
}

fn risk(columns: &[Option<Column>], row: &[Line]) -> Option<Row> {
    let mut risk = Risk::default();
    for (column, cell) in columns.iter().zip(row) {
        let text = one_line(&cell.text);
        match column {
            Some(Column::Risk) => risk.description = text,
            Some(Column::Likelihood) => risk.likelihood = Level::of(&text),
            Some(Column::Impact) => risk.impact = Level::of(&text),
            Some(Column::Mitigation) => risk.mitigation = Some(text).filter(|text| !text.is_empty()),
            _ => {}
        }
    }
    (!risk.description.is_empty()).then_some(Row::Risk(risk))
}
