//! `serve`: the service, and workers for what is submitted to it, until it is stopped.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::net::lookup_host;
use tokio_util::sync::CancellationToken;

use super::arguments::{NAME, Serve};
use super::error::CommandError;
use super::exit::Exit;
use super::output::Terminal;
use super::session::Session;
use super::signals::Signals;
use super::worker;
use crate::engine::Engine;
use crate::server::{Deliverer, Entry, Service, ServiceOptions, local_token, webhook_secret};
use crate::store::StoreLocation;

/// `serve`.
pub(super) async fn run(
    command: &Serve,
    session: &Session,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    session.warn_of_agent(terminal);
    let mut signals = Signals::listen()?;
    let address = resolve(&command.host, command.port).await?;
    let engine = Arc::new(open(session).await?);
    let service = match bind(command, session, &engine, address).await {
        Ok(service) => service,
        Err(error) => {
            engine.stop(Duration::ZERO).await;
            return Err(error);
        }
    };
    tracing::info!("serving on http://{}, tasks in {}", service.address(), session.location);
    let stop = CancellationToken::new();
    let mut serving = std::pin::pin!(service.run(stop.clone().cancelled_owned()));
    let signal = tokio::select! {
        signal = signals.next() => signal,
        () = &mut serving => return Err(CommandError::machine("serve", "the listener ended by itself")),
    };
    stop.cancel();
    serving.await;
    worker::stop(&engine, &mut signals, worker::GRACE).await;
    Ok(signal.exit())
}

/// An engine with workers as the options say, which delivers webhooks too.
async fn open(session: &Session) -> Result<Engine, CommandError> {
    session.open_for_service(deliverer(session)?).await
}

/// Delivers with the secret of the workspace root.
pub(super) fn deliverer(session: &Session) -> Result<Deliverer, CommandError> {
    let (secret, _) = webhook_secret(&session.settings.workspace_root)?;
    Ok(Deliverer::new(&session.settings, secret))
}

async fn bind(
    command: &Serve,
    session: &Session,
    engine: &Arc<Engine>,
    address: SocketAddr,
) -> Result<Service, CommandError> {
    let entry = if command.require_keys || !address.ip().is_loopback() {
        need_keys(session, engine, address).await?;
        Entry::Keys
    } else {
        let (token, path) = local_token(&session.settings.workspace_root)?;
        tracing::info!("no key is asked for on this machine: scripts send the token in {}", path.display());
        Entry::Local(token)
    };
    let options = ServiceOptions {
        engine: Arc::clone(engine),
        settings: Arc::new(session.settings.clone()),
        location: session.location.clone(),
        address,
        entry,
        hosts: command.allow_host.clone(),
    };
    Ok(Service::bind(options).await?)
}

/// Refuses to serve where nobody could come in, or everybody.
async fn need_keys(session: &Session, engine: &Engine, address: SocketAddr) -> Result<(), CommandError> {
    if session.location == StoreLocation::Memory {
        return Err(CommandError::Usage {
            message: format!("{address} is for users with keys, and the store `memory:` keeps none"),
            hint: "name a store on disk: `--store sqlite:PATH`".to_owned(),
        });
    }
    let now = Utc::now();
    if engine.api_keys().await?.iter().any(|key| key.holds(now)) {
        return Ok(());
    }
    Err(CommandError::Usage {
        message: format!("{address} is for users with keys, and {} has none that holds", session.location),
        hint: format!("`{NAME} keys create USER` makes one, on the same `--store`"),
    })
}

async fn resolve(host: &str, port: u16) -> Result<SocketAddr, CommandError> {
    let refused = |reason: String| CommandError::Usage {
        message: format!("--host {host} is no address: {reason}"),
        hint: "name an address of this machine: 127.0.0.1, or 0.0.0.0 for all".to_owned(),
    };
    // An IPv6 address may stand in its brackets.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut found = lookup_host((bare, port)).await.map_err(|error| refused(error.to_string()))?;
    found.next().ok_or_else(|| refused("nothing has that name".to_owned()))
}
