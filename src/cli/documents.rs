//! `run`: work of any of our kinds by its payload: what the documents of a project ask for, and what is covered.

use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::arguments::Run;
use super::describe::plural;
use super::error::CommandError;
use super::exit::Exit;
use super::format::OutputFormat;
use super::output::{BOLD, Terminal};
use super::session::Session;
use super::{generate, submit};
use crate::engine::{Finished, TestRequest};
use crate::task::{Kind, Work};

/// How many lines that could not be read are named.
const MOST_NAMED: usize = 5;
/// More than any payload takes.
const MOST_BYTES: u64 = 8 << 20;

/// `run`.
pub(super) async fn run(command: &Run, session: &Session, terminal: &Terminal) -> Result<Exit, CommandError> {
    if let Kind::Custom(name) = &command.kind {
        return Err(CommandError::NeedsHandler { kind: name.to_string() });
    }
    let mut payload = payload(&command.payload)?;
    if let Some(project) = &command.project {
        payload.insert("project_id".to_owned(), project.as_str().into());
    }
    let context = Arc::new(session.settings.context());
    let work =
        TestRequest::work_of_kind(command.kind.clone(), payload, &context, session.settings.max_iterations)?;
    let (scheduling, json) = (&command.scheduling, command.format.json);
    if command.detach {
        return submit::detach(vec![work], scheduling, json, session, terminal).await;
    }
    let format = if json { OutputFormat::Json } else { OutputFormat::Text };
    generate::attend(vec![work], scheduling, command.wait_timeout, format, session, terminal).await
}

/// The payload as it stands, or in a file.
fn payload(text: &str) -> Result<Map<String, Value>, CommandError> {
    let usage = |message: String| CommandError::Usage {
        message: format!("--payload {message}"),
        hint: "give a JSON object, such as --payload '{\"file_path\": \"src/shop/cart.py\"}', or @FILE"
            .to_owned(),
    };
    let text = match text.strip_prefix('@') {
        None if text == "-" => read(std::io::stdin().lock()).map_err(|error| usage(format!("-: {error}")))?,
        None => text.to_owned(),
        Some(path) => {
            std::fs::File::open(path).and_then(read).map_err(|error| usage(format!("@{path}: {error}")))?
        }
    };
    match serde_json::from_str(&text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(usage("is no object".to_owned())),
        Err(error) => Err(usage(format!("is no JSON: {error}"))),
    }
}

fn read(source: impl std::io::Read) -> std::io::Result<String> {
    let mut text = String::new();
    source.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// What work on documents left, in some lines.
pub(super) fn result(finished: &Finished, result: &Value) -> Option<String> {
    let Work::Documents(documents) = &finished.task.new.work else { return None };
    let mut text = format!("{BOLD}{}{BOLD:#}: ", documents.project.id);
    if let Some(message) = result["message"].as_str() {
        text.push_str(message);
    } else if let Some(files) = result["generated_files"].as_array() {
        let number = result["total_count"].as_u64().and_then(|number| usize::try_from(number).ok());
        let what = number.map(|number| format!("{} to be written in ", plural(number, "test case")));
        let folder = result["artifacts"].as_str().unwrap_or_default();
        let _ = write!(text, "{}{} in {folder}", what.unwrap_or_default(), plural(files.len(), "file"));
    }
    let unread = result["unread"].as_array().map(Vec::as_slice).unwrap_or_default();
    for line in unread.iter().take(MOST_NAMED) {
        let reason = line["reason"].as_str().unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  line {} was not read: {reason}", line["line"]);
    }
    if unread.len() > MOST_NAMED {
        let _ = write!(text, "\n  and {} more", plural(unread.len() - MOST_NAMED, "line"));
    }
    Some(text)
}
