//! How is a message sent? One request to a checked address: no redirect is followed, no proxy asked, and of the answer
//! nothing is read but its head.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use reqwest::{Client, StatusCode};

use super::resolver::{Checked, NotPublic};
use super::target::Target;
use crate::access::WebhookSecret;
use crate::agent::{innermost, install_tls, retry_after};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// What is sent.
#[derive(Debug)]
pub(super) struct Message {
    /// The same at each try.
    pub(super) id: String,
    pub(super) body: Vec<u8>,
    /// All of them sign.
    pub(super) secrets: Vec<WebhookSecret>,
}

/// The head of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// How long the receiver asks us to wait.
    pub(super) retry_after: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Unsent {
    /// The name leads where no webhook goes.
    NotPublic(String),
    /// Nobody is there, or nobody answers in time.
    Unreachable(String),
}

/// A client for one try: its connection is not kept, so that the next one is checked anew.
pub(super) fn client(checked: Checked, patience: Duration) -> reqwest::Result<Client> {
    install_tls();
    Client::builder()
        .dns_resolver(Arc::new(checked))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT.min(patience))
        .timeout(patience)
        .user_agent(concat!("openhands-testgen/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Sends a message.
pub(super) async fn send(client: &Client, target: &Target, message: Message) -> Result<Answer, Unsent> {
    let timestamp = Utc::now().timestamp();
    let sign = |secret: &WebhookSecret| secret.sign(&message.id, timestamp, &message.body);
    let signatures: Vec<String> = message.secrets.iter().map(sign).collect();
    let request = client
        .post(target.url().clone())
        .header("content-type", "application/json")
        .header("webhook-id", &message.id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signatures.join(" "))
        .body(message.body);
    let response = request.send().await.map_err(|error| unsent(&error))?;
    Ok(Answer { status: response.status(), retry_after: retry_after(&response) })
}

fn unsent(error: &reqwest::Error) -> Unsent {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<NotPublic>() {
            return Unsent::NotPublic(refused.to_string());
        }
        cause = error.source();
    }
    if error.is_timeout() {
        return Unsent::Unreachable("the receiver did not answer in time".to_owned());
    }
    Unsent::Unreachable(format!("the receiver could not be reached: {}", innermost(error)))
}
