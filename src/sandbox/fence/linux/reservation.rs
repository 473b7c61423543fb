//! How does a process of ours keep an id from all others? It holds an address and a lock, which are free when it dies.
//!
//! Either alone would not do: processes that see each other may have networks of their own, where the address is free
//! once more, or files of their own, where the lock is.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// Where the locks are: root's alone, and empty after a boot.
const FOLDER: &str = "/run/openhands-testgen";

/// An id that no other process of ours has.
#[derive(Debug)]
pub(super) struct Reservation {
    _address: UnixListener,
    /// `None` where nothing can be written.
    _lock: Option<File>,
}

impl Reservation {
    /// Takes an id, or says that it is taken.
    pub(super) fn of(id: u32) -> io::Result<Self> {
        let address = SocketAddr::from_abstract_name(format!("openhands-testgen/user/{id}"))?;
        let address = UnixListener::bind_addr(&address)?;
        let lock = file(id).ok();
        if let Some(lock) = &lock {
            flock(lock, FlockOperation::NonBlockingLockExclusive)?;
        }
        Ok(Self { _address: address, _lock: lock })
    }
}

fn file(id: u32) -> io::Result<File> {
    let folder = Path::new(FOLDER);
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(folder.join(id.to_string()))
}
