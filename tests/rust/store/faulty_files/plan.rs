//! Which call fails, and how? A plan for one folder, asked by every call of a file below it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use libsqlite3_sys as sqlite;
use parking_lot::Mutex;

/// The plans of all folders in use.
static PLANS: Mutex<Vec<Arc<Plan>>> = Mutex::new(Vec::new());

/// What `SQLite` asks of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Open,
    Read,
    Write,
    Truncate,
    Sync,
    Size,
    Lock,
    MapShared,
    LockShared,
    Delete,
    Access,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The device fails: any call, and a write half done.
    Device,
    /// The disk is full: a write half done, and no room for shared memory.
    FullDisk,
    /// Another process holds the lock.
    Busy,
}

impl Fault {
    pub(crate) const ALL: [Self; 3] = [Self::Device, Self::FullDisk, Self::Busy];

    /// The number that `SQLite` gets for a call that fails this way; `None` for calls that cannot.
    fn code(self, call: Call) -> Option<i32> {
        match (self, call) {
            (Self::Device, call) => Some(device_code(call)),
            (Self::FullDisk, Call::Write) => Some(sqlite::SQLITE_FULL),
            (Self::FullDisk, Call::MapShared) => Some(sqlite::SQLITE_IOERR_SHMSIZE),
            (Self::Busy, Call::Lock | Call::LockShared) => Some(sqlite::SQLITE_BUSY),
            _ => None,
        }
    }
}

fn device_code(call: Call) -> i32 {
    match call {
        Call::Open => sqlite::SQLITE_CANTOPEN,
        Call::Read => sqlite::SQLITE_IOERR_READ,
        Call::Write => sqlite::SQLITE_IOERR_WRITE,
        Call::Truncate => sqlite::SQLITE_IOERR_TRUNCATE,
        Call::Sync => sqlite::SQLITE_IOERR_FSYNC,
        Call::Size => sqlite::SQLITE_IOERR_FSTAT,
        Call::Lock => sqlite::SQLITE_IOERR_LOCK,
        Call::MapShared => sqlite::SQLITE_IOERR_SHMMAP,
        Call::LockShared => sqlite::SQLITE_IOERR_SHMLOCK,
        Call::Delete => sqlite::SQLITE_IOERR_DELETE,
        Call::Access => sqlite::SQLITE_IOERR_ACCESS,
    }
}

/// One folder's plan.
#[derive(Debug)]
pub(super) struct Plan {
    folder: PathBuf,
    /// Gets a copy of each file that is brought to disk: what is left after a power failure.
    disk: PathBuf,
    /// Guards one look at the count.
    armed: Mutex<Option<Armed>>,
    open_files: AtomicUsize,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    nth: usize,
    repeats: bool,
    seen: usize,
    failed: Option<Call>,
}

impl Plan {
    /// The plan of a file, if it lies below a folder that has one.
    pub(super) fn of(file: &Path) -> Option<Arc<Self>> {
        PLANS.lock().iter().find(|plan| file.starts_with(&plan.folder)).cloned()
    }

    /// The error that this call is to answer, if its turn has come.
    pub(super) fn error(&self, call: Call) -> Option<i32> {
        let mut armed = self.armed.lock();
        let armed = armed.as_mut()?;
        let code = armed.fault.code(call)?;
        armed.seen += 1;
        let fails = armed.seen == armed.nth || armed.repeats && armed.seen.is_multiple_of(armed.nth);
        if fails {
            armed.failed = Some(call);
        }
        fails.then_some(code)
    }

    /// A file was brought to disk.
    pub(super) fn synced(&self, file: &Path) {
        let name = file.file_name().unwrap_or_default();
        // A copy that cannot be made is missed by whoever looks at the disk.
        std::fs::copy(file, self.disk.join(name)).ok();
    }

    /// A file was removed from disk.
    pub(super) fn removed(&self, file: &Path) {
        std::fs::remove_file(self.disk.join(file.file_name().unwrap_or_default())).ok();
    }

    pub(super) fn opened(&self) {
        self.open_files.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn closed(&self) {
        self.open_files.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A folder whose files can be made to fail; as long as it lives.
#[derive(Debug)]
pub(crate) struct FaultyFolder(Arc<Plan>);

impl FaultyFolder {
    /// Watches a folder, in which no database is open yet, and keeps in `disk` what has reached the disk.
    pub(crate) fn new(folder: &Path, disk: &Path) -> Self {
        super::vfs::install();
        let (folder, disk) = (folder.to_owned(), disk.to_owned());
        let plan = Plan { folder, disk, armed: Mutex::default(), open_files: AtomicUsize::new(0) };
        let plan = Arc::new(plan);
        PLANS.lock().push(Arc::clone(&plan));
        Self(plan)
    }

    /// From now on the n-th call that can fail this way does, once; 0 only counts.
    pub(crate) fn arm(&self, fault: Fault, nth: usize) {
        *self.0.armed.lock() = Some(Armed { fault, nth, repeats: false, seen: 0, failed: None });
    }

    /// From now on every n-th call that can fail this way does.
    pub(crate) fn arm_every(&self, fault: Fault, nth: usize) {
        *self.0.armed.lock() = Some(Armed { fault, nth, repeats: true, seen: 0, failed: None });
    }

    /// Nothing fails any more. Answers how many calls could have, and which did.
    pub(crate) fn disarm(&self) -> (usize, Option<Call>) {
        let armed = self.0.armed.lock().take();
        armed.map_or((0, None), |armed| (armed.seen, armed.failed))
    }

    /// How many files `SQLite` has open.
    pub(crate) fn open_files(&self) -> usize {
        self.0.open_files.load(Ordering::SeqCst)
    }
}

impl Drop for FaultyFolder {
    fn drop(&mut self) {
        PLANS.lock().retain(|plan| !Arc::ptr_eq(plan, &self.0));
    }
}
