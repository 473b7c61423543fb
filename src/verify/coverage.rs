//! How much of the module is reached? Counts, and figures that are never rounded up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Line and branch coverage of one module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Lines and branches together, in percent, cut after two decimals.
    pub percent: f64,
    /// Lines only.
    pub line_percent: f64,
    /// Branches only; 100 where there are none.
    pub branch_percent: f64,
    /// Lines that were run.
    pub covered_lines: Vec<u32>,
    /// Lines that were not.
    pub missing_lines: Vec<u32>,
    /// Jumps that were not taken, from line to line; a negative line is the end of a function.
    pub missing_branches: Vec<(i64, i64)>,
    /// What the figures are made of.
    pub counts: CoverageCounts,
}

/// The counts behind the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageCounts {
    /// Statements of the module.
    pub statements: u64,
    /// Those that were run.
    pub covered_statements: u64,
    /// Branches of the module.
    pub branches: u64,
    /// Those that were taken.
    pub covered_branches: u64,
}

impl CoverageCounts {
    /// What was reached of both, for a threshold.
    #[must_use]
    pub fn covered(&self) -> u64 {
        self.covered_statements + self.covered_branches
    }

    /// What there is of both.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.statements + self.branches
    }
}

/// The part of `coverage json` that we read.
#[derive(Debug, Deserialize)]
struct Report {
    files: BTreeMap<String, FileReport>,
}

#[derive(Debug, Deserialize)]
struct FileReport {
    executed_lines: Vec<u32>,
    missing_lines: Vec<u32>,
    missing_branches: Vec<(i64, i64)>,
    summary: Summary,
}

#[derive(Debug, Deserialize)]
struct Summary {
    covered_lines: u64,
    num_statements: u64,
    num_branches: u64,
    covered_branches: u64,
}

impl Coverage {
    /// Reads the report of a run that measured exactly one file.
    pub(super) fn from_report(json: &[u8]) -> Result<Self, String> {
        let report: Report = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let mut files = report.files.into_values();
        match (files.next(), files.next()) {
            (Some(file), None) => Ok(Self::from_file(file)),
            (None, _) => Err("coverage has no data".into()),
            (Some(_), Some(_)) => Err("coverage has data of more than the module".into()),
        }
    }

    fn from_file(file: FileReport) -> Self {
        let summary = file.summary;
        let counts = CoverageCounts {
            statements: summary.num_statements,
            covered_statements: summary.covered_lines,
            branches: summary.num_branches,
            covered_branches: summary.covered_branches,
        };
        Self {
            covered_lines: file.executed_lines,
            missing_lines: file.missing_lines,
            missing_branches: file.missing_branches,
            ..Self::from_counts(counts)
        }
    }

    /// A module without a single statement: nothing is missing.
    pub(super) fn of_nothing() -> Self {
        Self::from_counts(CoverageCounts {
            statements: 0,
            covered_statements: 0,
            branches: 0,
            covered_branches: 0,
        })
    }

    fn from_counts(counts: CoverageCounts) -> Self {
        Self {
            percent: percent(counts.covered(), counts.total()),
            line_percent: percent(counts.covered_statements, counts.statements),
            branch_percent: percent(counts.covered_branches, counts.branches),
            covered_lines: Vec::new(),
            missing_lines: Vec::new(),
            missing_branches: Vec::new(),
            counts,
        }
    }
}

/// Cut, not rounded, after two decimals: 79.999 is not 80.
fn percent(covered: u64, total: u64) -> f64 {
    if total == 0 {
        return 100.0;
    }
    let hundredths = u32::try_from(covered * 10_000 / total).unwrap_or(10_000);
    f64::from(hundredths) / 100.0
}
