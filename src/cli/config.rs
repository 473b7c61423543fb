//! `config show`: every setting, its value, where that came from, and the variable that sets it.

use serde::Serialize;

use super::arguments::Json;
use super::error::CommandError;
use super::exit::Exit;
use super::output::{self, BOLD, DIM};
use super::session::Session;
use crate::config::{Rule, Setting, SourceEntry, Sources};

/// The document of `config show --json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    settings: &'a Sources,
}

/// `config show`.
pub(super) fn show(format: Json, session: &Session) -> Result<Exit, CommandError> {
    if format.json {
        output::print_json(&Document { settings: &session.sources })?;
        return Ok(Exit::Done);
    }
    let blocks: Vec<String> = session.sources.iter().map(block).collect();
    output::print(blocks.join("\n"))?;
    Ok(Exit::Done)
}

/// Three lines: the value, where it came from and how to set it, what it is for and what it may be.
fn block(entry: &SourceEntry) -> String {
    let (name, variable, source) = (entry.name, entry.variable, &entry.source);
    let shown = entry.shown();
    let value = if shown.is_empty() { "(none)" } else { &shown };
    let about = Setting::named(name).map_or_else(String::new, about);
    format!("{BOLD}{name}{BOLD:#} = {value}\n    from {source}; variable {variable}\n    {DIM}{about}{DIM:#}")
}

fn about(setting: &Setting) -> String {
    let about = setting.about;
    match setting.rule {
        Rule::Flag => format!("{about} true or false."),
        Rule::Whole { min, max } => format!("{about} {min} to {max}."),
        Rule::Number { min, max } => format!("{about} {min} to {max}."),
        Rule::Choice { names, .. } => format!("{about} One of {}.", names.join(", ")),
        Rule::Text
        | Rule::Path
        | Rule::Address
        | Rule::Url
        | Rule::Secret
        | Rule::Labels
        | Rule::Networks
        | Rule::Figures { .. } => about.to_owned(),
    }
}
