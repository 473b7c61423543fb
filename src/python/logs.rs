//! How do the engine's logs reach `logging`? Through a bounded queue, emptied by a Python thread: no tokio
//! thread waits for the interpreter to write a line.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use pyo3::prelude::*;
use rustix::pipe::{PipeFlags, pipe_with};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::errors;
use crate::redact;

/// Older lines are dropped when Python does not come to read them.
const CAPACITY: usize = 1024;

/// Locked for a push or a swap only. A fork may find it held by a thread that the child does not have: so
/// nobody waits for it for long.
static QUEUE: Mutex<Option<Queue>> = Mutex::new(None);

fn queue() -> Option<MutexGuard<'static, Option<Queue>>> {
    QUEUE.try_lock_for(Duration::from_secs(1))
}

struct Queue {
    lines: VecDeque<(u8, String)>,
    dropped: usize,
    writer: OwnedFd,
    /// Kept open for the Python side, which reads it by number.
    reader: OwnedFd,
}

/// Starts forwarding (once a process) and answers the descriptor that becomes readable when lines wait.
#[pyfunction]
pub(super) fn log_signal() -> PyResult<i32> {
    let Some(mut queue) = queue() else { return Err(errors::environment("logs are locked".to_owned())) };
    if let Some(queue) = &*queue {
        return Ok(queue.reader.as_raw_fd());
    }
    let (reader, writer) =
        pipe_with(PipeFlags::CLOEXEC).map_err(|error| errors::environment(format!("no pipe: {error}")))?;
    let number = reader.as_raw_fd();
    *queue = Some(Queue { lines: VecDeque::new(), dropped: 0, writer, reader });
    drop(queue);
    // A second call, as in a forked child, finds the subscriber of the first.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Forward));
    Ok(number)
}

/// The lines that wait, oldest first: `(level of logging, text)`.
#[pyfunction]
pub(super) fn take_logs() -> Vec<(u8, String)> {
    let Some(mut queue) = queue() else { return Vec::new() };
    let Some(queue) = &mut *queue else { return Vec::new() };
    let mut lines: Vec<_> = std::mem::take(&mut queue.lines).into();
    if queue.dropped > 0 {
        lines.push((30, format!("{} log line(s) were dropped", queue.dropped)));
        queue.dropped = 0;
    }
    lines
}

/// In a forked child: a queue and a pipe of its own at the next `log_signal`.
pub(super) fn forget() {
    std::mem::forget(queue().and_then(|mut queue| queue.take()));
}

struct Forward;

impl<S: Subscriber> Layer<S> for Forward {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let level = *event.metadata().level();
        if level > Level::INFO || !event.metadata().target().starts_with("_core") {
            return;
        }
        let mut text = Text::default();
        event.record(&mut text);
        let text = redact::known().text(&text.finish()).into_owned();
        let Some(mut queue) = queue() else { return };
        let Some(queue) = &mut *queue else { return };
        if queue.lines.len() == CAPACITY {
            queue.lines.pop_front();
            queue.dropped += 1;
        }
        queue.lines.push_back((number(level), text));
        if queue.lines.len() == 1 {
            let _ = rustix::io::write(&queue.writer, b"!");
        }
    }
}

/// The number of a level in `logging`.
fn number(level: Level) -> u8 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        _ => 20,
    }
}

#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn finish(self) -> String {
        self.message + &self.fields
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value:?}")
        } else {
            write!(self.fields, " {}={value:?}", field.name())
        };
    }
}
