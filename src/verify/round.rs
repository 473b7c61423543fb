//! One round: the runs of the file as it stands, or as many as it takes to find what does not hold.

use std::time::Duration;

use super::inspect::Inventory;
use super::pytest::{PytestRun, Variation};
use super::record::{Changed, Seen, What};
use super::session::Session;
use super::{Coverage, Removed, VerifyError};

/// A file that passed all runs of one round.
pub(super) struct Held {
    pub(super) tests: Vec<String>,
    pub(super) coverage: Coverage,
    /// How long the plain run took.
    pub(super) duration: Duration,
}

/// What one round came to.
pub(super) enum Round {
    Held(Held),
    /// Tests to take out; none at all where the file has no test left.
    Faulty(Vec<Removed>),
}

impl Session<'_> {
    /// Takes out tests that need not be run, until there are none.
    pub(super) async fn read_out_idle_tests(
        &mut self,
        removed: &mut Vec<Removed>,
    ) -> Result<Inventory, VerifyError> {
        loop {
            let inventory = self.inspect().await?;
            let idle = inventory.idle_tests();
            if idle.is_empty() {
                return Ok(inventory);
            }
            let lines: Vec<u32> = idle.iter().map(|(line, _)| *line).collect();
            removed.extend(idle.into_iter().map(|(_, test)| test));
            self.remove_lines(&lines).await?;
        }
    }

    /// Takes out the tests that did not hold in a run, and what they left behind.
    pub(super) async fn take_out(
        &mut self,
        inventory: &Inventory,
        faults: Vec<Removed>,
        removed: &mut Vec<Removed>,
    ) -> Result<(), VerifyError> {
        let mut lines = Vec::new();
        for fault in &faults {
            lines.push(inventory.line_of(&fault.test).ok_or_else(|| self.unremovable(fault))?);
        }
        removed.extend(faults);
        if !self.workspace.changes().await?.is_empty() {
            self.renew_copy().await?;
        }
        self.remove_lines(&lines).await
    }

    /// Runs the file as it stands.
    pub(super) async fn round(
        &mut self,
        inventory: &Inventory,
        report: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<Round, VerifyError> {
        report("run 1 of 3: measuring");
        let plain = self.pytest(Variation::Plain).await?;
        let mut faults = plain.faults(self.verification.output.as_str())?;
        faults.extend(unasserting(&plain, inventory, &faults));
        if faults.is_empty()
            && let Some(seen) = plain.seen_of_no_test()
        {
            faults = self.blame(seen).await?;
        }
        let tests = plain.record.collected.clone().unwrap_or_default();
        if tests.is_empty() || !faults.is_empty() {
            return Ok(Round::Faulty(faults));
        }
        report("run 2 of 3: another order, environment and hash seed");
        let (coverage, reordered) = tokio::join!(self.measure(&plain), self.pytest(Variation::Reordered));
        report("run 3 of 3: another working directory, time zone and locale");
        let elsewhere = self.pytest(Variation::Elsewhere).await?;
        // A file that a test left behind may be why another fails: that first.
        let faults = self.file_faults().await?;
        if !faults.is_empty() {
            return Ok(Round::Faulty(faults));
        }
        let faults = self.variation_faults(&[reordered?, elsewhere], &tests)?;
        if !faults.is_empty() {
            return Ok(Round::Faulty(faults));
        }
        let coverage = coverage?;
        report("last run: every function of the module refuses");
        let faults = self.unfailing(&tests, inventory, &plain).await?;
        if !faults.is_empty() {
            return Ok(Round::Faulty(faults));
        }
        Ok(Round::Held(Held { tests, coverage, duration: plain.finished.duration }))
    }

    /// What did not hold in runs that differ from the plain one in what must not matter.
    fn variation_faults(&self, runs: &[PytestRun], plain: &[String]) -> Result<Vec<Removed>, VerifyError> {
        let mut all: Vec<Removed> = Vec::new();
        for run in runs {
            let mut faults = run.faults(self.verification.output.as_str())?;
            if faults.is_empty() {
                faults = run.vanished(plain);
            }
            faults.retain(|fault| !all.iter().any(|known| known.test == fault.test));
            all.extend(faults);
        }
        Ok(all)
    }

    /// Which tests did what a run has only seen to be done? Asked of one more run, that looks after each; an error
    /// where it is no test's doing but the file's.
    async fn blame(&self, seen: &Seen) -> Result<Vec<Removed>, VerifyError> {
        let watched = self.pytest(Variation::Watched).await?;
        let mut faults = Vec::new();
        watched.add_seen_faults(&mut faults);
        if !faults.is_empty() {
            return Ok(faults);
        }
        Err(match seen.what {
            What::Meddled => self.meddled(&seen.items.join(", ")),
            _ => VerifyError::Loading { path: self.verification.output.to_string(), what: seen.reason() },
        })
    }

    /// If the runs have changed files of the project, finds out which tests do so, in one more run that looks
    /// after each. New files that come with loading the module are the module's business.
    async fn file_faults(&mut self) -> Result<Vec<Removed>, VerifyError> {
        let path = self.verification.output.to_string();
        let changes = self.workspace.changes().await?;
        if changes.iter().all(|change| self.made_on_load.contains(&change.path)) {
            return Ok(Vec::new());
        }
        self.renew_copy().await?;
        let watched = self.pytest(Variation::Watched).await?;
        let on_load: Vec<&Changed> =
            watched.record.changed.iter().filter(|changed| changed.test.is_none()).collect();
        if let Some(changed) = on_load.iter().find(|changed| !changed.only_added) {
            return Err(VerifyError::ChangesOnLoad { path, changes: changed.paths.join(", ") });
        }
        let faults = watched.file_faults();
        if faults.is_empty() && on_load.is_empty() {
            let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
            return Err(VerifyError::ChangesUnsteadily { path, changes: changes.join(", ") });
        }
        self.made_on_load = on_load.iter().flat_map(|changed| changed.paths.clone()).collect();
        Ok(faults)
    }
}

/// Tests that a project's own naming rules made tests, and that assert nothing.
fn unasserting(plain: &PytestRun, inventory: &Inventory, known: &[Removed]) -> Vec<Removed> {
    let collected = plain.record.collected.iter().flatten();
    let unknown = collected.filter(|test| !known.iter().any(|fault| fault.test == **test));
    let idle = unknown.filter_map(|test| Some((test, inventory.idle(test)?)));
    idle.map(|(test, reason)| Removed { test: test.clone(), reason: reason.to_owned() }).collect()
}
