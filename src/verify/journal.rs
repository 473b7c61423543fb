//! Are the lines of a record those that our plug-in wrote? Each is sealed with a digest of a secret and of the one
//! before it, as `otg_journal.py` says.

use super::ownership::digest;
use uuid::Uuid;

/// A secret for one run, that no one can guess.
pub(super) fn fresh_secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// The lines, without their seals, up to the first that does not follow; and whether there is such a line. What a
/// process wrote of its last line when it ended is none.
pub(super) fn unsealed<'a>(bytes: &'a [u8], secret: &str) -> (Vec<&'a [u8]>, bool) {
    let mut lines = Vec::new();
    let mut seal = String::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = line.strip_suffix(b"\n") else { break };
        let Some(space) = line.iter().position(|byte| *byte == b' ') else { return (lines, true) };
        let (written, text) = (&line[..space], &line[space + 1..]);
        seal = digest(&[secret.as_bytes(), seal.as_bytes(), text, secret.as_bytes()].concat());
        if written != seal.as_bytes() {
            return (lines, true);
        }
        lines.push(text);
    }
    (lines, false)
}
