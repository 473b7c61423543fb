//! Which thread starts a child that loses something? One that loses it first, and can do nothing else afterwards.

use std::io;
use std::process::{Child, Command};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use super::fence::Fence;

/// The thread that started a child. It lives until this is dropped: a parent-death signal would come with its end.
#[derive(Debug)]
pub(super) struct Starter {
    release: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Why a child is not started.
#[derive(Debug)]
pub(super) enum NotStarted {
    /// It could not lose what it is to lose.
    Fence(String),
    /// The system said so.
    System(io::Error),
}

impl From<io::Error> for NotStarted {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl Starter {
    /// Starts `command` behind a fence.
    pub(super) fn start(command: Command, fence: Arc<Fence>) -> Result<(Child, Self), NotStarted> {
        let (answer, answered) = mpsc::sync_channel(1);
        let (release, released) = mpsc::channel();
        let thread = std::thread::Builder::new().name("otg-starter".into()).spawn(move || {
            // What is to be held by the child alone is let go of here.
            let _ = answer.send(start(command, &fence));
            drop(fence);
            let _: Result<(), _> = released.recv();
        })?;
        let starter = Self { release: Some(release), thread: Some(thread) };
        let ended = |_| NotStarted::Fence("the thread that starts a child panicked".into());
        Ok((answered.recv().map_err(ended)??, starter))
    }
}

impl Drop for Starter {
    fn drop(&mut self) {
        self.release = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn start(mut command: Command, fence: &Fence) -> Result<Child, NotStarted> {
    fence.enter(&mut command).map_err(NotStarted::Fence)?;
    Ok(command.spawn()?)
}
