//! The server of one agent, as the rest of it knows it: ready or not, at this address, with this key.

use super::container::Container;
use super::keeper::Life;
use super::own::Own;
use super::{Access, HostOptions, Keeper};
use crate::agent::openhands::redaction::redactor_of_settings;
use crate::agent::openhands::{HttpError, ServerOptions};
use crate::task::Failure;

/// A server, whoever keeps it up.
#[derive(Debug)]
pub(in crate::agent::openhands) enum Host {
    Given(Access),
    Kept(Box<Keeper>),
}

impl Host {
    /// Starts nothing.
    pub(in crate::agent::openhands) fn new(options: &ServerOptions) -> Self {
        let patience = options.patience;
        let life = match &options.host {
            HostOptions::Given(given) => {
                return Self::Given(Access {
                    url: given.url.clone(),
                    key: given.session_key.clone(),
                    secret: None,
                });
            }
            HostOptions::Own(own) => Life::Own(Own::new(own.clone(), patience)),
            HostOptions::Docker(docker) => Life::Container(Container::new(docker.clone(), patience)),
        };
        Self::Kept(Box::new(Keeper::new(life, patience, redactor_of_settings(options))))
    }

    /// Waits until it can be asked; one of ours is started if need be.
    pub(in crate::agent::openhands) async fn ready(&self) -> Result<(), Failure> {
        match self {
            Self::Given(_) => Ok(()),
            Self::Kept(keeper) => keeper.ready().await,
        }
    }

    /// Where it answers now.
    pub(in crate::agent::openhands) fn access(&self) -> Result<Access, HttpError> {
        match self {
            Self::Given(access) => Ok(access.clone()),
            Self::Kept(keeper) => keeper.access(),
        }
    }

    /// Whether it may have what an earlier attempt left there: a container that is not up has nothing.
    pub(in crate::agent::openhands) fn may_remember(&self) -> bool {
        match self {
            Self::Given(_) => true,
            Self::Kept(keeper) => keeper.may_remember(),
        }
    }

    /// Whether it is ours and does not answer yet.
    pub(in crate::agent::openhands) fn is_to_be_started(&self) -> bool {
        self.access().is_err()
    }

    /// Ends what dead processes of ours left of such servers.
    pub(in crate::agent::openhands) async fn end_orphans(&self) {
        if let Self::Kept(keeper) = self {
            keeper.end_orphans().await;
        }
    }

    /// Ends a server of ours; answers when it is gone. It can be started again.
    pub(in crate::agent::openhands) async fn close(&self) {
        if let Self::Kept(keeper) = self {
            keeper.close().await;
        }
    }

    /// In a forked child: what runs is the parent's.
    pub(in crate::agent::openhands) fn let_go_after_fork(&self) {
        if let Self::Kept(keeper) = self {
            keeper.let_go_after_fork();
        }
    }
}
