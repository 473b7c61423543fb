//! Which user is a child that must not be root? One that nobody else is, as long as it is in its folders.
//!
//! Its files and processes are nobody else's, limits that the kernel counts by user hold for it alone, and what it
//! leaves running is known by its id, whatever it did to its parents or environment. Runs that share a folder at the
//! same time, as those of a verification do, share the id.

use std::collections::HashSet;
use std::io;
use std::ops::RangeInclusive;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use parking_lot::Mutex;

use super::handover::pass;
use super::reservation::Reservation;

/// Ids that Linux distributions give to nobody, in containers too (systemd lists them as unused).
const IDS: RangeInclusive<u32> = 60_706..=61_183;

/// Guards who is in which folder, and whose the files there are: it is held while they change hands, since nobody may
/// begin in a folder that is being taken back. Only threads of children wait for it.
static HOMES: Mutex<Vec<Home>> = Mutex::new(Vec::new());

/// What one id has.
#[derive(Debug)]
struct Home {
    id: u32,
    folders: Vec<PathBuf>,
    runs: usize,
    _reservation: Reservation,
}

/// One run as such a user. When the last of its home is dropped, its files are ours again.
#[derive(Debug)]
pub(super) struct Tenant {
    id: u32,
}

impl Tenant {
    /// Moves into folders: into the home that has one of them, or into a new one.
    pub(super) fn move_in(folders: &[PathBuf]) -> io::Result<Self> {
        let mut homes = HOMES.lock();
        let position = homes.iter().position(|home| home.meets(folders)).map_or_else(
            || {
                homes.push(Home::reserve()?);
                Ok(homes.len() - 1)
            },
            Ok::<usize, io::Error>,
        )?;
        let home = &mut homes[position];
        home.runs += 1;
        let tenant = Self { id: home.id };
        let handed_over = home.hand_over(folders);
        drop(homes);
        handed_over.map(|()| tenant)
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Whether no other run has this id now: whatever has it is of this run.
    pub(super) fn is_alone(&self) -> bool {
        HOMES.lock().iter().any(|home| home.id == self.id && home.runs == 1)
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        let mut homes = HOMES.lock();
        let Some(position) = homes.iter().position(|home| home.id == self.id) else { return };
        homes[position].runs -= 1;
        if homes[position].runs == 0 {
            homes.swap_remove(position).take_back();
        }
    }
}

impl Home {
    /// An id that no process has, and that no process of ours has taken.
    fn reserve() -> io::Result<Self> {
        let in_use: HashSet<u32> = users_of_processes();
        let first = fastrand::u32(IDS);
        let ids = (first..=*IDS.end()).chain(*IDS.start()..first);
        let reserved =
            ids.filter(|id| !in_use.contains(id)).find_map(|id| Some((id, Reservation::of(id).ok()?)));
        let (id, reservation) = reserved.ok_or_else(|| io::Error::other("no id of a user is free"))?;
        Ok(Self { id, folders: Vec::new(), runs: 0, _reservation: reservation })
    }

    fn meets(&self, folders: &[PathBuf]) -> bool {
        let meet = |one: &PathBuf, other: &PathBuf| one.starts_with(other) || other.starts_with(one);
        self.folders.iter().any(|own| folders.iter().any(|folder| meet(own, folder)))
    }

    fn hand_over(&mut self, folders: &[PathBuf]) -> io::Result<()> {
        for folder in folders {
            pass(folder, ours(), self.id)?;
            if !self.folders.contains(folder) {
                self.folders.push(folder.clone());
            }
        }
        Ok(())
    }

    /// What cannot be made ours again is left: as root we read and remove it all the same.
    fn take_back(&self) {
        for folder in &self.folders {
            if let Err(error) = pass(folder, self.id, ours()) {
                tracing::warn!(folder = %folder.display(), %error, "files of a child stay those of its user");
            }
        }
    }
}

fn ours() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn users_of_processes() -> HashSet<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.uid()).collect()
}
