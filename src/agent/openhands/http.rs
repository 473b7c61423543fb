//! How is a server asked? One request, one bounded answer, and what became of it where there is none.

use std::sync::{Arc, Once};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use reqwest::header::{LOCATION, RETRY_AFTER};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::shortened;
use super::host::{Access, Host};
use super::redaction::redactor;
use super::{HttpError, Patience, ServerOptions};
use crate::redact::Redactor;

/// The longest answer that is read; what a conversation says of itself takes a thousandth of it.
const MOST_BYTES: usize = 16 << 20;

/// Requests to one server.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: Client,
    host: Arc<Host>,
    options: ServerOptions,
}

impl Http {
    /// Opens no connection.
    pub(super) fn new(host: Arc<Host>, options: &ServerOptions) -> Result<Self, HttpError> {
        let is_local = options.host.is_on_this_machine();
        let client = if is_local { local_client } else { client }(options.patience)?;
        Ok(Self { client, host, options: options.clone() })
    }

    /// Where the server answers now.
    pub(super) fn access(&self) -> Result<Access, HttpError> {
        self.host.access()
    }

    /// What a server says, as it may be shown: a line without keys, cut short where it is long.
    pub(super) fn quoted(&self, text: &str) -> String {
        shortened(text, &self.redactor())
    }

    fn redactor(&self) -> Redactor {
        redactor(&self.host, &self.options)
    }

    /// Asks for a value.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, HttpError> {
        self.read_json(self.request(Method::GET, path)?).await
    }

    /// The same, with arguments.
    pub(super) async fn search<T: DeserializeOwned>(
        &self,
        path: &str,
        arguments: &[(&str, &str)],
    ) -> Result<T, HttpError> {
        self.read_json(self.request(Method::GET, path)?.query(arguments)).await
    }

    /// Sends a value. Always as JSON: a server that is sent anything else may fall over.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, HttpError> {
        self.read_json(self.request(Method::POST, path)?.json(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), HttpError> {
        self.read(self.request(Method::DELETE, path)?).await.map(drop)
    }

    /// Puts a file on the server; folders above it are made.
    pub(super) async fn upload(&self, path: &str, bytes: Vec<u8>) -> Result<(), HttpError> {
        let form = Form::new().part("file", Part::bytes(bytes).file_name("file"));
        let request =
            self.request(Method::POST, "/api/file/upload")?.query(&[("path", path)]).multipart(form);
        self.read(request).await.map(drop)
    }

    /// Gets a file from the server.
    pub(super) async fn download(&self, path: &str) -> Result<Vec<u8>, HttpError> {
        self.read(self.request(Method::GET, "/api/file/download")?.query(&[("path", path)])).await
    }

    /// Asks again where the server is away or unwell, for as long as that may take.
    pub(super) async fn persistently<T, F>(&self, ask: impl FnMut() -> F) -> Result<T, HttpError>
    where
        F: Future<Output = Result<T, HttpError>>,
    {
        self.within(self.options.patience.outage, ask).await
    }

    /// The same, for no longer than this.
    pub(super) async fn within<T, F>(&self, limit: Duration, ask: impl FnMut() -> F) -> Result<T, HttpError>
    where
        F: Future<Output = Result<T, HttpError>>,
    {
        let patience = self.options.patience;
        let back_off = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(patience.reconnect)
            .with_max_delay(patience.longest_reconnect)
            .without_max_times()
            .with_total_delay(Some(limit));
        let asked = ask.retry(back_off).when(HttpError::may_pass).adjust(|error: &HttpError, delay| {
            Some(delay?.max(error.retry_after().unwrap_or_default().min(limit)))
        });
        tokio::time::timeout(limit + patience.request, asked)
            .await
            .unwrap_or_else(|_| Err(HttpError::Unreachable("it took too long".to_owned())))
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, HttpError> {
        let access = self.access()?;
        let request = self.client.request(method, format!("{}{path}", access.url));
        Ok(match access.header()? {
            Some(key) => request.header("x-session-api-key", key),
            None => request,
        })
    }

    async fn read_json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, HttpError> {
        let bytes = self.read(request).await?;
        serde_json::from_slice(&bytes).map_err(|error| HttpError::Malformed(self.quoted(&error.to_string())))
    }

    async fn read(&self, request: RequestBuilder) -> Result<Vec<u8>, HttpError> {
        let response = request.send().await.map_err(|error| HttpError::Unreachable(innermost(&error)))?;
        let status = response.status();
        let retry_after = retry_after(&response);
        let target = response.headers().get(LOCATION).filter(|_| status.is_redirection());
        let target = target.map(|target| self.quoted(&String::from_utf8_lossy(target.as_bytes())));
        let bytes = body(response).await;
        if status.is_success() {
            return bytes;
        }
        let detail = match target {
            Some(target) => format!("it points to {target}"),
            None => bytes.map_or_else(
                |error| error.to_string(),
                |bytes| HttpError::detail_of(&bytes, &self.redactor()),
            ),
        };
        Err(HttpError::Refused { status: status.as_u16(), detail, retry_after })
    }
}

/// What sends requests, through a proxy where the environment names one. Opens no connection.
fn client(patience: Patience) -> Result<Client, HttpError> {
    built(builder(patience))
}

/// What sends requests to this machine, past any proxy: none knows the way there, and none needs the keys. Opens no
/// connection.
pub(super) fn local_client(patience: Patience) -> Result<Client, HttpError> {
    built(builder(patience).no_proxy())
}

fn builder(patience: Patience) -> ClientBuilder {
    install_tls();
    Client::builder()
        .connect_timeout(patience.connect)
        .timeout(patience.request)
        // A key must not follow a server's pointer to somewhere else.
        .redirect(reqwest::redirect::Policy::none())
}

fn built(builder: ClientBuilder) -> Result<Client, HttpError> {
    builder.build().map_err(|error| HttpError::Unusable(innermost(&error)))
}

async fn body(mut response: Response) -> Result<Vec<u8>, HttpError> {
    let mut bytes = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| HttpError::Unreachable(innermost(&error)))?
    {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(HttpError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// In seconds, or as a date.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    (date.to_utc() - chrono::Utc::now()).to_std().ok()
}

/// The last cause, which says what happened; what stands before it names the address, which may hold a password.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    if std::ptr::addr_eq(last, error) { "the request could not be sent".to_owned() } else { last.to_string() }
}

/// Chooses ring for TLS, unless the process has chosen before.
pub(crate) fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
