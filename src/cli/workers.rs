//! `workers`: the processes that run tasks of this store.

use std::time::Duration;

use chrono::Utc;

use super::arguments::{Json, NAME};
use super::describe::age;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD, Terminal};
use super::session::Session;
use crate::task::{Lane, Member};

/// `workers`.
pub(super) async fn run(format: Json, session: &Session, terminal: &Terminal) -> Result<Exit, CommandError> {
    let engine = session.open_without_workers().await?;
    let members = engine.members().await;
    engine.stop(Duration::ZERO).await;
    let members = members?;
    if format.json {
        output::print_json(&members)?;
    } else if members.is_empty() {
        terminal.note(format_args!("nobody runs tasks of {}: start `{NAME} worker`", session.location));
    } else {
        output::print(table(&members))?;
    }
    Ok(Exit::Done)
}

fn table(members: &[Member]) -> String {
    let width =
        members.iter().map(|member| member.program.host.chars().count()).max().unwrap_or_default().max(4);
    let head = format!(
        "{BOLD}{:<width$}  {:>7}  {:<8}  {:>6}  {:>6}  {:>7}  LANES [LABELS]{BOLD:#}",
        "HOST", "PID", "VERSION", "UP", "SEEN", "RUNNING"
    );
    let now = Utc::now();
    let rows = members.iter().map(|member| {
        let lanes: Vec<&str> = member.lanes.iter().map(Lane::as_str).collect();
        format!(
            "{:<width$}  {:>7}  {:<8}  {:>6}  {:>6}  {:>7}  {}{}",
            member.program.host,
            member.program.pid,
            member.program.version,
            age(now - member.joined_at),
            age(now - member.seen_at),
            member.running.len(),
            lanes.join(", "),
            if member.labels.is_empty() { String::new() } else { format!(" [{}]", member.labels) },
        )
    });
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}
