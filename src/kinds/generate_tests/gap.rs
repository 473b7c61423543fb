//! How is a gap filled? Where the tests that were written stay below the threshold, the embedded agent's are put
//! behind them, and all are verified together as one file. What comes to less is not taken.

use super::best::{Best, Filled};
use super::iterations::Iterations;
use super::work::Work;
use crate::agent::LocalAgent;
use crate::task::{Failure, LogLevel};
use crate::verify::Candidate;

/// The best with the gap filled as far as that goes; the same best where it does not.
pub(super) async fn fill(work: Work<'_>, best: Best) -> Best {
    match filled(work, &best).await {
        Ok(Some(better)) => better,
        Ok(None) => best,
        Err(failure) => {
            work.attempt
                .log(LogLevel::Warning, &format!("the embedded agent could not fill the gap: {failure}"));
            best
        }
    }
}

async fn filled(work: Work<'_>, best: &Best) -> Result<Option<Best>, Failure> {
    let iterations = Iterations::new(&LocalAgent, work.attempt, work.request, work.prepared, work.began);
    let workspace = work.prepared.workspaces.copy("gap").await?;
    let report = iterations.write(&workspace, best.iterations, best.iterations).await?;
    let own = Candidate::collect(&workspace, &work.prepared.output).await?;
    let before = &best.verdict;
    let both = Candidate {
        test_source: joined(&before.test_source, &own.test_source),
        helpers: before.helpers.clone(),
        discarded: before.discarded.clone(),
    };
    let mut verdict = iterations.judge(both, best.iterations).await?;
    if verdict.coverage.counts.covered() <= before.coverage.counts.covered() {
        return Ok(None);
    }
    // What the first agent's tests were taken out for is still to be told.
    verdict.removed.splice(0..0, before.removed.iter().cloned());
    let tests = verdict.tests.iter().filter(|test| !before.tests.contains(test)).count();
    let filled = Some(Filled { tests, percent_before: before.coverage.percent });
    let report = crate::agent::AgentReport { left_out: report.left_out, ..best.report.clone() };
    Ok(Some(Best { verdict, report, iterations: best.iterations, filled }))
}

/// One file of two. The tests of the second get names of their own, so that none stands in for one of the first.
fn joined(first: &str, second: &str) -> String {
    let renamed = second.lines().filter(|line| !line.starts_with("from __future__ ")).map(|line| {
        for (word, instead) in [
            ("def test_", "def test_gap_"),
            ("async def test_", "async def test_gap_"),
            ("class Test", "class TestGap"),
        ] {
            if let Some(rest) = line.strip_prefix(word) {
                return format!("{instead}{rest}\n");
            }
        }
        format!("{line}\n")
    });
    format!("{}\n\n\n{}", first.trim_end(), renamed.collect::<String>().trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_of_both_files_are_there_under_names_of_their_own() {
        let first = "from a import f\n\n\ndef test_f():\n    assert f() == 1\n";
        let second = "from __future__ import annotations\n\nfrom a import f\n\n\ndef test_f():\n    assert f(2) == 2\n";
        assert_eq!(
            joined(first, second),
            "from a import f\n\n\ndef test_f():\n    assert f() == 1\n\n\nfrom a import f\n\n\n\
             def test_gap_f():\n    assert f(2) == 2\n"
        );
    }
}
