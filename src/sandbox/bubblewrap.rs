//! How is a child shut in by namespaces? By what it is to see, as arguments of `bwrap`.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::path::{Path, PathBuf};

use super::Command;
use super::hops::Hop;
use super::view::{SYSTEM, View, settings};

/// The user and the group that a child believes to be; `nobody` on most systems.
const NOBODY: &str = "65534";

/// Folders that last as long as the scratch folder in which they lie, and where a child sees them.
const LASTING: [(&str, &str); 2] = [("tmp", "/tmp"), ("shm", "/dev/shm")];

/// Where `bwrap` is, if it is installed.
pub(super) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/bin".into(), "/usr/local/bin".into()]);
    folders.map(|folder| folder.join("bwrap")).find(|file| file.is_absolute() && file.is_file())
}

/// Every argument in front of the command; `calls` is open on the program that looks at calls of the kernel.
pub(super) fn arguments(view: &View, command: &Command, calls: Option<BorrowedFd<'_>>) -> Vec<OsString> {
    let mut arguments = Arguments::default();
    if let Some(calls) = calls {
        arguments.add(["--seccomp".to_owned(), calls.as_raw_fd().to_string()]);
    }
    arguments.add(["--unshare-all", "--die-with-parent", "--new-session"]);
    arguments.add(["--cap-drop", "ALL"]);
    if rustix::process::geteuid().is_root() {
        // Not root inside, whatever else holds; without a user namespace that is an error.
        arguments.add(["--unshare-user", "--uid", NOBODY, "--gid", NOBODY]);
    }
    if command.network {
        arguments.add(["--share-net"]);
    }
    arguments.system(command.network);
    arguments.add(["--proc", "/proc", "--dev", "/dev", "--dir", "/run", "--dir", "/var"]);
    // Both on the disk, where what they take is seen and limited.
    for (name, place) in LASTING {
        arguments.bind("--bind", &command.scratch.join(name), Path::new(place));
    }
    arguments.view(view, &command.scratch);
    // What is in no mount lies in memory: nothing more goes there. And settings of the kernel ask for the user alone
    // who writes them: root is root there, whatever it is called inside.
    arguments.add(["--remount-ro", "/", "--remount-ro", "/proc"]);
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
        for file in settings(network) {
            self.bind("--ro-bind-try", &file, &file);
        }
    }

    /// A mount point must never lead through a link, whose target would have to be there first: so the mounts first.
    fn view(&mut self, view: &View, scratch: &Path) {
        for part in &view.parts {
            self.bind(if part.is_writable { "--bind" } else { "--ro-bind" }, &part.path, &part.path);
        }
        for hop in view.links.iter().filter(|hop| !is_left(hop, scratch)) {
            self.link(&hop.contents, &hop.link);
        }
    }
}

/// Whether an earlier command with this scratch folder left a link. `bwrap` before 0.9 refuses to make it again.
fn is_left(hop: &Hop, scratch: &Path) -> bool {
    LASTING.iter().any(|(name, place)| {
        let below = hop.link.strip_prefix(place).map(|below| scratch.join(name).join(below));
        below.is_ok_and(|link| std::fs::read_link(link).is_ok_and(|contents| contents == hop.contents))
    })
}
