//! Who is connected? Each gets a socket that ends by itself where nothing moves any more, and there is an end to how
//! many there are.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::idle::Idle;

/// How many connections there may be; others wait until one ends.
const MOST: usize = 8192;
/// How long a client may stay that gets nothing from us: idle, or so slow that no request is complete. Streams send a
/// sign of life well before.
pub(in crate::server) const SILENCE: Duration = Duration::from_secs(90);
/// How long a client may take nothing of what we send: then it is dropped, and can resume.
pub(in crate::server) const STALL: Duration = Duration::from_secs(30);

/// A listener whose connections end by themselves.
#[derive(Debug)]
pub(in crate::server) struct PatientListener {
    listener: TcpListener,
    room: Arc<Semaphore>,
    patience: Patience,
}

/// How long a client may stay.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct Patience {
    /// That gets nothing from us.
    pub(in crate::server) silence: Duration,
    /// That takes nothing of what we send.
    pub(in crate::server) stall: Duration,
}

impl PatientListener {
    pub(in crate::server) fn new(listener: TcpListener, patience: Patience) -> Self {
        Self { listener, room: Arc::new(Semaphore::new(MOST)), patience }
    }
}

impl Listener for PatientListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // The semaphore is never closed.
        let permit = Arc::clone(&self.room).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection sends in large pieces");
        }
        let Patience { silence, stall: stall_limit } = self.patience;
        let silence = Idle::new(silence);
        (Connection { stream, silence, stall: None, stall_limit, _permit: permit }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection.
#[derive(Debug)]
pub(in crate::server) struct Connection {
    stream: TcpStream,
    /// Since we sent something.
    silence: Idle,
    /// Since the client stopped to take what we send.
    stall: Option<Idle>,
    stall_limit: Duration,
    /// Its place among all.
    _permit: Option<OwnedSemaphorePermit>,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.silence.is_over(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Connection {
    /// Notes whether the client takes what we send.
    fn watch<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stall = None;
            self.silence.restart();
            return outcome;
        }
        let limit = self.stall_limit;
        if self.stall.get_or_insert_with(|| Idle::new(limit)).is_over(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        outcome
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.watch(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
