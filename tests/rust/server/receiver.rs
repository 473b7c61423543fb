//! Somebody on this machine who takes webhooks, and answers what a test says.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use _core::access::WebhookSecret;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parking_lot::Mutex;
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::served::PATIENCE;

/// What a receiver answers.
#[derive(Debug, Clone)]
pub(super) enum Says {
    /// This status.
    Status(u16),
    /// This status, and where else to go.
    Redirect(u16, String),
    /// This status, and when to come again.
    Later(u16, String),
    /// Nothing, ever.
    Nothing,
}

/// What a receiver got.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Got {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether one of its signatures is that of this secret, reckoned anew from the standard.
    pub(super) fn is_signed_with(&self, secret: &WebhookSecret) -> bool {
        let key = STANDARD.decode(secret.reveal().strip_prefix("whsec_").unwrap()).unwrap();
        let mut signer = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        let (id, time) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        signer.update(&[id.as_bytes(), b".", time.as_bytes(), b".", &self.body].concat());
        let expected = format!("v1,{}", STANDARD.encode(signer.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

/// A receiver that listens.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    got: UnboundedReceiver<Got>,
    serving: JoinHandle<()>,
}

struct Script {
    says: Mutex<VecDeque<Says>>,
    got: UnboundedSender<Got>,
}

impl Receiver {
    /// One that answers this, in turn, and then always 204.
    pub(super) async fn saying(says: impl IntoIterator<Item = Says>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, got) = unbounded_channel();
        let script = Arc::new(Script { says: Mutex::new(says.into_iter().collect()), got: sender });
        let router = Router::new().fallback(answer).with_state(script);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, got, serving }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// What it gets next.
    pub(super) async fn next(&mut self) -> Got {
        tokio::time::timeout(PATIENCE, self.got.recv()).await.expect("something comes").unwrap()
    }

    /// Whether it got nothing that it was not asked for yet.
    pub(super) fn is_empty(&mut self) -> bool {
        self.got.try_recv().is_err()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(State(script): State<Arc<Script>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let says = script.says.lock().pop_front().unwrap_or(Says::Status(204));
    let _ = script.got.send(Got { path: uri.path().to_owned(), headers, body });
    match says {
        Says::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Says::Redirect(status, to) => {
            (StatusCode::from_u16(status).unwrap(), [("location", to)]).into_response()
        }
        Says::Later(status, when) => {
            (StatusCode::from_u16(status).unwrap(), [("retry-after", when)]).into_response()
        }
        Says::Nothing => std::future::pending().await,
    }
}
