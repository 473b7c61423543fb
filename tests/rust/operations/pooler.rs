//! Behind `PgBouncer` that pools by transaction: the queue works, waiters are woken by asking, and the log says why.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use _core::engine::{Engine, EngineOptions};
use _core::store::{AnyStore, StoreLocation, StoreTerms};
use tempfile::TempDir;
use tracing::Level;

use super::PATIENCE;
use crate::postgres::Database;
use crate::store::postgres::wires::Log;
use crate::support::noop;

/// A pooler before a server; killed with this, and with the thread that started it.
struct Pooler {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Pooler {
    /// Before the server of this database. `None`, said aloud, where there is no `PgBouncer`.
    fn before(database: &Database) -> Option<Self> {
        let address = database.url();
        let server = address.rsplit_once('@').unwrap().1.split_once('/').unwrap().0;
        let (host, server_port) = server.split_once(':')?;
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "[databases]\n* = host={host} port={server_port} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 4\n\
             ignore_startup_parameters = extra_float_digits\n"
        );
        fs::write(folder.path().join("pgbouncer.ini"), settings).unwrap();
        open_to_all(folder.path());
        let started = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .args(as_whom())
            .args(["--", "pgbouncer", "-q"])
            .arg(folder.path().join("pgbouncer.ini"))
            .env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()))
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = started else { return left_out() };
        let mut pooler = Self { process, port, _folder: folder };
        if pooler.is_up() { Some(pooler) } else { left_out() }
    }

    fn is_up(&mut self) -> bool {
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if self.process.try_wait().unwrap().is_some() || begin.elapsed() > PATIENCE {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// A database behind it.
    fn location(&self, database: &Database) -> StoreLocation {
        let url = database.url();
        let name = url.rsplit_once('/').unwrap().1;
        let parameters = "sslmode=disable&statement-cache-capacity=0";
        let address = format!("postgres://postgres@127.0.0.1:{}/{name}?{parameters}", self.port);
        StoreLocation::parse(&address, std::path::Path::new("/")).unwrap()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn left_out<T>() -> Option<T> {
    eprintln!("NOT TESTED behind PgBouncer, which is not here: see scripts/postgres.sh");
    None
}

/// It refuses to run as root.
fn as_whom() -> &'static [&'static str] {
    if rustix::process::getuid().is_root() {
        &["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
    } else {
        &[]
    }
}

fn open_to_all(folder: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn the_queue_works_waiters_are_woken_by_asking_and_the_log_says_why() {
    let Some(database) = Database::empty().await else { return };
    let Some(pooler) = Pooler::before(&database) else { return };
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_max_level(Level::WARN).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let location = pooler.location(&database);
    assert_eq!(AnyStore::migrate(&location, &StoreTerms::default()).await.unwrap().applied.len(), 10);

    let works = EngineOptions::without_workers().with_quick_kinds();
    let worker = Arc::new(Engine::open(&location, works).await.unwrap());
    let client = Arc::new(Engine::open(&location, EngineOptions::without_workers()).await.unwrap());
    let mut waits = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = Arc::clone(&client);
        waits.spawn(async move {
            let id = client.submit(noop()).await.unwrap().id();
            assert!(client.wait(id, Some(PATIENCE)).await.unwrap().is_success());
        });
    }
    while let Some(end) = waits.join_next().await {
        end.unwrap();
    }
    assert_eq!(client.stats().await.unwrap().completed, 50);

    let complains = async {
        while log.text().matches("does not pass on notifications").count() < 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, complains).await.expect("nobody says that nothing is heard");
    let id = client.submit(noop()).await.unwrap().id();
    assert!(client.wait(id, Some(PATIENCE)).await.unwrap().is_success());
    client.stop(PATIENCE).await;
    worker.stop(PATIENCE).await;
}
