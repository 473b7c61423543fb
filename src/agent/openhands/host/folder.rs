//! What does a server of our own keep? Its keys and conversations, in a folder that nobody else may read; and a lock,
//! so that it runs once however many processes work with it.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::Access;
use crate::redact::{self, Redactor};
use crate::task::{ErrorKind, Failure};

/// Where copies of projects lie in it.
pub(super) const WORK: &str = "work";
const CONVERSATIONS: &str = "conversations";
const SHELLS: &str = "shells";
const SCRATCH: &str = "scratch";

/// The keys of a server of our own.
pub(super) struct Keys {
    /// What it asks of us.
    pub(super) session: SecretString,
    /// What it enciphers its conversations with.
    pub(super) secret: SecretString,
}

impl Keys {
    /// The same failure without them: a server that dies may say anything.
    pub(super) fn hide(&self, failure: Failure) -> Failure {
        Redactor::new([&self.session, &self.secret]).failure(failure)
    }

    /// New ones.
    pub(super) fn draw() -> Self {
        let draw = || {
            let [first, second] = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::simple);
            SecretString::from(format!("{first}{second}"))
        };
        Self { session: draw(), secret: draw() }
    }

    fn remember(&self) {
        redact::remember(&self.session);
        redact::remember(&self.secret);
    }
}

/// The folder, which is there.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes what is missing of it.
    pub(super) fn make(path: &Path) -> Result<Self, Failure> {
        for name in ["", WORK, CONVERSATIONS, SHELLS, SCRATCH] {
            make_private(&path.join(name))?;
        }
        let path = path.canonicalize().map_err(|error| unusable(path, &error))?;
        Ok(Self(path))
    }

    /// Clears away what a server before has left and nobody reads again. Called under the lock.
    pub(super) fn clear(&self) -> Result<(), Failure> {
        for folder in [self.shells(), self.scratch()] {
            std::fs::remove_dir_all(&folder).map_err(|error| unusable(&folder, &error))?;
            make_private(&folder)?;
        }
        Ok(())
    }

    /// Where copies of projects lie.
    pub(super) fn work(&self) -> PathBuf {
        self.0.join(WORK)
    }

    /// Where conversations are kept.
    pub(super) fn conversations(&self) -> PathBuf {
        self.0.join(CONVERSATIONS)
    }

    /// Where what its shells said is kept.
    pub(super) fn shells(&self) -> PathBuf {
        self.0.join(SHELLS)
    }

    /// Its home, and its temporary files.
    pub(super) fn scratch(&self) -> PathBuf {
        self.0.join(SCRATCH)
    }

    /// The lock of the one who runs the server; `None` where another process does. Held until it is dropped.
    pub(super) fn try_lock(&self) -> Result<Option<File>, Failure> {
        let path = self.0.join("lock");
        let wrap = |error: io::Error| unusable(&path, &error);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(wrap)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(wrap(error)),
        }
    }

    /// The keys, drawn once. Called under the lock.
    pub(super) fn keys(&self) -> Result<Keys, Failure> {
        if let Some(keys) = self.read_keys() {
            keys.remember();
            return Ok(keys);
        }
        let keys = Keys::draw();
        keys.remember();
        let text = format!("{}\n{}\n", keys.session.expose_secret(), keys.secret.expose_secret());
        self.put("keys", &text)?;
        Ok(keys)
    }

    fn read_keys(&self) -> Option<Keys> {
        let text = std::fs::read_to_string(self.0.join("keys")).ok()?;
        let mut lines = text.lines().filter(|line| line.len() == 64).map(SecretString::from);
        Some(Keys { session: lines.next()?, secret: lines.next()? })
    }

    /// Says to others where the server answers. Called under the lock.
    pub(super) fn tell_address(&self, access: &Access) -> Result<(), Failure> {
        self.put("address", &access.url)
    }

    /// The server answers no more. Called under the lock.
    pub(super) fn forget_address(&self) {
        let _ = std::fs::remove_file(self.0.join("address"));
    }

    /// Where the server of another process answers, if it does.
    pub(super) fn access(&self) -> Option<Access> {
        let url = std::fs::read_to_string(self.0.join("address")).ok()?;
        Some(Access::of_ours(url, &self.read_keys()?))
    }

    /// Writes a file that nobody else may read, as a whole or not at all.
    fn put(&self, name: &str, text: &str) -> Result<(), Failure> {
        let path = self.0.join(name);
        let written = tempfile::NamedTempFile::new_in(&self.0).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)
        });
        written.map(drop).map_err(|error| unusable(&path, &error))
    }
}

/// Makes a folder that nobody else may look into.
fn make_private(folder: &Path) -> Result<(), Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| std::fs::set_permissions(folder, Permissions::from_mode(0o700)))
        .map_err(|error| unusable(folder, &error))
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(ErrorKind::Environment, format!("{}: {error}", path.display()))
}
