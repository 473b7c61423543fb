//! How is output of any length taken in? Read to the end, the tail kept, the rest dropped.

use std::io::{self, Read};

/// How much is read at a time, and how often in a row: a fast writer must not keep its reader from the clock.
const CHUNK_BYTES: usize = 1 << 16;
const CHUNKS: usize = 16;

/// The last bytes of a stream.
#[derive(Debug)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    limit: usize,
}

impl Tail {
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit }
    }

    /// Reads what is there now from a non-blocking stream; answers whether more may come.
    pub(super) fn take_from(&mut self, stream: &mut impl Read) -> bool {
        let mut buffer = vec![0; CHUNK_BYTES];
        for _ in 0..CHUNKS {
            match stream.read(&mut buffer) {
                Ok(0) => return false,
                Ok(count) => self.push(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
            }
        }
        true
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.trim();
        self.bytes
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > 2 * self.limit {
            self.trim();
        }
    }

    fn trim(&mut self) {
        let excess = self.bytes.len().saturating_sub(self.limit);
        self.bytes.drain(..excess);
    }
}
