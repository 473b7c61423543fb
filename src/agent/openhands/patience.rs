//! How long is a server waited for? Every time of ours in one place, so that a test can make it short.

use std::time::Duration;

/// The times of one agent server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until one request is answered as a whole.
    pub request: Duration,
    /// How long the server may be away, or answer that it is unwell, before the attempt fails.
    pub outage: Duration,
    /// Between two looks at a conversation, beside its socket.
    pub poll: Duration,
    /// How long a conversation must look finished where the socket does not say so.
    pub settle: Duration,
    /// How long a run may take to begin.
    pub begin: Duration,
    /// How long the end of a conversation is tried for.
    pub farewell: Duration,
    /// Before the first new connection of a socket; doubled for each further one.
    pub reconnect: Duration,
    /// The longest wait before a new connection.
    pub longest_reconnect: Duration,
    /// Until a server of our own is ready.
    pub start: Duration,
    /// Between two looks whether a server of ours lives.
    pub health: Duration,
    /// What is kept of an attempt's time for the verification of what is there.
    pub reserve: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: seconds(10),
            request: seconds(30),
            outage: seconds(120),
            poll: Duration::from_millis(1500),
            settle: seconds(30),
            begin: seconds(10),
            farewell: seconds(8),
            reconnect: Duration::from_millis(250),
            longest_reconnect: seconds(10),
            start: seconds(180),
            health: seconds(10),
            reserve: seconds(45),
        }
    }
}
