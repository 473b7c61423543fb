//! Where do processes run that share one database, and how is one of them cut off? On hosts: network namespaces where the
//! machine allows it, else behind a proxy each, which holds everything back. Nothing is closed in either.

mod namespaces;
mod tests;
mod wires;

use std::process::Command;
use std::sync::Arc;

use self::namespaces::Namespaces;
use self::wires::Wires;
use crate::postgres::Server;

/// The database that every server brings along.
const DATABASE: &str = "postgres";

/// A server of a test alone, and hosts that reach it.
pub(super) struct Network {
    server: Arc<Server>,
    hosts: Hosts,
}

enum Hosts {
    Namespaces(Namespaces),
    Wires(Wires),
}

impl Network {
    /// One with so many hosts; `None`, said aloud, where there is no PostgreSQL.
    pub(super) async fn of(count: usize) -> Option<Self> {
        if std::env::var_os("OTG_SOAK_WIRES").is_none() {
            match Self::of_namespaces(count) {
                Ok(network) => return Some(network),
                Err(reason) => {
                    eprintln!("NOT TESTED with network namespaces, but with a proxy for each host: {reason}");
                }
            }
        }
        Self::of_wires(count).await
    }

    fn of_namespaces(count: usize) -> Result<Self, String> {
        let (namespaces, server) = Namespaces::start(count)?;
        Ok(Self { server: Arc::new(server), hosts: Hosts::Namespaces(namespaces) })
    }

    async fn of_wires(count: usize) -> Option<Self> {
        // Where no server is to be had at all, that is said as everywhere.
        crate::postgres::server()?;
        let server = Server::start(Command::new("sh"), &[])
            .inspect_err(|reason| eprintln!("NOT TESTED: no server of its own can be started: {reason}"))
            .ok()?;
        let hosts = Hosts::Wires(Wires::to(&at(&server.address), count).await);
        Some(Self { server: Arc::new(server), hosts })
    }

    /// How this program is started on a host.
    pub(super) fn binary(&self, host: usize) -> Command {
        let binary = std::env::current_exe().unwrap();
        match &self.hosts {
            Hosts::Namespaces(namespaces) => namespaces.command(host, &binary),
            Hosts::Wires(_) => Command::new(binary),
        }
    }

    /// The database as a host sees it.
    pub(super) fn url(&self, host: usize) -> String {
        match &self.hosts {
            Hosts::Namespaces(_) => at(&namespaces::seen_by_hosts(&self.server)),
            Hosts::Wires(wires) => wires.url(host),
        }
    }

    /// The database as the test itself sees it, whoever is cut off.
    pub(super) fn own_url(&self) -> String {
        match &self.hosts {
            Hosts::Namespaces(_) => format!("{}?host={}", at(&self.server.address), self.server.folder()),
            Hosts::Wires(_) => at(&self.server.address),
        }
    }

    /// Drops all that comes from a host and goes there.
    pub(super) async fn cut(&self, host: usize) {
        match &self.hosts {
            Hosts::Namespaces(namespaces) => namespaces.order("cut", host).await,
            Hosts::Wires(wires) => wires.cut(host),
        }
    }

    /// Lets everything pass again.
    pub(super) async fn mend(&self, host: usize) {
        match &self.hosts {
            Hosts::Namespaces(namespaces) => namespaces.order("mend", host).await,
            Hosts::Wires(wires) => wires.mend(host),
        }
    }

    /// Ends the server as a power cut would, or starts it again.
    pub(super) async fn order(&self, what: &'static str) {
        let server = Arc::clone(&self.server);
        tokio::task::spawn_blocking(move || server.order(what)).await.unwrap();
    }

    /// What it is made of, for a report.
    pub(super) fn kind(&self) -> &'static str {
        match &self.hosts {
            Hosts::Namespaces(_) => "network namespaces",
            Hosts::Wires(_) => "proxies",
        }
    }
}

fn at(server: &str) -> String {
    format!("{server}/{DATABASE}")
}
