//! Elsewhere than on a Linux of 64 bits a child loses nothing: only limits hold, and `doctor` says so.

use std::process::Command;

use crate::sandbox::view::View;

/// Nothing.
#[derive(Debug)]
pub(in crate::sandbox) struct Fence;

impl Fence {
    pub(in crate::sandbox) fn of_limits(_view: &View) -> Self {
        Self
    }

    pub(in crate::sandbox) fn of_landlock(_view: View, _network: bool) -> Self {
        Self
    }

    pub(in crate::sandbox) fn has_own_user(&self) -> bool {
        false
    }

    #[cfg(target_os = "linux")]
    pub(in crate::sandbox) fn own_user(&self) -> Option<u32> {
        None
    }

    pub(in crate::sandbox) fn hand_over(&self) -> std::io::Result<()> {
        Ok(())
    }

    pub(in crate::sandbox) fn take_back(&self) {}

    pub(in crate::sandbox) fn enter(&self, _command: &mut Command) -> Result<(), String> {
        Ok(())
    }
}

/// There is no such file.
pub(in crate::sandbox) fn file_for_bubblewrap() -> Result<std::os::fd::OwnedFd, String> {
    Err("seccomp works on Linux only".into())
}
