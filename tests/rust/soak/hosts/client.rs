//! The process that submits everything from a host of its own, and waits for all that was acknowledged.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use _core::task::{NewTask, TaskId};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::event::{Event, Journal};
use super::note::Note;
use super::worker::{FOLDER, STORE, open};
use crate::soak::figures::figures;
use crate::soak::moment::now;
use crate::soak::process::{Process, end_with_parent, say};

/// What it says when everything was submitted, and when all waits were answered.
pub(super) const SUBMITTED: &str = "submitted";
pub(super) const WOKEN: &str = "woken";
/// How many tasks it has under way at once.
const BACKLOG: usize = 200;
/// After an answer that was an error.
const PAUSE: Duration = Duration::from_millis(100);

/// Starts it by this command.
pub(super) fn start(binary: Command, url: &str, folder: &Path) -> Process {
    let variables = [(STORE, url), (FOLDER, folder.to_str().unwrap())];
    Process::start_by(binary, "soak::hosts::client::submits_and_waits", &variables)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is started and killed by the test"]
async fn submits_and_waits() {
    let Some(store) = std::env::var(STORE).ok() else { return };
    end_with_parent();
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let journal = Journal::open(&folder, "client");
    let engine = open(&store, EngineOptions::without_workers()).await;
    let client = Arc::new(Client { engine, journal });
    let (room, figures) = (Arc::new(Semaphore::new(BACKLOG)), figures().hosts);
    let mut pace = tokio::time::interval(figures.submission / u32::try_from(figures.tasks).unwrap());
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut waits = JoinSet::new();
    for _ in 0..figures.tasks {
        pace.tick().await;
        let seat = Arc::clone(&room).acquire_owned().await.unwrap();
        let client = Arc::clone(&client);
        let id = client.submit().await;
        waits.spawn(async move {
            client.wait(id).await;
            drop(seat);
        });
    }
    say(SUBMITTED);
    waits.join_all().await;
    say(WOKEN);
    std::future::pending::<()>().await;
}

struct Client {
    engine: Engine,
    journal: Journal,
}

impl Client {
    /// Submits until something is acknowledged: the same again under its key, else something new, since the old may have
    /// been kept.
    async fn submit(&self) -> TaskId {
        let mut note = Note::any();
        loop {
            self.journal.write(&Event::Submitting { note: note.text() });
            let new = NewTask { submitter: self.engine.process(), ..note.task() };
            if let Ok(task) = self.engine.submit(new).await {
                self.journal.write(&Event::Acknowledged { note: note.text(), task: task.id() });
                return task.id();
            }
            tokio::time::sleep(PAUSE).await;
            if !note.has_key() {
                note = Note::any();
            }
        }
    }

    /// Waits until it is answered, however often the database is away.
    async fn wait(&self, id: TaskId) {
        loop {
            if let Ok(finished) = self.engine.wait(id, None).await {
                let (status, result) = (finished.task.status(), finished.result);
                let result = result.map(|result| (*result).clone());
                return self.journal.write(&Event::Woken { task: id, status, result, at: now() });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
