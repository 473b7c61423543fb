//! Who delivers? A handler of kind `webhook`, with workers of its own: no message waits behind test generation.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::message::message_of;
use super::resolver::{Checked, Resolver, SystemResolver};
use super::sender::{client, send};
use super::target::Target;
use super::verdict::{judge, judge_unsent, pause};
use crate::access::WebhookSecret;
use crate::config::Settings;
use crate::engine::EngineOptions;
use crate::kinds::{Attempt, Handler, HandlerFuture};
use crate::task::{ErrorKind, Failure, Kind, Lane, Webhook, Work};

/// How many messages are under way at once.
const WORKERS: usize = 64;
/// How many of them for one user, over all processes: whose receivers hang holds up nobody else.
pub(super) const PER_USER: usize = 16;
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Delivers webhooks.
#[derive(Debug)]
pub struct Deliverer {
    /// Signs for the one user of a workspace root.
    secret: WebhookSecret,
    /// Whether the messages of users with keys are sent too.
    serves_keys: bool,
    /// Networks that may be reached though they are not public.
    allowed: Vec<IpNet>,
    resolver: Arc<dyn Resolver>,
    patience: Duration,
    /// How long a second of the plan of retries takes.
    second: Duration,
}

impl Deliverer {
    /// One that goes by these settings.
    #[must_use]
    pub fn new(settings: &Settings, secret: WebhookSecret) -> Self {
        Self {
            secret,
            serves_keys: true,
            allowed: settings.webhook_networks(),
            resolver: Arc::new(SystemResolver),
            patience: PATIENCE,
            second: Duration::from_secs(1),
        }
    }

    /// The same for the one user of its workspace root alone: what others may reach is for their service to say.
    #[must_use]
    pub fn for_one_user(self) -> Self {
        Self { serves_keys: false, ..self }
    }

    /// The same with other names.
    #[must_use]
    pub fn resolving_with(self, resolver: Arc<dyn Resolver>) -> Self {
        Self { resolver, ..self }
    }

    /// The same, giving receivers less or more time.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, where a second of the plan of retries takes so long.
    #[must_use]
    pub fn counting(self, second: Duration) -> Self {
        Self { second, ..self }
    }

    /// The options of an engine that delivers, too. Given before the engine begins, so that it goes on with what an
    /// earlier process had to deliver.
    #[must_use]
    pub fn join(self, mut options: EngineOptions) -> EngineOptions {
        options.limits.delivering_per_owner = Some(PER_USER as u64);
        let own = Webhook::lane_of(&self.secret.fingerprint());
        let of_keys = self.serves_keys.then(|| Lane::of_kind(&Kind::Webhook));
        let handler: Arc<dyn Handler> = Arc::new(self);
        let lanes = [own].into_iter().chain(of_keys).map(|lane| (lane, Arc::clone(&handler)));
        options.with_lanes(WORKERS, lanes.collect())
    }

    async fn deliver(&self, webhook: &Webhook, attempt: &Attempt) -> Result<Arc<Value>, Failure> {
        let message = message_of(webhook, attempt, &self.secret).await?;
        let target = Target::parse(&webhook.url, &self.allowed)
            .map_err(|reason| Failure::new(ErrorKind::Refused, format!("the address {reason}")))?;
        let checked = Checked { resolver: Arc::clone(&self.resolver), allowed: self.allowed.clone() };
        let client = client(checked, self.patience).map_err(|error| {
            Failure::new(ErrorKind::Environment, format!("no request can be sent: {error}"))
        })?;
        let sent = tokio::select! {
            sent = send(&client, &target, message) => sent,
            () = attempt.cancel.cancelled() => {
                return Err(Failure::new(ErrorKind::Cancelled, "the service ends"));
            }
        };
        let answer = sent.map_err(|unsent| self.after_pause(attempt, judge_unsent(unsent), None))?;
        judge(&answer).map_err(|failure| self.after_pause(attempt, failure, answer.retry_after))?;
        Ok(Arc::new(json!({"status": answer.status.as_u16()})))
    }

    fn after_pause(&self, attempt: &Attempt, failure: Failure, asked: Option<Duration>) -> Failure {
        let pause = pause(attempt.task.retries + 1, self.second, asked);
        Failure { retry_after: Some(pause), ..failure }
    }
}

impl Handler for Deliverer {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            match &attempt.task.new.work {
                Work::Webhook(webhook) => self.deliver(webhook, attempt).await,
                other => {
                    let message = format!("{} is no webhook: a bug of ours", other.kind());
                    Err(Failure::new(ErrorKind::Internal, message))
                }
            }
        })
    }
}
