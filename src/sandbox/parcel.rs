//! How is a project packed, to be unpacked elsewhere? What a copy would hold, as one compressed archive: the same bytes for
//! the same files.

use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use cap_std::fs::MetadataExt as _;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use tar::{Archive, Builder, EntryType, Header};

use super::copy::link_contents;
use super::survey::{Entry, EntryKind, MAX_BYTES, survey};
use super::{Project, SandboxError};
use crate::task::ParcelId;

/// The time of all that is packed, in seconds since 1970: that of the files would change the digest.
const PACKED_AT: u64 = 946_684_800;

/// A packed project.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The digest of its contents.
    pub id: ParcelId,
    /// The archive.
    pub contents: Arc<[u8]>,
}

/// What a look at a project tells without reading its files: the same as long as none was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline([u8; 32]);

impl Outline {
    /// That of a project as it is now.
    pub fn of(project: &Project) -> Result<Self, SandboxError> {
        let mut digest = Sha256::new();
        for entry in sorted(project)? {
            digest.update(entry.path.as_os_str().as_encoded_bytes());
            let Ok(metadata) = project.root().join(&entry.path).symlink_metadata() else { continue };
            for number in [metadata.ino(), metadata.len(), metadata.ctime().cast_unsigned()] {
                digest.update(number.to_le_bytes());
            }
            digest.update(metadata.ctime_nsec().to_le_bytes());
        }
        Ok(Self(digest.finalize().into()))
    }
}

impl Parcel {
    /// Packs a project; refuses one that takes more than `limit` bytes packed.
    pub fn pack(project: &Project, limit: u64) -> Result<Self, SandboxError> {
        let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for entry in sorted(project)? {
            match append(&mut archive, project, &entry) {
                // It vanished meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(SandboxError::file(project.root().join(&entry.path), error)),
                Ok(()) => {}
            }
        }
        let packed = archive.into_inner().and_then(GzEncoder::finish);
        let contents = packed.map_err(|error| SandboxError::Internal(format!("packing: {error}")))?;
        let bytes = contents.len() as u64;
        if bytes > limit {
            let root = project.root().to_owned();
            return Err(SandboxError::ParcelTooLarge { root, bytes, limit });
        }
        Ok(Self { id: ParcelId::of(&contents), contents: contents.into() })
    }

    /// Unpacks into an empty folder.
    pub fn unpack(contents: &[u8], folder: &Path) -> Result<(), SandboxError> {
        let wrap = |source| SandboxError::file(folder, source);
        // What was packed is no more than a copy may be; headers come on top.
        let mut archive = Archive::new(GzDecoder::new(contents).take(2 * MAX_BYTES));
        for entry in archive.entries().map_err(wrap)? {
            let mut entry = entry.map_err(wrap)?;
            let kind = entry.header().entry_type();
            let is_ours = matches!(kind, EntryType::Regular | EntryType::Directory | EntryType::Symlink);
            if !is_ours || !entry.unpack_in(folder).map_err(wrap)? {
                let what = entry.path().map(|path| path.display().to_string()).unwrap_or_default();
                return Err(SandboxError::Internal(format!(
                    "a packed project holds {what:?}, which is not ours"
                )));
            }
        }
        Ok(())
    }
}

/// What a copy would hold, in an order that depends on the names only.
fn sorted(project: &Project) -> Result<Vec<Entry>, SandboxError> {
    let mut entries = survey(project)?;
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(entries)
}

fn append(archive: &mut Builder<GzEncoder<Vec<u8>>>, project: &Project, entry: &Entry) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mtime(PACKED_AT);
    match entry.kind {
        EntryKind::Folder => {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(0o755);
            header.set_size(0);
            archive.append_data(&mut header, &entry.path, io::empty())
        }
        EntryKind::File { .. } => {
            let is_executable = project.dir().metadata(&entry.path)?.mode() & 0o100 != 0;
            // As a whole: it may grow meanwhile.
            let contents = project.dir().read(&entry.path)?;
            header.set_mode(if is_executable { 0o755 } else { 0o644 });
            header.set_size(contents.len() as u64);
            archive.append_data(&mut header, &entry.path, contents.as_slice())
        }
        EntryKind::Link => {
            let Some(contents) = link_contents(project, &entry.path) else { return Ok(()) };
            header.set_entry_type(EntryType::Symlink);
            header.set_mode(0o777);
            header.set_size(0);
            archive.append_link(&mut header, &entry.path, contents)
        }
    }
}
