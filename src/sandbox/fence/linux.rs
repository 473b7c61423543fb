//! In which order is everything given up?

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::handover::pass;
use super::user::User;
use super::{files, program, rights};
use crate::sandbox::view::View;

/// What one child loses.
#[derive(Debug)]
pub(in crate::sandbox) struct Fence {
    user: User,
    /// Folders that the child may write.
    writable: Vec<PathBuf>,
    walls: Option<Walls>,
}

/// What Landlock and seccomp keep out.
#[derive(Debug)]
struct Walls {
    view: View,
    network: bool,
}

impl Fence {
    /// At the level of limits: our user, where that is root, and every capability.
    pub(in crate::sandbox) fn of_limits(view: &View) -> Self {
        Self { user: User::choose(view), writable: writable(view), walls: None }
    }

    /// At the level of Landlock: files and calls too.
    pub(in crate::sandbox) fn of_landlock(view: View, network: bool) -> Self {
        Self { user: User::choose(&view), writable: writable(&view), walls: Some(Walls { view, network }) }
    }

    /// The user whose processes are all of this run; `None` if it is ours.
    pub(in crate::sandbox) fn user(&self) -> Option<u32> {
        match &self.user {
            User::Ours => None,
            User::Other(other) => Some(other.id()),
        }
    }

    /// Gives what may be written to the user of the child.
    pub(in crate::sandbox) fn hand_over(&self) -> io::Result<()> {
        let Some(id) = self.user() else { return Ok(()) };
        self.writable.iter().try_for_each(|folder| pass(folder, rustix::process::geteuid().as_raw(), id))
    }

    /// Makes ours what is that user's. What cannot be is left: we read and remove it all the same.
    pub(in crate::sandbox) fn take_back(&self) {
        let Some(id) = self.user() else { return };
        for folder in &self.writable {
            if let Err(error) = pass(folder, id, rustix::process::geteuid().as_raw()) {
                tracing::warn!(folder = %folder.display(), %error, "files of a child stay those of its user");
            }
        }
    }

    /// Gives everything up on this thread, for ever. Only the start of `command` can follow.
    pub(in crate::sandbox) fn enter(&self, command: &mut Command) -> Result<(), String> {
        // What is to be seen is opened while we still may.
        let ruleset = match &self.walls {
            Some(walls) => Some(files::ruleset(&walls.view, walls.network)?),
            None => None,
        };
        let failed = |error: rustix::io::Errno| format!("capabilities cannot be given up: {error}");
        match &self.user {
            User::Ours => rights::drop_all().map_err(failed)?,
            User::Other(other) => {
                rights::keep_for_change(other.searches()).map_err(failed)?;
                command.uid(other.id()).gid(other.id());
            }
        }
        if let Some(ruleset) = ruleset {
            files::enter(ruleset)?;
        }
        if let Some(walls) = &self.walls {
            program::enter(walls.network)?;
        }
        Ok(())
    }
}

fn writable(view: &View) -> Vec<PathBuf> {
    view.parts.iter().filter(|part| part.is_writable).map(|part| part.path.clone()).collect()
}
