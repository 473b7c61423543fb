//! An engine in a process of its own, which can be killed.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use _core::store::StoreLocation;

use super::bench::{Bench, open, server_options};
use super::hosts::{Kind, host_options};

pub(super) const KIND: &str = "OTG_TEST_KIND";
const ROOT: &str = "OTG_TEST_ROOT";
const URL: &str = "OTG_TEST_URL";
const DISK: &str = "OTG_TEST_DISK";

/// The process.
pub(super) struct Worker(Child);

impl Worker {
    /// Works the tasks of a bench, with its server.
    pub(super) fn start(bench: &Bench) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "agent::worker::works_until_it_is_killed",
                "--exact",
                "--ignored",
                "--nocapture",
                "--quiet",
            ])
            .env(KIND, bench.host.kind.name())
            .env(ROOT, bench.root())
            .env(URL, bench.server.url())
            .env(DISK, bench.server.disk())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    pub(super) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // After `kill` there is nothing left to do.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of other tests"]
async fn works_until_it_is_killed() {
    let [kind, url] = [KIND, URL].map(|name| std::env::var(name).unwrap());
    let [root, disk] = [ROOT, DISK].map(|name| PathBuf::from(std::env::var_os(name).unwrap()));
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind).unwrap();
    let host = host_options(kind, &root, url, &disk);
    let _engine = open(&StoreLocation::Sqlite(root.join("tasks.db")), server_options(host)).await;
    // Its end is that of whoever started this.
    tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]).ok()).await.unwrap();
}
