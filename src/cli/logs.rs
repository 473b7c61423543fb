//! How does the engine speak on the command line? Its log lines become lines on standard error, above the display.

use std::fmt;
use std::io;

use chrono::{SecondsFormat, Utc};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use super::output::Terminal;
use crate::redact;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// What needs a look.
    Warnings,
    /// And what is good to know.
    Notes,
    /// And each attempt, as a worker tells.
    Attempts,
}

/// Sends the engine's log lines to the terminal, for the rest of the process.
pub(super) fn start(terminal: &Terminal, detail: Detail) {
    let terminal = terminal.clone();
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .event_format(Line { timed: detail == Detail::Attempts })
        .with_writer(move || Above(terminal.clone()))
        .with_filter(filter_fn(move |metadata| is_wanted(metadata, detail)));
    // Another subscriber can only be there where Python code has imported the package before it ran us.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines));
}

fn is_wanted(metadata: &Metadata<'_>, detail: Detail) -> bool {
    let target = metadata.target();
    let most = match detail {
        Detail::Warnings => Level::WARN,
        Detail::Attempts if target == "_core::engine::attempt" => Level::DEBUG,
        Detail::Notes | Detail::Attempts => Level::INFO,
    };
    target.starts_with("_core") && *metadata.level() <= most
}

/// `level: message field=value`, of a worker with the time before it.
struct Line {
    timed: bool,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if self.timed {
            write!(writer, "{} ", Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true))?;
        }
        writer.write_str(match *event.metadata().level() {
            Level::ERROR => "error: ",
            Level::WARN => "warning: ",
            Level::INFO => "note: ",
            _ => "",
        })?;
        context.format_fields(writer.by_ref(), event)
    }
}

/// Writes whole lines above the display.
struct Above(Terminal);

impl io::Write for Above {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.line(redact::known().text(String::from_utf8_lossy(line).trim_end()).as_ref());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
