//! How does a test become several processes? This binary starts itself with the name of one ignored test, which
//! says what it does on its standard error, line by line, until it is killed or its parent is gone.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tokio::sync::mpsc;

/// A process that runs one test of this binary.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    lines: mpsc::UnboundedReceiver<(Instant, String)>,
    pub(super) started: Instant,
}

impl Process {
    /// Starts the test of this path with these variables.
    pub(super) fn start(test: &str, variables: &[(&str, &str)]) -> Self {
        Self::start_by(Command::new(std::env::current_exe().unwrap()), test, variables)
    }

    /// Starts it by a command to which the arguments of this binary are added: it may run elsewhere.
    pub(super) fn start_by(mut binary: Command, test: &str, variables: &[(&str, &str)]) -> Self {
        let started = Instant::now();
        let mut child = binary
            .args([test, "--exact", "--ignored", "--nocapture", "--quiet"])
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::unbounded_channel();
        let voice = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            let mut voice = BufReader::new(voice);
            let mut line = String::new();
            // A line without its end was cut short by death.
            while voice.read_line(&mut line).is_ok_and(|_| line.ends_with('\n')) {
                sender.send((Instant::now(), line.trim_end().to_owned())).ok();
                line.clear();
            }
        });
        Self { child, lines, started }
    }

    /// Its number, as long as it is not waited for.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line, or `None` when the process is gone.
    pub(super) async fn line(&mut self) -> Option<(Instant, String)> {
        self.lines.recv().await
    }

    /// Kills it; answers what it had still said.
    pub(super) async fn kill(mut self) -> Vec<(Instant, String)> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut rest = Vec::new();
        while let Some(line) = self.lines.recv().await {
            rest.push(line);
        }
        rest
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // After `kill` there is nothing left to do.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Says a line to the parent, all of it at once.
pub(super) fn say(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).ok();
}

/// Ends this process at once when its parent is gone.
pub(super) fn end_with_parent() {
    std::thread::spawn(|| {
        let mut byte = [0];
        while std::io::stdin().read(&mut byte).is_ok_and(|count| count > 0) {}
        std::process::abort();
    });
}
