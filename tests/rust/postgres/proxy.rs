//! What lies between a process and the database? A wire on which an answer is lost, or that goes silent without a sign.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use _core::store::PostgresAddress;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::Database;

/// A wire to the server of a database, cut when this is dropped.
#[derive(Debug)]
pub(crate) struct Wire {
    url: String,
    faults: Arc<Faults>,
    accepting: AbortHandle,
}

#[derive(Debug, Default)]
struct Faults {
    /// The next connection that commits is cut after the server has done so, and before it is told.
    loses_commit: AtomicBool,
    /// How many answers to commits were lost.
    lost: AtomicU32,
    /// How often all connections that there were have gone silent.
    silences: AtomicU32,
    /// Whether nothing passes now, on any connection.
    is_cut: watch::Sender<bool>,
    /// What is asked to listen is asked something else, as long: nothing is ever heard.
    swallows_listen: AtomicBool,
}

impl Wire {
    /// A wire on which everything passes.
    pub(crate) async fn to(database: &Database) -> Self {
        Self::to_url(&database.url()).await
    }

    /// The same to `postgres://USER@SERVER/DATABASE`.
    pub(crate) async fn to_url(url: &str) -> Self {
        let (user, place) = url.split_once('@').map(|(u, p)| (u.to_owned(), p.to_owned())).unwrap();
        let (server, name) = place.split_once('/').map(|(s, n)| (s.to_owned(), n.to_owned())).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{user}@{}/{name}?sslmode=disable", listener.local_addr().unwrap());
        let faults = Arc::<Faults>::default();
        let known = Arc::clone(&faults);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(&server).await {
                    tokio::spawn(carry(client, server, Arc::clone(&known)));
                }
            }
        });
        Self { url, faults, accepting: accepting.abort_handle() }
    }

    /// The address of the database at the other end.
    pub(crate) fn address(&self) -> PostgresAddress {
        self.url.parse().unwrap()
    }

    /// The same as a text.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The answer to the next commit is lost.
    pub(crate) fn lose_next_commit(&self) {
        self.faults.loses_commit.store(true, Ordering::SeqCst);
    }

    /// From now on nobody listens, though everybody is told that he does.
    pub(crate) fn swallow_listen(&self) {
        self.faults.swallows_listen.store(true, Ordering::SeqCst);
    }

    /// How many answers were lost.
    pub(crate) fn lost(&self) -> u32 {
        self.faults.lost.load(Ordering::SeqCst)
    }

    /// Nothing passes any more on the connections that there are, and none of them is closed.
    pub(crate) fn go_silent(&self) {
        self.faults.silences.fetch_add(1, Ordering::SeqCst);
    }

    /// Everything is held back, on new connections too, and none is closed.
    pub(crate) fn cut(&self) {
        self.faults.is_cut.send_replace(true);
    }

    /// What was held back by [`Wire::cut`] passes, and all that follows.
    pub(crate) fn mend(&self) {
        self.faults.is_cut.send_replace(false);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// One connection, as it was made in some age between two silences.
struct Connection {
    faults: Arc<Faults>,
    age: u32,
    /// Whether the next answer is lost.
    is_doomed: AtomicBool,
}

impl Connection {
    /// Ends when the wire is whole, and never once all connections of this age have gone silent.
    async fn pass(&self) {
        // An error means that the wire is gone: then so is its server, or soon.
        let _ = self.faults.is_cut.subscribe().wait_for(|is_cut| !is_cut).await;
        if self.faults.silences.load(Ordering::SeqCst) != self.age {
            std::future::pending::<()>().await;
        }
    }
}

async fn carry(client: TcpStream, server: TcpStream, faults: Arc<Faults>) {
    let age = faults.silences.load(Ordering::SeqCst);
    let connection = Connection { faults, age, is_doomed: AtomicBool::new(false) };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = ask(&connection, from_client, to_server) => {}
        () = answer(&connection, from_server, to_client) => {}
    }
}

async fn ask(connection: &Connection, mut client: OwnedReadHalf, mut server: OwnedWriteHalf) {
    const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = client.read(&mut bytes).await {
        connection.pass().await;
        let asked = &mut bytes[..count];
        if connection.faults.swallows_listen.load(Ordering::SeqCst) {
            swallow_listen(asked);
        }
        if asked.windows(COMMIT.len()).any(|part| part == COMMIT)
            && connection.faults.loses_commit.swap(false, Ordering::SeqCst)
        {
            connection.is_doomed.store(true, Ordering::SeqCst);
        }
        if server.write_all(asked).await.is_err() {
            return;
        }
    }
}

/// What a pooler does that gives each transaction another connection, seen from here.
fn swallow_listen(asked: &mut [u8]) {
    const LISTEN: &[u8] = b"LISTEN \"testgen\"";
    const NOTHING: &[u8] = b"SELECT '1234567'";
    if let Some(at) = asked.windows(LISTEN.len()).position(|part| part == LISTEN) {
        asked[at..at + LISTEN.len()].copy_from_slice(NOTHING);
    }
}

async fn answer(connection: &Connection, mut server: OwnedReadHalf, mut client: OwnedWriteHalf) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = server.read(&mut bytes).await {
        connection.pass().await;
        if connection.is_doomed.load(Ordering::SeqCst) {
            connection.faults.lost.fetch_add(1, Ordering::SeqCst);
            return;
        }
        if client.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
