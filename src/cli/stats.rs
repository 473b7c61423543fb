//! `stats`: how the queue is, and how the models of agents fared.

use std::time::Duration;

use super::arguments::Json;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD};
use super::session::Session;
use crate::task::{ModelFigures, QueueStats};

/// `stats`.
pub(super) async fn run(format: Json, session: &Session) -> Result<Exit, CommandError> {
    let engine = session.open_without_workers().await?;
    let stats = engine.stats().await;
    engine.stop(Duration::ZERO).await;
    let stats = stats?;
    if format.json {
        output::print_json(&stats)?;
    } else {
        output::print(text(&stats))?;
    }
    Ok(Exit::Done)
}

/// One line for each thing that is known.
fn text(stats: &QueueStats) -> String {
    let mut lines = vec![
        ("tasks", stats.total_tasks.to_string()),
        ("waiting", stats.queue_size.to_string()),
        ("running", stats.running.to_string()),
        ("completed", stats.completed.to_string()),
        ("failed", stats.failed.to_string()),
        ("cancelled", stats.cancelled.to_string()),
        ("workers", stats.workers.to_string()),
    ];
    if let Some(seconds) = stats.recent.mean_completion_seconds {
        lines.push(("mean time", format!("{seconds:.1} s")));
    }
    let mut lines: Vec<String> =
        lines.into_iter().map(|(name, value)| format!("{BOLD}{name:<11}{BOLD:#}{value}")).collect();
    lines.extend(
        stats
            .models
            .iter()
            .map(|(model, figures)| format!("{BOLD}model{BOLD:#}      {model}: {}", of_model(figures))),
    );
    lines.join("\n")
}

/// `3 runs, 2 successful, 1 times limited, $0.2500`.
fn of_model(figures: &ModelFigures) -> String {
    let ModelFigures { runs, successes, rate_limits, cost_usd } = *figures;
    let cost = cost_usd.map_or_else(|| "cost not known".to_owned(), |cost| format!("${cost:.4}"));
    format!("{runs} runs, {successes} successful, {rate_limits} times limited, {cost}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_that_nobody_knows_is_not_0() {
        let figures = ModelFigures { runs: 3, successes: 2, rate_limits: 1, cost_usd: None };
        assert_eq!(of_model(&figures), "3 runs, 2 successful, 1 times limited, cost not known");
        let figures = ModelFigures { cost_usd: Some(0.25), ..figures };
        assert_eq!(of_model(&figures), "3 runs, 2 successful, 1 times limited, $0.2500");
    }
}
