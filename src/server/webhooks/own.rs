//! How does a program that is no service have somebody told of the end of its task? By a delivery of the same kind, which it
//! sends itself while it runs, and otherwise any service on the store with the same secret.

use std::sync::Arc;

use super::deliverer::{Deliverer, PER_USER};
use super::work::{delivery_of, told};
use crate::access::UserName;
use crate::config::Settings;
use crate::engine::{Engine, EngineError, InvalidRequest};
use crate::server::token::webhook_secret;
use crate::task::{NewTask, Signer, Task, Webhook};

/// Keeps a task of the one user of this machine, and who is told of its end; from then on this engine delivers, too. The
/// address has been checked.
pub async fn submit_and_tell(
    engine: &Engine,
    settings: &Settings,
    task: NewTask,
    url: String,
) -> Result<Arc<Task>, EngineError> {
    let (secret, _) = webhook_secret(&settings.workspace_root)
        .map_err(|error| InvalidRequest::new("webhook_url", format!("cannot be signed for: {error}")))?;
    let fingerprint = secret.fingerprint();
    let lane = Webhook::lane_of(&fingerprint);
    if !engine.works(&lane) {
        engine.register(lane, PER_USER, Arc::new(Deliverer::new(settings, secret)));
    }
    let task = engine.submit(told(task, settings)).await?;
    let user = (UserName::LOCAL, Signer::Workspace(fingerprint));
    engine.submit(delivery_of(&task, user, url, engine.process(), settings)).await?;
    engine.get(task.id()).await
}
