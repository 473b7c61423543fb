//! Why can the service not be started?

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

/// An error of the start.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Nobody can listen there.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// Others can reach the address, and anyone could do anything.
    #[error("{address} can be reached by others, and the service would ask nobody for a key")]
    OpenToOthers {
        /// Where.
        address: SocketAddr,
    },
    /// A file of the service's one user cannot be kept.
    #[error("the file {}: {reason}", path.display())]
    Token {
        /// The file.
        path: PathBuf,
        /// What is wrong, and the remedy.
        reason: String,
    },
}
