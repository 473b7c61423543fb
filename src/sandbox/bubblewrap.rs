//! What does a child see of the machine? An allow-list of mounts, as arguments of `bwrap`.
//!
//! System libraries, the interpreter and what it imports are read-only; the copy of the project and its scratch
//! folder are writable; home, `/run`, `/var` and everything else are not there at all.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::hops::{Hop, hops};
use super::{Command, Interpreter, ProbeDir};

/// Folders of the system that are links on some systems and real on others.
const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32"];

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

/// Where `bwrap` is, if it is installed.
pub(super) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/bin".into(), "/usr/local/bin".into()]);
    folders.map(|folder| folder.join("bwrap")).find(|file| file.is_absolute() && file.is_file())
}

/// Every argument in front of the command.
pub(super) fn arguments(interpreter: &Interpreter, probe: &ProbeDir, command: &Command) -> Vec<OsString> {
    let mut arguments = Arguments::default();
    arguments.add(["--unshare-all", "--die-with-parent", "--new-session"]);
    arguments.add(["--cap-drop", "ALL"]);
    if command.network {
        arguments.add(["--share-net"]);
    }
    arguments.system(command.network);
    arguments.add(["--proc", "/proc", "--dev", "/dev", "--dir", "/run", "--dir", "/var"]);
    arguments.bind("--bind", &command.scratch.join("tmp"), Path::new("/tmp"));
    arguments.project_parts(interpreter, probe, command);
    arguments.add([OsStr::new("--chdir"), command.cwd.as_os_str(), OsStr::new("--")]);
    arguments.list
}

#[derive(Default)]
struct Arguments {
    list: Vec<OsString>,
}

impl Arguments {
    fn add<A: Into<OsString>>(&mut self, arguments: impl IntoIterator<Item = A>) {
        self.list.extend(arguments.into_iter().map(Into::into));
    }

    fn bind(&mut self, how: &str, source: &Path, target: &Path) {
        self.add([OsStr::new(how), source.as_os_str(), target.as_os_str()]);
    }

    fn link(&mut self, contents: &Path, link: &Path) {
        self.bind("--symlink", contents, link);
    }

    fn system(&mut self, network: bool) {
        for folder in SYSTEM.iter().map(Path::new) {
            match std::fs::read_link(folder) {
                Ok(contents) => self.link(&contents, folder),
                Err(_) => self.bind("--ro-bind-try", folder, folder),
            }
        }
        for name in SETTINGS.iter().chain(network.then_some(&"resolv.conf")) {
            let file = Path::new("/etc").join(name);
            self.bind("--ro-bind-try", &file, &file);
        }
    }

    fn project_parts(&mut self, interpreter: &Interpreter, probe: &ProbeDir, command: &Command) {
        let mut mounts = Mounts::default();
        mounts.link_to(interpreter.path());
        for path in interpreter.needed_paths(command.stands_for.as_deref()) {
            mounts.read_only(&path);
        }
        mounts.read_only(probe.path());
        for path in &command.readable {
            mounts.read_only(path);
        }
        for path in command.writable.iter().chain([&command.scratch]) {
            mounts.writable(path);
        }
        mounts.finish();
        for mount in &mounts.list {
            self.bind(if mount.writable { "--bind" } else { "--ro-bind" }, &mount.path, &mount.path);
        }
        for hop in &mounts.links {
            self.link(&hop.contents, &hop.link);
        }
    }
}

struct Mount {
    path: PathBuf,
    writable: bool,
}

/// What is mounted at its own real place, without what another mount already shows, and the links by which it is
/// called. A mount point must never lead through a link: its target would have to be there first.
#[derive(Default)]
struct Mounts {
    list: Vec<Mount>,
    links: Vec<Hop>,
}

impl Mounts {
    fn read_only(&mut self, path: &Path) {
        let Ok(real) = std::fs::canonicalize(path) else { return }; // nothing there, nothing to show
        if !is_system(&real) && real.parent().is_some() && !self.covers(&real) {
            self.list.push(Mount { path: real, writable: false });
        }
        self.link_to(path);
    }

    fn writable(&mut self, path: &Path) {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        self.list.retain(|mount| mount.path != real);
        self.list.push(Mount { path: real, writable: true });
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
        self.list.iter().any(|mount| path.starts_with(&mount.path))
    }

    /// Outer mounts first, and only links that no mount shows.
    fn finish(&mut self) {
        self.list.sort_by_key(|mount| mount.path.components().count());
        let links = std::mem::take(&mut self.links);
        self.links =
            links.into_iter().filter(|hop| !is_system(&hop.link) && !self.covers(&hop.link)).collect();
    }
}

fn is_system(path: &Path) -> bool {
    SYSTEM.iter().any(|folder| path.starts_with(folder))
}
