//! The server's answers.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Multipart, Path as InPath, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::world::{Conversation, Refusal};
use super::{Shared, folder, run, socket};

type Answer = Result<Json<Value>, StatusCode>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/conversations", post(make))
        .route("/conversations/count", get(async || Json(0)))
        .route("/conversations/{id}", get(state).delete(delete))
        .route("/conversations/{id}/events", post(say))
        .route("/conversations/{id}/run", post(run_again))
        .route("/conversations/{id}/interrupt", post(interrupt))
        .route("/conversations/{id}/events/search", get(search))
        .route("/file/upload", post(upload))
        .route("/file/download", get(download))
        .route("/bash/execute_bash_command", post(shell))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), authenticate));
    Router::new()
        .route("/server_info", get(info))
        .route("/ready", get(ready))
        .route("/alive", get(async || Json(json!({"status": "ok"}))))
        .nest("/api", api)
        .route("/sockets/events/{id}", get(socket::open))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), refuse))
        .with_state(shared)
}

async fn authenticate(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let key = shared.world().key.clone();
    if headers.get("x-session-api-key").is_some_and(|given| given == key.as_str()) {
        return next.run(request).await;
    }
    (StatusCode::UNAUTHORIZED, Json(json!({"detail": "Unauthorized"}))).into_response()
}

async fn refuse(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    let Some(mut refusal) = shared.world().refusal(&what) else { return next.run(request).await };
    if refusal.status == Refusal::LOST {
        drop(next.run(request).await);
        refusal.status = 502;
    }
    if refusal.status == Refusal::NEVER {
        std::future::pending::<()>().await;
    }
    let mut response = (StatusCode::from_u16(refusal.status).unwrap(), refusal.body).into_response();
    if let Some(after) = refusal.retry_after {
        response.headers_mut().insert("retry-after", after.parse().unwrap());
    }
    if let Some(location) = refusal.location {
        response.headers_mut().insert("location", location.parse().unwrap());
    }
    response
}

async fn ready(State(shared): State<Arc<Shared>>) -> StatusCode {
    if shared.world().is_never_ready { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

async fn info(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({"version": "1.58.0", "uptime": 1.0, "capabilities": shared.world().capabilities}))
}

/// Goes on without whoever asked for it.
async fn make(State(shared): State<Arc<Shared>>, Json(request): Json<Value>) -> Json<Value> {
    tokio::spawn(async move {
        shared.world().makes_begun += 1;
        while shared.world().makes_slowly && !shared.world().is_let_go {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        make_now(&shared, request)
    })
    .await
    .unwrap()
}

fn make_now(shared: &Arc<Shared>, request: Value) -> Json<Value> {
    let id = request["conversation_id"].as_str().unwrap().to_owned();
    let mut world = shared.world();
    if let Some(there) = world.conversations.get(&id) {
        return Json(there.state());
    }
    world.made.push(id.clone());
    world.messages.push(text_of(&request["initial_message"]));
    world.conversations.insert(id.clone(), Conversation::new(folder(&request)));
    world.requests.push(request);
    let state = world.conversations[&id].state();
    drop(world);
    run::begin(shared, &id);
    Json(state)
}

async fn state(State(shared): State<Arc<Shared>>, InPath(id): InPath<String>) -> Answer {
    let mut world = shared.world();
    world.looked_for |= !world.conversations.contains_key(&id);
    world.conversations.get(&id).map(|conversation| Json(conversation.state())).ok_or(StatusCode::NOT_FOUND)
}

async fn delete(State(shared): State<Arc<Shared>>, InPath(id): InPath<String>) -> Answer {
    let mut world = shared.world();
    let conversation = world.conversations.remove(&id).ok_or(StatusCode::NOT_FOUND)?;
    conversation.interrupt.cancel();
    world.deleted.push(id);
    Ok(done())
}

async fn say(
    State(shared): State<Arc<Shared>>,
    InPath(id): InPath<String>,
    Json(message): Json<Value>,
) -> Answer {
    let mut world = shared.world();
    world.messages.push(text_of(&message));
    let conversation = world.conversations.get_mut(&id).ok_or(StatusCode::NOT_FOUND)?;
    conversation.note(json!({"kind": "MessageEvent", "source": "user", "llm_message": message}));
    conversation.become_("idle");
    drop(world);
    run::begin(&shared, &id);
    Ok(done())
}

async fn run_again(State(shared): State<Arc<Shared>>, InPath(id): InPath<String>) -> Answer {
    match shared.world().conversations.get(&id).map(|conversation| conversation.status.clone()).as_deref() {
        None => return Err(StatusCode::NOT_FOUND),
        Some("running") => return Err(StatusCode::CONFLICT),
        Some(_) => {}
    }
    run::begin(&shared, &id);
    Ok(done())
}

async fn interrupt(State(shared): State<Arc<Shared>>, InPath(id): InPath<String>) -> Answer {
    let mut world = shared.world();
    let conversation = world.conversations.get_mut(&id).ok_or(StatusCode::NOT_FOUND)?;
    conversation.interrupt.cancel();
    if conversation.status == "running" {
        conversation.become_("paused");
    }
    world.interrupted.push(id);
    Ok(done())
}

async fn search(
    State(shared): State<Arc<Shared>>,
    InPath(id): InPath<String>,
    Query(arguments): Query<std::collections::HashMap<String, String>>,
) -> Answer {
    let world = shared.world();
    let conversation = world.conversations.get(&id).ok_or(StatusCode::NOT_FOUND)?;
    assert_eq!(arguments["sort_order"], "TIMESTAMP_DESC");
    let limit: usize = arguments["limit"].parse().unwrap();
    let begin: usize = arguments.get("page_id").map_or(0, |page| page.parse().unwrap());
    let is_of_kind = |event: &&Value| arguments.get("kind").is_none_or(|kind| event["kind"] == kind.as_str());
    let found: Vec<&Value> = conversation.events.iter().rev().filter(is_of_kind).collect();
    let items: Vec<&&Value> = found.iter().skip(begin).take(limit).collect();
    let next = (begin + limit < found.len()).then(|| (begin + limit).to_string());
    Ok(Json(json!({"items": items, "next_page_id": next})))
}

#[derive(Deserialize)]
struct AtPath {
    path: PathBuf,
}

async fn upload(
    State(shared): State<Arc<Shared>>,
    Query(at): Query<AtPath>,
    mut form: Multipart,
) -> Json<Value> {
    let field = form.next_field().await.unwrap().unwrap();
    assert_eq!(field.name(), Some("file"));
    let bytes = field.bytes().await.unwrap();
    let path = shared.on_disk(&at.path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
    done()
}

async fn download(
    State(shared): State<Arc<Shared>>,
    Query(at): Query<AtPath>,
) -> Result<Vec<u8>, StatusCode> {
    std::fs::read(shared.on_disk(&at.path)).map_err(|_| StatusCode::NOT_FOUND)
}

async fn shell(State(shared): State<Arc<Shared>>, Json(request): Json<Value>) -> Json<Value> {
    let line = request["command"].as_str().unwrap();
    let ours = uploads_in(line).unwrap_or_else(|| panic!("it stays in its folder: {line}"));
    let line = line.replace(ours, &format!("{}/", shared.on_disk(Path::new(ours)).display()));
    let ran = Command::new("sh").args(["-c", &line]).output().unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Json(json!({"exit_code": ran.status.code(), "stdout": text(&ran.stdout), "stderr": text(&ran.stderr)}))
}

/// The folder of our uploads that a command speaks of: that of a server of somebody, or of one of ours.
fn uploads_in(line: &str) -> Option<&str> {
    ["/openhands-testgen/", "/.server/work/"].into_iter().find_map(|end| {
        let end = line.find(end)? + end.len();
        let begin = line[..end].rfind('\'')? + 1;
        Some(&line[begin..end])
    })
}

impl Shared {
    /// A path of the server's disk.
    fn on_disk(&self, path: &Path) -> PathBuf {
        self.disk.join(path.strip_prefix("/").unwrap())
    }

    /// Where an agent works: the shared path where there is one, else on the server's disk.
    pub(super) fn real(&self, folder: &Path) -> PathBuf {
        if folder.is_dir() { folder.to_owned() } else { self.on_disk(folder) }
    }
}

fn done() -> Json<Value> {
    Json(json!({"success": true}))
}

fn text_of(message: &Value) -> String {
    message["content"][0]["text"].as_str().unwrap().to_owned()
}
