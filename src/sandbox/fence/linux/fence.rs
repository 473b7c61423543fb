//! In which order is everything given up?

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use parking_lot::Mutex;

use super::tenants::Tenant;
use super::user::User;
use super::{files, program, rights};
use crate::sandbox::view::View;

/// What one child loses.
#[derive(Debug)]
pub(in crate::sandbox) struct Fence {
    user: User,
    /// While the child runs; held for a moment.
    tenant: Mutex<Option<Tenant>>,
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
        Self { user: User::choose(view), tenant: Mutex::default(), writable: writable(view), walls: None }
    }

    /// At the level of Landlock: files and calls too.
    pub(in crate::sandbox) fn of_landlock(view: View, network: bool) -> Self {
        Self {
            user: User::choose(&view),
            tenant: Mutex::default(),
            writable: writable(&view),
            walls: Some(Walls { view, network }),
        }
    }

    /// Whether the child has a user of its own.
    pub(in crate::sandbox) fn has_own_user(&self) -> bool {
        self.user != User::Ours
    }

    /// The user whose processes are all of this run; `None` if others have it, too.
    pub(in crate::sandbox) fn own_user(&self) -> Option<u32> {
        self.tenant.lock().as_ref().filter(|tenant| tenant.is_alone()).map(Tenant::id)
    }

    /// Gives what may be written to the user of the child.
    pub(in crate::sandbox) fn hand_over(&self) -> io::Result<()> {
        if self.has_own_user() {
            *self.tenant.lock() = Some(Tenant::move_in(&self.writable)?);
        }
        Ok(())
    }

    /// Makes ours what is that user's, unless another run works there.
    pub(in crate::sandbox) fn take_back(&self) {
        let tenant = self.tenant.lock().take();
        drop(tenant);
    }

    /// Gives everything up on this thread, for ever. Only the start of `command` can follow.
    pub(in crate::sandbox) fn enter(&self, command: &mut Command) -> Result<(), String> {
        // What is to be seen is opened while we still may.
        let ruleset = match &self.walls {
            Some(walls) => Some(files::ruleset(&walls.view, walls.network)?),
            None => None,
        };
        let failed = |error: rustix::io::Errno| format!("capabilities cannot be given up: {error}");
        match self.user {
            User::Ours => rights::drop_all().map_err(failed)?,
            User::Tenant { searches } => {
                let id = self.tenant.lock().as_ref().map(Tenant::id).ok_or("nothing is handed over")?;
                rights::keep_for_change(searches).map_err(failed)?;
                command.uid(id).gid(id);
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
