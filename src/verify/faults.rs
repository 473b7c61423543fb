//! Which tests did not hold in a run? Judged on the record alone: what pytest prints counts for nothing.

use std::collections::BTreeSet;

use super::pytest::{PytestRun, Variation};
use super::record::{Phase, Seen, What};
use super::traces::Traces;
use super::{Removed, VerifyError};
use crate::sandbox::{Exit, Level};

/// pytest's exit code when it collected nothing: the caller says so.
const NO_TESTS: i32 = 5;

impl PytestRun {
    /// The tests to take out for what they did in this run, each once. An error where the run says nothing about
    /// single tests.
    pub(super) fn faults(&self, path: &str) -> Result<Vec<Removed>, VerifyError> {
        let uncollectable = |reason| VerifyError::Uncollectable {
            path: path.to_owned(),
            reason: format!("{reason}{}", self.variation.difference()),
        };
        if let Some(reason) = self.record.uncollected.first() {
            return Err(uncollectable(reason.clone()));
        }
        let Some(collected) = &self.record.collected else {
            return Err(uncollectable(self.last_words()));
        };
        if let Some(test) = &self.record.open_test {
            let meddled = self.record.seen.iter().find(|seen| seen.what == What::Meddled);
            let reason = meddled.map_or_else(|| self.how_it_broke_off(), Seen::reason);
            return Ok(vec![Removed { test: test.clone(), reason }]);
        }
        let mut faults = self.phase_faults();
        self.add_seen_faults(&mut faults);
        let ran: BTreeSet<&str> = self.calls().map(|phase| phase.test.as_str()).collect();
        let blamed: BTreeSet<String> = faults.iter().map(|fault| fault.test.clone()).collect();
        let idle = collected.iter().filter(|test| !ran.contains(test.as_str()) && !blamed.contains(*test));
        faults.extend(
            idle.map(|test| Removed { test: test.clone(), reason: "was collected, but did not run".into() }),
        );
        if faults.is_empty() {
            self.check_end(path)?;
        }
        Ok(faults)
    }

    fn calls(&self) -> impl Iterator<Item = &Phase> {
        self.record.phases.iter().filter(|phase| phase.when == "call")
    }

    fn phase_faults(&self) -> Vec<Removed> {
        let mut seen = BTreeSet::new();
        let faulty = self.record.phases.iter().filter_map(|phase| Some((phase, self.reason(phase)?)));
        faulty
            .filter(|(phase, _)| seen.insert(phase.test.clone()))
            .map(|(phase, reason)| Removed { test: phase.test.clone(), reason })
            .collect()
    }

    /// Tests that were seen doing what tests must not do, whatever their outcome.
    pub(super) fn add_seen_faults(&self, faults: &mut Vec<Removed>) {
        for seen in &self.record.seen {
            if let Some(test) = &seen.test
                && !faults.iter().any(|fault| fault.test == *test)
            {
                faults.push(Removed { test: test.clone(), reason: seen.reason() });
            }
        }
    }

    /// Temporary files that are gone were cleared away, as they should be.
    pub(super) fn forget_what_was_cleared(&mut self, traces: &Traces, level: Level) {
        for seen in self.record.seen.iter_mut().filter(|seen| seen.what == What::Made) {
            seen.items.retain(|path| traces.outside(path, level).symlink_metadata().is_ok());
            seen.items.iter_mut().for_each(|path| *path = traces.shown(path));
        }
        self.record.seen.retain(|seen| !seen.items.is_empty());
    }

    /// What was seen that is no single test's doing, as far as this run tells: at the end, or on loading.
    pub(super) fn seen_of_no_test(&self) -> Option<&Seen> {
        self.record.seen.iter().find(|seen| seen.test.is_none())
    }

    fn reason(&self, phase: &Phase) -> Option<String> {
        let difference = self.variation.difference();
        match phase.outcome.as_str() {
            _ if phase.xfail => Some(format!("is marked as expected to fail{}", behind_colon(&phase.text))),
            "passed" => None,
            "skipped" => Some(format!("is skipped{difference}{}", behind_colon(&phase.text))),
            "failed" if phase.when == "call" => {
                Some(format!("fails{difference}{}", behind_colon(&phase.text)))
            }
            "failed" => Some(format!("fails in its {}{difference}{}", phase.when, behind_colon(&phase.text))),
            other => Some(format!("ends as {other:?}{difference}")),
        }
    }

    fn how_it_broke_off(&self) -> String {
        let difference = self.variation.difference();
        match (self.finished.exit, &self.record.end) {
            (Exit::Code(_), Some(_)) => format!("ends the whole run{difference}"),
            (exit @ (Exit::Code(_) | Exit::Signal(_)), None) => {
                format!("ends the test process{difference}, which {exit}")
            }
            (exit, _) => format!("does not end{difference}: the run {exit}"),
        }
    }

    /// A run without faults must have come to its end, and the process must have ended as pytest said.
    fn check_end(&self, path: &str) -> Result<(), VerifyError> {
        let unmeasured = |reason| Err(VerifyError::Unmeasured { path: path.to_owned(), reason });
        match &self.record.end {
            None => unmeasured(format!("its record has no end; {}", self.last_words())),
            Some((exit, _)) if self.finished.exit != Exit::Code(*exit) => unmeasured(format!(
                "pytest ended with {exit}, but its process did not; {}",
                self.last_words()
            )),
            Some((0 | NO_TESTS, _)) => Ok(()),
            Some((exit, _)) => {
                unmeasured(format!("all tests passed, but pytest ended with {exit}; {}", self.last_words()))
            }
        }
    }

    /// Tests of the plain run that this run did not have.
    pub(super) fn vanished(&self, plain: &[String]) -> Vec<Removed> {
        let collected: BTreeSet<&String> = self.record.collected.iter().flatten().collect();
        let reason = format!("is not there{}", self.variation.difference());
        let gone = plain.iter().filter(|test| !collected.contains(test));
        gone.map(|test| Removed { test: test.clone(), reason: reason.clone() }).collect()
    }

    /// Tests that changed files, in a run that watched them.
    pub(super) fn file_faults(&self) -> Vec<Removed> {
        debug_assert_eq!(self.variation, Variation::Watched);
        let by_tests =
            self.record.changed.iter().filter_map(|changed| Some((changed.test.clone()?, changed)));
        by_tests
            .map(|(test, changed)| Removed {
                test,
                reason: format!("changes files of the project: {}", changed.paths.join(", ")),
            })
            .collect()
    }
}

impl Seen {
    /// As the end of a sentence that begins with the name of the test.
    pub(super) fn reason(&self) -> String {
        let items = self.items.join(", ");
        match self.what {
            What::Touched => format!("touches files outside of a temporary folder: {items}"),
            What::Reached => format!("reaches for the network: {items}"),
            What::Made => format!("leaves files behind: {items}"),
            What::Running => format!("leaves processes running: {items}"),
            What::Meddled => format!("meddles with the measurement: it {items}"),
        }
    }
}

fn behind_colon(text: &str) -> String {
    match text.lines().next() {
        Some(line) if !line.trim().is_empty() => format!(": {line}"),
        _ => String::new(),
    }
}
