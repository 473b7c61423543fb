//! What did a killed process of ours leave running? What carries its cookie, which names the process that started it.
//!
//! The kernel ends the children of a dead process (they asked for that), and bubblewrap all that is inside. Elsewhere
//! the children of those children live on; whoever takes the dead process's tasks over ends them first.

use std::fmt;
use std::str::FromStr;

#[cfg(target_os = "linux")]
use super::tree::{Process, all_processes, read_process};

/// The variable by which processes that left their group are found.
pub(super) const COOKIE_VARIABLE: &str = "OTG_SANDBOX_COOKIE";

/// A cookie for one run of this process: unlike any other, and naming its holder.
pub(super) fn cookie() -> String {
    let unique = uuid::Uuid::new_v4().simple().to_string();
    match Holder::this() {
        Some(holder) => format!("{unique}.{holder}"),
        None => unique,
    }
}

/// Ends every process that a dead process of ours left running; answers how many. Blocks while it looks through the
/// processes of the machine.
#[cfg(target_os = "linux")]
#[must_use]
pub fn end_orphans() -> usize {
    let Some(this) = Holder::this() else { return 0 };
    let mut ended = 0;
    // Again, for what was started meanwhile.
    for _ in 0..10 {
        let orphans = orphans(&this);
        if orphans.is_empty() {
            break;
        }
        ended += orphans.len();
        orphans.into_iter().for_each(Process::kill);
    }
    ended
}

/// Elsewhere processes do not show their environment.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn end_orphans() -> usize {
    0
}

/// The process that started something, as what it started names it: `PID.START.NAMESPACE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pid: i32,
    /// In clock ticks since the boot: an id may be given again.
    started: u64,
    /// Ids mean something within their namespace only.
    namespace: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.pid, self.started, self.namespace)
    }
}

impl FromStr for Holder {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(());
        let (pid, started) = (next()?.parse().map_err(drop)?, next()?.parse().map_err(drop)?);
        Ok(Self { pid, started, namespace: next()?.to_owned() })
    }
}

#[cfg(target_os = "linux")]
impl Holder {
    /// This process.
    #[must_use]
    pub fn this() -> Option<Self> {
        let pid = std::process::id().cast_signed();
        let started = read_process(pid)?.started;
        let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
        let digits = |character: &char| character.is_ascii_digit();
        Some(Self { pid, started, namespace: namespace.to_str()?.chars().filter(digits).collect() })
    }

    /// Whether it was a process where we are one, and is dead.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        Self::this().is_some_and(|this| self.is_dead_beside(&this))
    }

    fn is_dead_beside(&self, this: &Self) -> bool {
        self.namespace == this.namespace
            && read_process(self.pid).is_none_or(|now| now.started != self.started || now.is_dead)
    }

    /// The holder that a process's environment names.
    fn of(pid: i32) -> Option<Self> {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
        let entry = environment
            .split(|byte| *byte == 0)
            .find_map(|entry| entry.strip_prefix(COOKIE_VARIABLE.as_bytes())?.strip_prefix(b"="))?;
        std::str::from_utf8(entry).ok()?.split_once('.')?.1.parse().ok()
    }
}

/// Elsewhere nobody can tell a process from another that got its id.
#[cfg(not(target_os = "linux"))]
impl Holder {
    /// Not known.
    #[must_use]
    pub fn this() -> Option<Self> {
        None
    }

    /// Not known.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        false
    }
}

/// Those that carry the cookie of a dead holder, and their children, which may have an environment of their own.
#[cfg(target_os = "linux")]
fn orphans(this: &Holder) -> Vec<Process> {
    let (mut found, mut others): (Vec<_>, Vec<_>) = all_processes()
        .into_iter()
        .filter(|process| !process.is_dead && process.pid != this.pid)
        .partition(|process| Holder::of(process.pid).is_some_and(|holder| holder.is_dead_beside(this)));
    loop {
        let is_child = |process: &Process| found.iter().any(|parent| parent.pid == process.parent);
        let (children, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(is_child);
        if children.is_empty() {
            return found;
        }
        found.extend(children);
        others = rest;
    }
}
