//! How does an attempt say how it goes? Progress for whoever looks, and lines for whoever reads them later.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::redact;
use crate::task::{LogLevel, Progress, TaskId};

/// Lines that wait to be stored; a faster writer loses the newest.
const MOST_WAITING: usize = 1000;
/// Lines of one attempt that are stored.
const MOST_LINES: usize = 10_000;
/// The longest line, in bytes; the rest is cut.
const LONGEST_LINE: usize = 8 * 1024;

/// What an attempt reports through. Cheap to clone, and may outlive the attempt: then nobody listens.
#[derive(Debug, Clone)]
pub struct Reporter {
    task: TaskId,
    shared: Arc<Shared>,
}

/// The other end of a [`Reporter`].
#[derive(Debug, Clone)]
pub struct Reports(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// What was said and not taken yet. Held for a push or a take only.
    said: Mutex<Said>,
    news: Notify,
}

/// What an attempt said since someone asked last.
#[derive(Debug, Default)]
pub struct Said {
    /// How far it is: the newest report.
    pub progress: Option<Progress>,
    /// The lines it left, oldest first.
    pub lines: Vec<(LogLevel, Box<str>)>,
    /// How many lines it has left so far.
    written: usize,
    /// How many of them found no room.
    lost: usize,
}

impl Reporter {
    /// Both ends for an attempt of a task.
    #[must_use]
    pub fn new(task: TaskId) -> (Self, Reports) {
        let shared = Arc::new(Shared::default());
        (Self { task, shared: Arc::clone(&shared) }, Reports(shared))
    }

    /// Says how far the attempt is. Cheap: only the newest report is kept, a few times a second.
    pub fn report(&self, mut progress: Progress) {
        progress.message = redact::known().text(&progress.message).into_owned();
        self.shared.said.lock().progress = Some(progress);
        self.shared.news.notify_one();
    }

    /// Leaves a line: an event of the task, and an entry of the engine's log. At most 10,000 of an attempt are
    /// stored, each cut at 8 KiB.
    pub fn log(&self, level: LogLevel, message: &str) {
        let task = self.task;
        match level {
            LogLevel::Debug => tracing::debug!(%task, "{message}"),
            LogLevel::Info => tracing::info!(%task, "{message}"),
            LogLevel::Warning => tracing::warn!(%task, "{message}"),
            LogLevel::Error => tracing::error!(%task, "{message}"),
        }
        // Before it is cut, which might leave a half of a key.
        self.shared.said.lock().push(level, &redact::known().text(message));
        self.shared.news.notify_one();
    }
}

impl Said {
    fn push(&mut self, level: LogLevel, message: &str) {
        self.written += 1;
        if self.written > MOST_LINES || self.lines.len() >= MOST_WAITING {
            // Said once of those beyond the most.
            self.lost += usize::from(self.written <= MOST_LINES + 1);
            return;
        }
        self.lines.push((level, bounded(message)));
    }

    /// Whether there is anything to store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.progress.is_none() && self.lines.is_empty()
    }
}

/// A line of bearable length, which says what is missing.
fn bounded(message: &str) -> Box<str> {
    let end = message.floor_char_boundary(LONGEST_LINE);
    match message.len() - end {
        0 => message.into(),
        more => format!("{}… and {more} more bytes", &message[..end]).into(),
    }
}

impl Reports {
    /// Waits until something was said. May end early.
    pub async fn news(&self) {
        self.0.news.notified().await;
    }

    /// Takes what was said since the last time.
    #[must_use]
    pub fn take(&self) -> Said {
        let mut said = self.0.said.lock();
        let (written, lost) = (said.written, std::mem::take(&mut said.lost));
        let mut taken = std::mem::replace(&mut *said, Said { written, ..Said::default() });
        drop(said);
        if lost > 0 {
            let note = format!("{lost} line(s) are left out: too many at once, or of one attempt");
            taken.lines.push((LogLevel::Warning, note.into_boxed_str()));
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_cut_says_so() {
        let whole = "é".repeat(LONGEST_LINE / 2);
        assert_eq!(*bounded(&whole), whole);
        assert_eq!(*bounded(&format!("{whole}éé")), format!("{whole}… and 4 more bytes"));
    }
}
