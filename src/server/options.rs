//! How is a service set up? An engine, where to listen, and who may come in.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::access::Secret;
use crate::config::Settings;
use crate::engine::Engine;
use crate::store::StoreLocation;

/// Everything a service is made from.
#[derive(Debug, Clone)]
pub struct ServiceOptions {
    /// What runs the tasks, or submits them for other processes to run.
    pub engine: Arc<Engine>,
    /// What holds for every task that is submitted here.
    pub settings: Arc<Settings>,
    /// Where the tasks live.
    pub location: StoreLocation,
    /// Where to listen; port 0 takes any that is free.
    pub address: SocketAddr,
    /// Who may come in.
    pub entry: Entry,
    /// The names, besides those of the address, under which browsers may ask.
    pub hosts: Vec<String>,
}

/// Who may come in.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Whoever has a key.
    Keys,
    /// Those, and the one user of this machine, by this token or the cookie of our page.
    Local(Secret),
}
