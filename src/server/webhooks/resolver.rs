//! Which addresses has a name? Asked anew at each try; a connection goes to what was checked, and nowhere else.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::refuse;

/// The addresses of a name, once they are found.
pub type Resolved = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of names.
pub trait Resolver: fmt::Debug + Send + Sync + 'static {
    /// All addresses that a name has now.
    fn resolve(&self, name: String) -> Resolved;
}

/// The system's.
#[derive(Debug)]
pub(super) struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, name: String) -> Resolved {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Finds addresses for a client, which connects to nothing else: all of them may be reached, or it gets none.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) allowed: Vec<IpNet>,
}

/// A name that leads where no webhook goes.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotPublic(String);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, allowed) = (self.resolver.resolve(name.as_str().to_owned()), self.allowed.clone());
        Box::pin(async move {
            let found = found.await?;
            if let Some(reason) = found.iter().find_map(|address| refuse(*address, &allowed)) {
                return Err(NotPublic(reason).into());
            }
            // The client puts the port of the address that it asks in the place of 0.
            let found: Vec<_> = found.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
