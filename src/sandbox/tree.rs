//! Which processes belong to a run? Those that descend from its root, and those that carry its cookie.
//!
//! A process that left its group and whose parent is gone still has our cookie in its environment, which
//! `/proc` shows, and the user of the run if that is one of its own. What was once found to belong is remembered,
//! whatever becomes of its parent or environment.

#[cfg(target_os = "linux")]
use std::collections::HashMap;
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::fence::Fence;

/// The processes of one run.
#[derive(Debug)]
pub(super) struct Tree {
    root: Pid,
    #[cfg(target_os = "linux")]
    cookie: Vec<u8>,
    /// Knows the user whose processes are all of this run.
    #[cfg(target_os = "linux")]
    fence: Option<Arc<Fence>>,
    /// Whether a process, by id and start time, belongs to the run.
    #[cfg(target_os = "linux")]
    known: HashMap<(i32, u64), bool>,
}

/// A process as `/proc` shows it.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no process is seen there"))]
pub(super) struct Process {
    pub(super) pid: i32,
    pub(super) parent: i32,
    /// In clock ticks since the boot.
    pub(super) started: u64,
    pub(super) is_dead: bool,
}

impl Tree {
    /// Ends the root and its whole process group, at once.
    fn kill_group(&self) {
        let _ = kill_process_group(self.root, Signal::KILL);
        // One that is to lead a session has none in its first moments.
        let _ = kill_process(self.root, Signal::KILL);
    }
}

#[cfg(target_os = "linux")]
impl Tree {
    /// The tree of a root that was started as the leader of a group, with `cookie` in its environment, behind
    /// `fence`.
    pub(super) fn new(root: Pid, cookie: &str, fence: Option<Arc<Fence>>) -> Self {
        Self { root, cookie: cookie.as_bytes().to_vec(), fence, known: HashMap::new() }
    }

    /// Those that live now.
    pub(super) fn living(&mut self) -> Vec<Process> {
        let mut others = all_processes();
        let started: HashMap<i32, u64> =
            others.iter().map(|process| (process.pid, process.started)).collect();
        let mut members: Vec<Process> = Vec::new();
        // Not only those that are new: others may have had that user when they were first seen.
        if let Some(user) = self.fence.as_ref().and_then(|fence| fence.own_user()) {
            for process in others.iter().filter(|process| user_of(process.pid) == Some(user)) {
                self.known.insert((process.pid, process.started), true);
            }
        }
        // A child may stand before its parent in the list: again until nothing is added.
        loop {
            let before = members.len();
            let (belongs, rest) = others.into_iter().partition(|process| self.belongs(process, &started));
            members.extend::<Vec<Process>>(belongs);
            others = rest;
            if members.len() == before {
                break;
            }
        }
        for process in others {
            self.known.insert((process.pid, process.started), false);
        }
        members.retain(|process| !process.is_dead);
        members
    }

    fn belongs(&mut self, process: &Process, started: &HashMap<i32, u64>) -> bool {
        let key = (process.pid, process.started);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        // By id and start time: the id of a dead member may be another's by now.
        let parent = started.get(&process.parent).map(|started| (process.parent, *started));
        let is_child = parent.is_some_and(|parent| self.known.get(&parent) == Some(&true));
        let belongs = process.pid == self.root.as_raw_nonzero().get()
            || is_child
            || has_cookie(process.pid, &self.cookie);
        if belongs {
            self.known.insert(key, true);
        }
        belongs
    }

    /// Lets the kernel end these, and no other program, when memory runs out. What they start inherits that.
    pub(super) fn end_first(&mut self) {
        for process in self.living() {
            let _ = std::fs::write(format!("/proc/{}/oom_score_adj", process.pid), "1000");
        }
    }

    /// Kills until nothing is left that lives; answers how many could not be ended in ten seconds.
    pub(super) fn kill(&mut self) -> usize {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        self.kill_group();
        loop {
            let living = self.living();
            if living.is_empty() || std::time::Instant::now() > deadline {
                return living.len();
            }
            for process in living {
                process.kill();
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

#[cfg(target_os = "linux")]
impl Process {
    /// Kills exactly this process: by descriptor, after a second look at its start time.
    pub(super) fn kill(self) {
        use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};

        let Some(pid) = Pid::from_raw(self.pid) else { return };
        let Ok(descriptor) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        if read_process(self.pid).is_some_and(|now| now.started == self.started) {
            let _ = pidfd_send_signal(descriptor, Signal::KILL);
        }
    }
}

#[cfg(target_os = "linux")]
pub(super) fn all_processes() -> Vec<Process> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(read_process)
        .collect()
}

/// Fields 3, 4 and 22 of `/proc/PID/stat`, which stand behind a name that may hold anything.
#[cfg(target_os = "linux")]
pub(super) fn read_process(pid: i32) -> Option<Process> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let behind_name = stat.iter().rposition(|byte| *byte == b')')? + 2;
    let text = std::str::from_utf8(stat.get(behind_name..)?).ok()?;
    let mut fields = text.split(' ');
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let started = fields.nth(17)?.parse().ok()?;
    Some(Process { pid, parent, started, is_dead: matches!(state, "Z" | "X") })
}

#[cfg(target_os = "linux")]
fn user_of(pid: i32) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;

    Some(std::fs::metadata(format!("/proc/{pid}")).ok()?.uid())
}

#[cfg(target_os = "linux")]
fn has_cookie(pid: i32, cookie: &[u8]) -> bool {
    std::fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|entry| entry.ends_with(cookie)))
}

/// Elsewhere there is no `/proc`: only the process group is held.
#[cfg(not(target_os = "linux"))]
impl Tree {
    pub(super) fn new(root: Pid, _cookie: &str, _fence: Option<Arc<Fence>>) -> Self {
        Self { root }
    }

    pub(super) fn living(&mut self) -> Vec<Process> {
        Vec::new()
    }

    pub(super) fn end_first(&mut self) {}

    pub(super) fn kill(&mut self) -> usize {
        self.kill_group();
        0
    }
}
