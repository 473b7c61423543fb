//! Where does which text go? What people read to standard error, what programs read to standard output; colours
//! only on a terminal, and not with `NO_COLOR`.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal as _, Write};

use anstyle::{AnsiColor, Style};
use indicatif::{MultiProgress, ProgressDrawTarget};
use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use serde::Serialize;

use super::error::CommandError;

/// Names of things.
pub(super) const BOLD: Style = Style::new().bold();
/// What is beside the point.
pub(super) const DIM: Style = Style::new().dimmed();
/// What is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What needs a look.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What went wrong.
pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The next step.
pub(super) const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Standard error, with the progress display that lives there.
#[derive(Debug, Clone)]
pub(super) struct Terminal {
    bars: MultiProgress,
}

impl Terminal {
    /// Standard error as it is: a display that redraws on a terminal, lines elsewhere.
    pub(super) fn new() -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
        let target = if io::stderr().is_terminal() && !is_dumb {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self { bars: MultiProgress::with_draw_target(target) }
    }

    /// Where bars are drawn; `None` where nothing can be redrawn.
    pub(super) fn bars(&self) -> Option<&MultiProgress> {
        (!self.bars.is_hidden()).then_some(&self.bars)
    }

    /// One line, above the display. A standard error that is closed is no reason to stop.
    pub(super) fn line(&self, text: impl Display) {
        self.bars.suspend(|| {
            let _ = writeln!(anstream::stderr(), "{text}");
        });
    }

    /// Something good to know.
    pub(super) fn note(&self, text: impl Display) {
        self.line(format_args!("{BOLD}note{BOLD:#}: {text}"));
    }

    /// Something that needs a look.
    pub(super) fn warning(&self, text: impl Display) {
        self.line(format_args!("{WARNING}warning{WARNING:#}: {text}"));
    }

    /// Something that went wrong.
    pub(super) fn error(&self, text: impl Display) {
        self.line(format_args!("{ERROR}error{ERROR:#}: {text}"));
    }

    /// The next step.
    pub(super) fn hint(&self, text: impl Display) {
        self.line(format_args!("{HINT}hint{HINT:#}: {text}"));
    }
}

/// While it lives, the terminal does not show the keys of signals: a `^C` behind a line that is redrawn would move
/// the cursor to the next one, and the line would stay.
#[derive(Debug)]
pub(super) struct QuietKeys {
    before: Termios,
}

impl QuietKeys {
    /// `None` where nothing is redrawn, or the terminal is not ours to change.
    pub(super) fn new(terminal: &Terminal) -> Option<Self> {
        terminal.bars()?;
        let before = tcgetattr(io::stderr()).ok()?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHOCTL);
        set_modes(&quiet).then_some(Self { before })
    }
}

impl Drop for QuietKeys {
    fn drop(&mut self) {
        set_modes(&self.before);
    }
}

/// Only in the foreground: in the background the system would stop us for it.
fn set_modes(modes: &Termios) -> bool {
    let is_foreground = tcgetpgrp(io::stderr()).is_ok_and(|group| group == getpgrp());
    is_foreground && tcsetattr(io::stderr(), OptionalActions::Now, modes).is_ok()
}

/// Text for standard output. A reader that has had enough is no error.
pub(super) fn print(text: impl Display) -> Result<(), CommandError> {
    let mut stdout = anstream::stdout().lock();
    written(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
}

/// One JSON document for standard output.
pub(super) fn print_json(document: &impl Serialize) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(document).map_err(|error| CommandError::Output(error.into()))?;
    print_raw(text.as_bytes())
}

/// Bytes for standard output, as they are, and the end of a line.
pub(super) fn print_raw(text: &[u8]) -> Result<(), CommandError> {
    let mut stdout = io::stdout().lock();
    written(stdout.write_all(text).and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()))
}

fn written(outcome: io::Result<()>) -> Result<(), CommandError> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CommandError::Output(error)),
        _ => Ok(()),
    }
}
