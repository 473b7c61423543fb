//! How does one get between `SQLite` and the system? By a file system of our own that passes every call on to the
//! one that was the default, after asking the plan. The only unsafe code of the tests.
#![expect(unsafe_code, reason = "SQLite calls a table of C functions")]
#![expect(non_snake_case, reason = "the names are SQLite's")]

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, OnceLock};

use libsqlite3_sys::{
    SQLITE_IOERR, SQLITE_OK, SQLITE_SHM_LOCK, sqlite3_file, sqlite3_filename, sqlite3_int64,
    sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};

use super::plan::{Call, Plan};

/// The file system of the operating system.
static SYSTEM: OnceLock<System> = OnceLock::new();

#[derive(Clone, Copy)]
struct System(*mut sqlite3_vfs);

// SAFETY: SQLite's own file systems are made once, are never changed or freed, and may be called by any thread.
unsafe impl Send for System {}
// SAFETY: as above.
unsafe impl Sync for System {}

/// What lies in front of the system's own file.
#[repr(C)]
struct Shim {
    base: sqlite3_file,
    watched: Option<Watched>,
}

/// A file below a folder that has a plan.
struct Watched {
    plan: Arc<Plan>,
    path: PathBuf,
}

/// Makes the faulty file system the default of this process, once. Databases that are open already keep theirs.
pub(super) fn install() {
    SYSTEM.get_or_init(|| {
        // SAFETY: a null name asks for the default, which SQLite keeps for as long as the process lives.
        let system = unsafe { sqlite3_vfs_find(ptr::null()) };
        assert!(!system.is_null(), "SQLite has a file system");
        // SAFETY: it was just found, and is a plain table.
        let mut ours = unsafe { *system };
        ours.pNext = ptr::null_mut();
        ours.zName = c"faulty".as_ptr();
        ours.szOsFile += c_int::try_from(size_of::<Shim>()).expect("a small size");
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        ours.xAccess = Some(access);
        // SAFETY: the table is leaked, so that SQLite may keep it.
        let registered = unsafe { sqlite3_vfs_register(Box::leak(Box::new(ours)), 1) };
        assert_eq!(registered, SQLITE_OK);
        System(system)
    });
}

fn system() -> *mut sqlite3_vfs {
    SYSTEM.get().expect("installed before it is called").0
}

/// # Safety
/// `name` is null or a C string.
unsafe fn watched(name: *const c_char) -> Option<Watched> {
    if name.is_null() {
        return None;
    }
    // SAFETY: the caller says so.
    let name = unsafe { CStr::from_ptr(name) };
    let path = Path::new(OsStr::from_bytes(name.to_bytes()));
    Some(Watched { plan: Plan::of(path)?, path: path.to_owned() })
}

/// # Safety
/// SQLite calls it with `szOsFile` bytes at `file`.
unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's promise; there is room for the shim and the system's file behind it.
    unsafe {
        (*file).pMethods = ptr::null();
        let watched = watched(name);
        if let Some(code) = watched.as_ref().and_then(|watched| watched.plan.error(Call::Open)) {
            return code;
        }
        let Some(open) = (*system()).xOpen else { return SQLITE_IOERR };
        let opened = open(system(), name, inner(file), flags, out);
        if opened == SQLITE_OK {
            if let Some(watched) = &watched {
                watched.plan.opened();
            }
            file.cast::<Shim>().write(Shim { base: sqlite3_file { pMethods: &raw const METHODS }, watched });
        }
        opened
    }
}

/// # Safety
/// SQLite calls it with a C string.
unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: SQLite's promise.
    unsafe {
        let watched = watched(name);
        let error = watched.as_ref().and_then(|watched| watched.plan.error(Call::Delete));
        let (None, Some(delete)) = (error, (*system()).xDelete) else { return error.unwrap_or(SQLITE_IOERR) };
        let deleted = delete(system(), name, sync);
        if deleted == SQLITE_OK
            && let Some(watched) = &watched
        {
            watched.plan.removed(&watched.path);
        }
        deleted
    }
}

/// # Safety
/// SQLite calls it with a C string and room for the answer.
unsafe extern "C" fn access(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's promise.
    unsafe {
        let error = watched(name).and_then(|watched| watched.plan.error(Call::Access));
        match (error, (*system()).xAccess) {
            (None, Some(access)) => access(system(), name, flags, out),
            (error, _) => error.unwrap_or(SQLITE_IOERR),
        }
    }
}

/// The system's own file behind the shim.
fn inner(file: *mut sqlite3_file) -> *mut sqlite3_file {
    file.cast::<Shim>().wrapping_add(1).cast()
}

/// # Safety
/// `file` was opened by [`open`].
unsafe fn error(file: *mut sqlite3_file, call: Call) -> Option<c_int> {
    // SAFETY: the caller says so.
    unsafe { (*file.cast::<Shim>()).watched.as_ref()?.plan.error(call) }
}

/// Functions that ask the plan, if they name a call, and then the system's own.
macro_rules! pass_on {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $(-> $answer:ty, $otherwise:expr)? $(, asks $call:expr)?;)+) => {
        $(
            /// # Safety
            /// SQLite calls it with a file that [`open`] made.
            unsafe extern "C" fn $name(file: *mut sqlite3_file $(, $argument: $type)*) $(-> $answer)? {
                // SAFETY: SQLite's promise; the system's file behind ours is open too.
                unsafe {
                    $(if let Some(code) = error(file, $call) {
                        return code;
                    })?
                    match (*(*inner(file)).pMethods).$name {
                        Some(method) => method(inner(file) $(, $argument)*),
                        None => ($($otherwise)?),
                    }
                }
            }
        )+
    };
}

pass_on! {
    fn xRead(buffer: *mut c_void, amount: c_int, offset: sqlite3_int64) -> c_int, SQLITE_IOERR, asks Call::Read;
    fn xTruncate(size: sqlite3_int64) -> c_int, SQLITE_IOERR, asks Call::Truncate;
    fn xFileSize(size: *mut sqlite3_int64) -> c_int, SQLITE_IOERR, asks Call::Size;
    fn xLock(level: c_int) -> c_int, SQLITE_IOERR, asks Call::Lock;
    fn xUnlock(level: c_int) -> c_int, SQLITE_IOERR;
    fn xCheckReservedLock(out: *mut c_int) -> c_int, SQLITE_IOERR;
    fn xFileControl(operation: c_int, argument: *mut c_void) -> c_int, SQLITE_IOERR;
    fn xSectorSize() -> c_int, 4096;
    fn xDeviceCharacteristics() -> c_int, 0;
    fn xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int, SQLITE_IOERR, asks Call::MapShared;
    fn xShmBarrier();
    fn xShmUnmap(delete: c_int) -> c_int, SQLITE_IOERR;
    fn xFetch(offset: sqlite3_int64, amount: c_int, out: *mut *mut c_void) -> c_int, SQLITE_IOERR;
    fn xUnfetch(offset: sqlite3_int64, page: *mut c_void) -> c_int, SQLITE_IOERR;
}

/// # Safety
/// SQLite calls it once for each file that [`open`] made.
unsafe extern "C" fn xClose(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite's promise; nothing is asked of the file afterwards.
    unsafe {
        let Shim { watched, .. } = file.cast::<Shim>().read();
        let closed = (*(*inner(file)).pMethods).xClose.map_or(SQLITE_IOERR, |close| close(inner(file)));
        if let Some(watched) = &watched {
            watched.plan.closed();
        }
        closed
    }
}

/// A write that fails has written half.
///
/// # Safety
/// SQLite calls it with a file that [`open`] made, and `amount` bytes.
unsafe extern "C" fn xWrite(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    amount: c_int,
    offset: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's promise.
    unsafe {
        let Some(write) = (*(*inner(file)).pMethods).xWrite else { return SQLITE_IOERR };
        match error(file, Call::Write) {
            Some(code) => {
                write(inner(file), bytes, amount / 2, offset);
                code
            }
            None => write(inner(file), bytes, amount, offset),
        }
    }
}

/// What is brought to disk is kept.
///
/// # Safety
/// SQLite calls it with a file that [`open`] made.
unsafe extern "C" fn xSync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite's promise.
    unsafe {
        if let Some(code) = error(file, Call::Sync) {
            return code;
        }
        let synced = (*(*inner(file)).pMethods).xSync.map_or(SQLITE_IOERR, |sync| sync(inner(file), flags));
        if synced == SQLITE_OK
            && let Some(watched) = &(*file.cast::<Shim>()).watched
        {
            watched.plan.synced(&watched.path);
        }
        synced
    }
}

/// To release a lock never fails.
///
/// # Safety
/// SQLite calls it with a file that [`open`] made.
unsafe extern "C" fn xShmLock(file: *mut sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: SQLite's promise.
    unsafe {
        let takes = flags & SQLITE_SHM_LOCK != 0;
        if let Some(code) = takes.then(|| error(file, Call::LockShared)).flatten() {
            return code;
        }
        let lock = (*(*inner(file)).pMethods).xShmLock;
        lock.map_or(SQLITE_IOERR, |lock| lock(inner(file), offset, count, flags))
    }
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 3,
    xClose: Some(xClose),
    xRead: Some(xRead),
    xWrite: Some(xWrite),
    xTruncate: Some(xTruncate),
    xSync: Some(xSync),
    xFileSize: Some(xFileSize),
    xLock: Some(xLock),
    xUnlock: Some(xUnlock),
    xCheckReservedLock: Some(xCheckReservedLock),
    xFileControl: Some(xFileControl),
    xSectorSize: Some(xSectorSize),
    xDeviceCharacteristics: Some(xDeviceCharacteristics),
    xShmMap: Some(xShmMap),
    xShmLock: Some(xShmLock),
    xShmBarrier: Some(xShmBarrier),
    xShmUnmap: Some(xShmUnmap),
    xFetch: Some(xFetch),
    xUnfetch: Some(xUnfetch),
};
