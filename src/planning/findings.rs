//! Which findings are told? Of each sort so many as a person would read, and how many more there are.

use std::collections::HashMap;

use super::finding::{Finding, Severity};

/// The most findings of one code.
const MOST_OF_A_CODE: usize = 100;
/// The most cycles: each is a path.
const MOST_CYCLES: usize = 20;

/// Findings as they are gathered.
#[derive(Debug, Default)]
pub(super) struct Findings {
    told: Vec<Finding>,
    /// How many there are of each code, and how bad they are.
    counts: HashMap<&'static str, (Severity, usize)>,
}

impl Findings {
    /// Adds what `make` makes, where not enough of its code is told already.
    pub(super) fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        make: impl FnOnce(Draft) -> Finding,
    ) {
        let (_, count) = self.counts.entry(code).or_insert((severity, 0));
        *count += 1;
        if *count <= most(code) {
            self.told.push(make(Draft { severity, code }));
        }
    }

    /// All that are told, the worst first; of what there is more, a last one says how many.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        let mut more: Vec<_> =
            self.counts.into_iter().filter(|(code, (_, count))| *count > most(code)).collect();
        more.sort_unstable_by_key(|(code, _)| *code);
        for (code, (severity, count)) in more {
            let message = format!("{} more of this sort are not listed", count - most(code));
            self.told.push(Finding::new(severity, code, message, "mend those that are listed first"));
        }
        self.told.sort_by_key(|finding| finding.severity);
        self.told
    }
}

fn most(code: &str) -> usize {
    if code == "cycle" { MOST_CYCLES } else { MOST_OF_A_CODE }
}

/// A finding whose words are missing.
pub(super) struct Draft {
    severity: Severity,
    code: &'static str,
}

impl Draft {
    /// The finding of these words.
    pub(super) fn says(self, message: String, remedy: &str) -> Finding {
        Finding::new(self.severity, self.code, message, remedy)
    }
}
