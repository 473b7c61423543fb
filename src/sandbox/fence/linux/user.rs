//! As whom does a child run? As we do; where we are root, as somebody else.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::rights;
use crate::sandbox::view::View;

/// The user of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum User {
    /// Who we are, without capabilities: we are not root, or may not become anyone else.
    Ours,
    /// A tenant of what it may write.
    Tenant {
        /// Whether it reads where it has no permission.
        searches: bool,
    },
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
        Self::Tenant { searches }
    }
}

/// Whether anybody may go there, and read what is there unless it is handed over.
fn is_open_to_all(path: &Path, is_handed_over: bool) -> bool {
    let allows = |path: &Path, bits: u32| {
        std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & bits == bits)
    };
    let way = path.ancestors().skip(1).all(|folder| allows(folder, 0o001));
    way && (is_handed_over || allows(path, if path.is_dir() { 0o005 } else { 0o004 }))
}
