//! Is a test file ours to replace? It is if its first line says so and holds the digest of the rest.

use std::io;

use cap_std::fs::Dir;
use sha2::{Digest as _, Sha256};

use crate::sandbox::{ProjectPath, read_plain};

/// How the first line of our files begins.
pub const HEADER: &str = "# openhands-testgen sha256:";

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// Nothing is there.
    Absent,
    /// We wrote it, and nobody has touched it since.
    Ours,
    /// The user's: not written by us, or edited since, or not a plain file.
    Foreign,
}

/// Whose file lies at `path`. An error where that cannot be told, such as a link that leaves the project.
pub fn ownership(root: &Dir, path: &ProjectPath) -> io::Result<Ownership> {
    match root.symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ownership::Absent),
        Err(error) => return Err(error),
        Ok(metadata) if !metadata.is_file() => return Ok(Ownership::Foreign),
        Ok(_) => {}
    }
    let ours = read_plain(root, path).is_some_and(|bytes| is_ours(&bytes));
    Ok(if ours { Ownership::Ours } else { Ownership::Foreign })
}

/// The file as it is published: one line of comment, then the source.
#[must_use]
pub fn with_header(source: &str) -> String {
    format!("{HEADER}{}\n{source}", digest(source.as_bytes()))
}

/// A source without our first line, if it has one, and without a byte order mark.
pub(super) fn without_header(source: &str) -> String {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    match source.split_once('\n') {
        Some((first, rest)) if first.starts_with(HEADER) => rest.to_owned(),
        _ => source.to_owned(),
    }
}

/// A SHA-256 digest in hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}

fn is_ours(bytes: &[u8]) -> bool {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return false };
    let (first, rest) = (&bytes[..end], &bytes[end + 1..]);
    first.strip_prefix(HEADER.as_bytes()).is_some_and(|named| named == digest(rest).as_bytes())
}
