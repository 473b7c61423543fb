//! What does a child see of the machine? An allow-list of folders and files, whatever enforces it.
//!
//! System libraries, the interpreter and what it imports can be read; the copy of the project and its scratch folder
//! can be written; home, `/run`, `/var` and everything else are out of reach.

use std::path::{Path, PathBuf};

use super::hops::{Hop, hops};
use super::{Command, Interpreter, ProbeDir};

/// Folders of the system that are links on some systems and real on others.
pub(super) const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32"];

/// What libraries read at run time. Nothing here is secret, and nothing names this machine.
const SETTINGS: &[&str] = &[
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "localtime",
    "timezone",
    "ssl",
    "pki",
    "ca-certificates",
    "passwd",
    "group",
    "nsswitch.conf",
    "hosts",
    "services",
    "protocols",
    "mime.types",
];

/// The files of `/etc` that a child may read, whether or not they are there.
pub(super) fn settings(network: bool) -> impl Iterator<Item = PathBuf> {
    SETTINGS.iter().chain(network.then_some(&"resolv.conf")).map(|name| Path::new("/etc").join(name))
}

/// A folder or file at its real place, with all below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) path: PathBuf,
    pub(super) is_writable: bool,
}

/// What is seen beside the system, without what another part already shows, and the links by which it is called.
#[derive(Debug, Default)]
pub(super) struct View {
    /// Outer parts first.
    pub(super) parts: Vec<Part>,
    /// Only links that no part shows.
    pub(super) links: Vec<Hop>,
}

impl View {
    /// What this command needs.
    pub(super) fn of(interpreter: &Interpreter, probe: &ProbeDir, command: &Command) -> Self {
        let mut view = Self::default();
        view.link_to(interpreter.path());
        for path in interpreter.needed_paths(command.stands_for.as_deref()) {
            view.read_only(&path);
        }
        view.read_only(probe.path());
        for path in &command.readable {
            view.read_only(path);
        }
        for path in command.all_writable() {
            view.writable(path);
        }
        view.finish();
        view
    }

    fn read_only(&mut self, path: &Path) {
        let Ok(real) = std::fs::canonicalize(path) else { return }; // nothing there, nothing to show
        if !is_system(&real) && real.parent().is_some() && !self.covers(&real) {
            self.parts.push(Part { path: real, is_writable: false });
        }
        self.link_to(path);
    }

    fn writable(&mut self, path: &Path) {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        self.parts.retain(|part| part.path != real);
        self.parts.push(Part { path: real, is_writable: true });
        self.link_to(path);
    }

    fn link_to(&mut self, path: &Path) {
        for hop in hops(path) {
            if !self.links.contains(&hop) {
                self.links.push(hop);
            }
        }
    }

    fn covers(&self, path: &Path) -> bool {
        self.parts.iter().any(|part| path.starts_with(&part.path))
    }

    fn finish(&mut self) {
        self.parts.sort_by_key(|part| part.path.components().count());
        let links = std::mem::take(&mut self.links);
        self.links =
            links.into_iter().filter(|hop| !is_system(&hop.link) && !self.covers(&hop.link)).collect();
    }
}

fn is_system(path: &Path) -> bool {
    SYSTEM.iter().any(|folder| path.starts_with(folder))
}
