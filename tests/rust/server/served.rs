//! A service under test, and a client that talks to it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use _core::access::{ApiKey, Role, Secret};
use _core::config::{Inputs, Overrides, Settings, load};
use _core::engine::{Engine, EngineOptions};
use _core::kinds::{Attempt, Handler, HandlerFuture};
use _core::server::{Deliverer, Entry, Resolver, Service, ServiceOptions, webhook_secret};
use _core::store::StoreLocation;
use _core::task::{ErrorKind, Failure, Kind, Lane, LogLevel, Progress};
use chrono::{TimeDelta, Utc};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Long enough for anything that happens at all.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// Where the tasks of a service live.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Memory,
    File,
}

/// Runs kind `own`: what its payload says. At the gate it waits for a permit.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) gate: Semaphore,
}

impl Handler for Own {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            let payload = payload_of(attempt);
            attempt.report(Progress::working("half of it", Some(1), Some(2)));
            attempt.log(LogLevel::Info, "a line");
            for _ in 0..payload["lines"].as_u64().unwrap_or_default() {
                attempt.log(LogLevel::Debug, &"x".repeat(8000));
            }
            if payload["gate"] == json!(true) {
                tokio::select! {
                    permit = self.gate.acquire() => permit.expect("never closed").forget(),
                    () = attempt.cancel.cancelled() => {
                        return Err(Failure::new(ErrorKind::Cancelled, "asked to stop"));
                    }
                }
            }
            if payload["fails"] == json!(true) {
                return Err(Failure::new(ErrorKind::Refused, "as it was told"));
            }
            if payload["result"].is_object() {
                return Ok(Arc::new(payload["result"].clone()));
            }
            Ok(Arc::new(json!({"said": payload["say"]})))
        })
    }
}

fn payload_of(attempt: &Attempt) -> Value {
    match &attempt.task.new.work {
        _core::task::Work::Custom(custom) => serde_json::from_str(custom.payload.get()).expect("is JSON"),
        other => panic!("only kind own comes here: {other:?}"),
    }
}

/// A service that listens.
pub(super) struct Served {
    pub(super) address: SocketAddr,
    pub(super) engine: Arc<Engine>,
    pub(super) own: Arc<Own>,
    pub(super) folder: TempDir,
    pub(super) location: StoreLocation,
    /// What the client sends to come in.
    pub(super) token: Secret,
    hooks: Hooks,
    client: reqwest::Client,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HashMap<String, String>,
    pub(super) json: Value,
}

impl Reply {
    pub(super) async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let text_of = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
            (name.as_str().to_owned(), value.to_str().unwrap().to_owned())
        };
        let headers = response.headers().iter().map(text_of).collect();
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, json }
    }

    /// What a problem says; it is one by its type, and says its status.
    pub(super) fn detail(&self) -> &str {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(self.json["status"], self.status, "{self:?}");
        self.json["detail"].as_str().unwrap()
    }

    pub(super) fn id(&self) -> &str {
        self.json["task_id"].as_str().unwrap_or_else(|| panic!("{self:?}"))
    }
}

/// How a service under test delivers webhooks.
#[derive(Debug, Clone, Default)]
pub(super) struct Hooks {
    /// The setting `webhook_networks`.
    pub(super) networks: Option<&'static str>,
    /// What finds addresses instead of the system.
    pub(super) resolver: Option<Arc<dyn Resolver>>,
    /// How long receivers may take, where that is not the usual.
    pub(super) patience: Option<Duration>,
}

impl Hooks {
    /// They may go to this machine.
    pub(super) fn to_loopback() -> Self {
        Self { networks: Some("127.0.0.0/8"), ..Self::default() }
    }

    fn deliverer(&self, settings: &Settings) -> Deliverer {
        let (secret, _) = webhook_secret(&settings.workspace_root).unwrap();
        let mut deliverer = Deliverer::new(settings, secret).counting(Duration::from_micros(100));
        if let Some(resolver) = &self.resolver {
            deliverer = deliverer.resolving_with(Arc::clone(resolver));
        }
        match self.patience {
            Some(patience) => deliverer.waiting(patience),
            None => deliverer,
        }
    }
}

/// Settings of a project that is empty.
fn settings(folder: &TempDir, hooks: &Hooks) -> Settings {
    let root = folder.path().canonicalize().unwrap();
    std::fs::write(root.join("pyproject.toml"), "").unwrap();
    let mut overrides = Overrides::new();
    overrides.set("agent", "local");
    if let Some(networks) = hooks.networks {
        overrides.set("webhook_networks", networks);
    }
    let inputs = Inputs {
        overrides,
        working_directory: root,
        running_python: Some(std::env::var_os("OTG_TEST_PYTHON").unwrap_or("/usr/bin/python3".into()).into()),
        ..Inputs::default()
    };
    load(&inputs).unwrap().0
}

/// The lane of kind `own`.
pub(super) fn own_lane() -> Lane {
    Lane::of_kind(&"own".parse::<Kind>().unwrap())
}

impl Served {
    /// A service for the one user of a machine.
    pub(super) async fn local(place: Place) -> Self {
        Self::open(place, false, |options| options).await
    }

    /// A service that asks for keys; the client has one of the user `ada`.
    pub(super) async fn with_keys(place: Place) -> Self {
        Self::open(place, true, |options| options).await
    }

    /// A service for the one user of a machine, whose tasks live there.
    pub(super) async fn at(location: StoreLocation) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::begin((folder, location, Secret::fresh()), false, Hooks::default(), |options| options).await
    }

    /// A service whose webhooks go where a test says.
    pub(super) async fn telling(place: Place, asks_for_keys: bool, hooks: Hooks) -> Self {
        Self::open_with(place, asks_for_keys, hooks, |options| options).await
    }

    /// The same with other options of the engine.
    pub(super) async fn open(
        place: Place,
        asks_for_keys: bool,
        change: impl FnOnce(EngineOptions) -> EngineOptions,
    ) -> Self {
        Self::open_with(place, asks_for_keys, Hooks::default(), change).await
    }

    async fn open_with(
        place: Place,
        asks_for_keys: bool,
        hooks: Hooks,
        change: impl FnOnce(EngineOptions) -> EngineOptions,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = match place {
            Place::Memory => StoreLocation::Memory,
            Place::File => StoreLocation::Sqlite(folder.path().join("tasks.db")),
        };
        Self::begin((folder, location, Secret::fresh()), asks_for_keys, hooks, change).await
    }

    async fn begin(
        (folder, location, token): (TempDir, StoreLocation, Secret),
        asks_for_keys: bool,
        hooks: Hooks,
        change: impl FnOnce(EngineOptions) -> EngineOptions,
    ) -> Self {
        let own = Arc::new(Own { gate: Semaphore::new(0) });
        let handler: Arc<dyn Handler> = own.clone();
        let settings = settings(&folder, &hooks);
        let options =
            EngineOptions { retry_base_delay: Duration::from_millis(1), ..EngineOptions::without_workers() };
        let options = hooks.deliverer(&settings).join(options.with_pool(own_lane(), 4, handler));
        let engine = Arc::new(Engine::open(&location, change(options)).await.unwrap());
        let entry = if asks_for_keys { Entry::Keys } else { Entry::Local(token.clone()) };
        let service = Service::bind(ServiceOptions {
            engine: Arc::clone(&engine),
            settings: Arc::new(settings),
            location: location.clone(),
            address: "127.0.0.1:0".parse().unwrap(),
            entry,
            hosts: Vec::new(),
        });
        let service = service.await.unwrap();
        let (address, stop) = (service.address(), CancellationToken::new());
        let running = tokio::spawn(service.run(stop.clone().cancelled_owned()));
        let client = client();
        let mut served = Self { address, engine, own, folder, location, token, hooks, client, stop, running };
        if asks_for_keys {
            served.token = served.key("ada", Role::User).await;
        }
        served
    }

    /// Another service on the same store, with a workspace root of its own.
    pub(super) async fn neighbour(&self) -> Self {
        let place = (tempfile::tempdir().unwrap(), self.location.clone(), Secret::fresh());
        Self::begin(place, false, self.hooks.clone(), |options| options).await
    }

    /// Ends the service as a signal does, and begins another on the same store.
    pub(super) async fn restart(self) -> Self {
        let hooks = self.hooks.clone();
        Self::again(self.end().await, hooks).await
    }

    /// A service on what an ended one has kept.
    pub(super) async fn again(kept: (TempDir, StoreLocation, Secret), hooks: Hooks) -> Self {
        Self::begin(kept, false, hooks, |options| options).await
    }

    /// Ends the service as a signal does.
    pub(super) async fn end(self) -> (TempDir, StoreLocation, Secret) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.running).await.expect("the service ends").unwrap();
        self.engine.stop(Duration::ZERO).await;
        (self.folder, self.location, self.token)
    }

    /// Asks the service to end, and does not wait.
    pub(super) fn ask_to_end(&self) {
        self.stop.cancel();
    }

    /// Settings of the project that it serves.
    pub(super) fn settings(&self) -> Arc<Settings> {
        Arc::new(settings(&self.folder, &self.hooks))
    }

    /// A fresh key.
    pub(super) async fn key(&self, user: &str, role: Role) -> Secret {
        let secret = Secret::fresh();
        let key = ApiKey::of(&secret, user.parse().unwrap(), role, Utc::now());
        self.engine.keep_key(key).await.unwrap();
        secret
    }

    /// A key that holds no more.
    pub(super) async fn expired_key(&self, user: &str) -> Secret {
        let (secret, now) = (Secret::fresh(), Utc::now());
        let key = ApiKey::of(&secret, user.parse().unwrap(), Role::User, now);
        let key = ApiKey { expires_at: Some(now - TimeDelta::seconds(1)), ..key };
        self.engine.keep_key(key).await.unwrap();
        secret
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request without credentials.
    pub(super) fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path)).timeout(PATIENCE)
    }

    /// A request with the client's key.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(self.token.reveal())
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(super) async fn delete(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    /// Submits work of kind `own`; answers its id.
    pub(super) async fn submit(&self, payload: Value) -> String {
        let reply = self.post("/api/v1/tasks", &json!({"task_type": "own", "payload": payload})).await;
        assert!([200, 202].contains(&reply.status), "{reply:?}");
        reply.id().to_owned()
    }

    /// The task once it has ended.
    pub(super) async fn ended(&self, id: &str) -> Value {
        loop {
            let request =
                self.request(Method::GET, &format!("/api/v1/tasks/{id}")).header("Prefer", "wait=50");
            let reply = Reply::of(request.send().await.unwrap()).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            if !["pending", "running"].contains(&reply.json["status"].as_str().unwrap()) {
                return reply.json;
            }
        }
    }

    /// Waits until the task runs.
    pub(super) async fn runs(&self, id: &str) {
        let id = id.parse().unwrap();
        let mut after = 0;
        loop {
            for event in self.engine.events(id, after, PATIENCE).await.unwrap() {
                after = event.number;
                if event.status == _core::task::TaskStatus::Running {
                    return;
                }
            }
        }
    }
}

/// A client of its own.
pub(super) fn client() -> reqwest::Client {
    // Already there where another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
