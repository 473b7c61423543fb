//! As whom does a child run? As we do; where we are root, as a user that nobody else is.
//!
//! An id of its own for each run: its files and processes are nobody else's, limits that the kernel counts by user
//! hold for it alone, and what it leaves running is known by its id, whatever it did to its parents or environment.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;

use super::rights;
use crate::sandbox::view::View;

/// Ids that Linux distributions give to nobody, in containers too (systemd lists them as unused).
const IDS: RangeInclusive<u32> = 60_706..=61_183;

/// The user of a child.
#[derive(Debug)]
pub(super) enum User {
    /// Who we are, without capabilities: we are not root, or may not become anyone else.
    Ours,
    /// Nobody else, for as long as this lives.
    Other(Other),
}

/// An id that is ours to give for now.
#[derive(Debug)]
pub(super) struct Other {
    id: u32,
    searches: bool,
    /// An address that only one process can hold, and that is free when it dies.
    #[expect(dead_code, reason = "held, not read")]
    reservation: UnixListener,
}

impl User {
    /// The least of users that can read what is in view.
    pub(super) fn choose(view: &View) -> Self {
        if !rustix::process::geteuid().is_root() || !rights::has(rights::TO_CHANGE_USER) {
            return Self::Ours;
        }
        let searches = !view.parts.iter().all(|part| is_open_to_all(&part.path, part.is_writable));
        if searches && !rights::has(rights::TO_SEARCH) {
            return Self::Ours;
        }
        Other::reserve(searches).map_or(Self::Ours, Self::Other)
    }
}

impl Other {
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Whether it reads where it has no permission.
    pub(super) fn searches(&self) -> bool {
        self.searches
    }

    /// An id that no process has, and that no process of ours is about to give.
    fn reserve(searches: bool) -> Option<Self> {
        let in_use: HashSet<u32> = users_of_processes();
        let first = fastrand::u32(IDS);
        (first..=*IDS.end()).chain(*IDS.start()..first).filter(|id| !in_use.contains(id)).find_map(|id| {
            let address = SocketAddr::from_abstract_name(format!("openhands-testgen/user/{id}")).ok()?;
            let reservation = UnixListener::bind_addr(&address).ok()?;
            Some(Self { id, searches, reservation })
        })
    }
}

fn users_of_processes() -> HashSet<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.uid()).collect()
}

/// Whether anybody may go there, and read what is there unless it is handed over.
fn is_open_to_all(path: &Path, is_handed_over: bool) -> bool {
    let allows = |path: &Path, bits: u32| {
        std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & bits == bits)
    };
    let way = path.ancestors().skip(1).all(|folder| allows(folder, 0o001));
    way && (is_handed_over || allows(path, if path.is_dir() { 0o005 } else { 0o004 }))
}
