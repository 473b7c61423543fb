//! Projects: who may work on which, and what their artifacts are.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use _core::access::{Project, Role, Secret};
use _core::kinds::{Attempt, DocumentsHandler, Handler, HandlerFuture};
use _core::task::{AgentTask, Context, Ground, Kind, Lane, NewTask, Order, Work};
use chrono::Utc;
use reqwest::Method;
use serde_json::{Value, json};

use super::served::{Place, Reply, Served, own_lane};
use crate::sandbox::ground::probe;
use crate::support::noop;

on_both_stores! {
    work_on_a_project_is_for_its_members,
    whoever_is_no_member_any_more_finds_nothing,
    the_one_user_of_a_machine_needs_no_project_to_be_added,
    no_path_leads_out_of_the_artifacts,
    a_module_is_one_of_the_project_that_is_named,
    admins_add_projects_and_owners_look_after_them,
}

/// A project with its code in a folder of its own, whose documents lie elsewhere again.
async fn add(served: &Served, id: &str, members: &[&str]) -> Project {
    let root = served.folder.path().canonicalize().unwrap();
    let project = Project {
        id: id.parse().unwrap(),
        root: root.join("elsewhere").join(id),
        python: None,
        artifacts: root.join("documents").join(id),
        owner: None,
        members: members.iter().map(|member| member.parse().unwrap()).collect(),
        created_at: Utc::now(),
    };
    std::fs::create_dir_all(&project.root).unwrap();
    std::fs::create_dir_all(&project.artifacts).unwrap();
    served.engine.keep_project(project.clone()).await.unwrap();
    project
}

async fn asked(served: &Served, key: &Secret, method: Method, path: &str, body: Option<Value>) -> Reply {
    let request = served.anonymous(method, path).bearer_auth(key.reveal());
    let request = if let Some(body) = body { request.json(&body) } else { request };
    Reply::of(request.send().await.unwrap()).await
}

async fn work_on_a_project_is_for_its_members(place: Place) {
    let served = Served::with_keys(place).await;
    let (ada, bob) = (served.token.clone(), served.key("bob", Role::User).await);
    let admin = served.key("carol", Role::Admin).await;
    let shop = add(&served, "shop", &["ada", "dora"]).await;
    std::fs::write(shop.artifacts.join("requirement.md"), "REQ-001: mine").unwrap();
    let of = |id: &str| json!({"project_id": id});
    let own = |id: &str| json!({"task_type": "own", "payload": {"project_id": id}});
    let rtm = |id: &str| json!({"task_type": "generate_rtm", "payload": {"project_id": id}});

    for (path, body, refusal) in [
        ("/tasks", &own as &dyn Fn(&str) -> Value, 404),
        ("/tasks", &rtm, 404),
        ("/tasks/generate-test-cases", &of, 404),
        ("/tasks/coverage-analysis", &of, 404),
        ("/bot/coverage-test", &of, 403),
        ("/bot/coverage-test-sync", &of, 403),
    ] {
        let foreign = asked(&served, &bob, Method::POST, path, Some(body("shop"))).await;
        let unknown = asked(&served, &ada, Method::POST, path, Some(body("none"))).await;
        assert_eq!((foreign.status, unknown.status), (refusal, refusal), "{path}: {foreign:?} {unknown:?}");
        assert_eq!(foreign.detail().replace("shop", "none"), unknown.detail(), "{path}");
        if path != "/bot/coverage-test-sync" {
            for key in [&ada, &admin] {
                let reply = asked(&served, key, Method::POST, path, Some(body("shop"))).await;
                assert!([200, 202].contains(&reply.status), "{path}: {reply:?}");
                assert_eq!(reply.json["project_id"], "shop");
            }
        }
    }
    let of_ada = json!({"projects": [{"project_id": "shop", "owner": null, "members": ["ada", "dora"]}]});
    for (key, projects, status) in
        [(&ada, of_ada.clone(), 200), (&admin, of_ada, 200), (&bob, json!({"projects": []}), 404)]
    {
        assert_eq!(asked(&served, key, Method::GET, "/projects", None).await.json, projects);
        for path in ["/projects/shop/artifacts", "/projects/shop/artifacts/requirement.md"] {
            assert_eq!(asked(&served, key, Method::GET, path, None).await.status, status, "{path}");
        }
    }
    assert_eq!(asked(&served, &bob, Method::GET, "/tasks", None).await.json["total"], 0);
    served.end().await;
}

async fn whoever_is_no_member_any_more_finds_nothing(place: Place) {
    let served = Served::with_keys(place).await;
    add(&served, "shop", &["ada"]).await;
    let id = served.submit(json!({"fails": true, "project_id": "shop"})).await;
    served.ended(&id).await;
    add(&served, "shop", &["bob"]).await;

    for (method, path) in [
        (Method::POST, format!("/tasks/{id}/retry")),
        (Method::GET, format!("/tasks/{id}/artifacts")),
        (Method::GET, format!("/tasks/{id}/artifacts/requirement.md")),
    ] {
        let reply = asked(&served, &served.token, method, &path, None).await;
        assert_eq!(reply.status, 404, "{path}: {reply:?}");
        assert!(reply.detail().starts_with("project shop not found"), "{reply:?}");
    }
    assert_eq!(served.get(&format!("/tasks/{id}")).await.status, 200, "their own task stays theirs");
    served.end().await;
}

async fn the_one_user_of_a_machine_needs_no_project_to_be_added(place: Place) {
    let served = Served::local(place).await;
    let added = add(&served, "added", &[]).await;
    let folder = served.settings().workspace_root.join("projects/found/artifacts");
    std::fs::create_dir_all(folder.join("test_cases")).unwrap();
    std::fs::write(folder.join("test_cases/test_a.py"), "ü").unwrap();

    let listed = served.get("/api/v1/projects/").await.json;
    assert_eq!(
        listed["projects"],
        json!([
            {"project_id": "added", "owner": null, "members": []},
            {"project_id": "found", "owner": null, "members": []},
        ])
    );
    let listed = served.get("/api/v1/projects/found/artifacts/").await.json;
    assert_eq!(
        (&listed["artifacts"][0]["path"], &listed["artifacts"][0]["size"]),
        (&json!("test_cases/test_a.py"), &json!(2))
    );
    assert_eq!(served.get("/projects/new/artifacts").await.json, json!({"artifacts": [], "has_more": false}));
    let order = json!({"task_type": "own", "payload": {"project_id": "called: what you like"}});
    assert_eq!(served.post("/tasks", &order).await.status, 202);
    let reply = served.post("/bot/coverage-test", &json!({"project_id": "added"})).await;
    let task = served.engine.get(reply.id().parse().unwrap()).await.unwrap();
    let _core::task::Work::Documents(documents) = &task.new.work else { panic!("{task:?}") };
    assert_eq!((&documents.project.folder, &documents.context.project_root), (&added.artifacts, &added.root));
    served.end().await;
}

async fn admins_add_projects_and_owners_look_after_them(place: Place) {
    let served = Served::with_keys(place).await;
    let (ada, bob) = (served.token.clone(), served.key("bob", Role::User).await);
    let admin = served.key("carol", Role::Admin).await;
    let root = served.folder.path().canonicalize().unwrap();
    let shop = |root: &Path| json!({"project_id": "shop", "root": root, "owner": "ada", "members": ["bob"]});

    let refused = asked(&served, &ada, Method::POST, "/projects", Some(shop(&root))).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    for (field, body) in [
        ("root", shop(Path::new("code"))),
        ("root", shop(&root.join("nowhere"))),
        ("root", json!({"project_id": "shop"})),
        ("project_id", json!({"project_id": "../shop", "root": root})),
        ("owner", json!({"project_id": "shop", "root": root, "owner": "a:b"})),
        ("members", json!({"project_id": "shop", "root": root, "members": ["ada", ""]})),
        ("colour", json!({"project_id": "shop", "root": root, "colour": "red"})),
    ] {
        let reply = asked(&served, &admin, Method::POST, "/projects/", Some(body)).await;
        assert_eq!((reply.status, &reply.json["field"]), (422, &json!(field)), "{reply:?}");
    }
    for nothing in ["/projects/shop", "/projects/%FF", "/projects/..%2fshop"] {
        for method in [Method::GET, Method::DELETE] {
            let reply = asked(&served, &ada, method.clone(), nothing, None).await;
            assert_eq!(reply.status, 404, "{method} {nothing}: {reply:?}");
            assert!(reply.detail().contains("not found"), "{method} {nothing}: {reply:?}");
        }
    }

    let expected = json!({"project_id": "shop", "owner": "ada", "members": ["bob"]});
    for status in [201, 200] {
        let reply = asked(&served, &admin, Method::POST, "/projects", Some(shop(&root))).await;
        assert_eq!((reply.status, &reply.json), (status, &expected));
    }
    for key in [&ada, &bob] {
        assert_eq!(asked(&served, key, Method::GET, "/projects/shop", None).await.json, expected);
        assert_eq!(asked(&served, key, Method::GET, "/projects", None).await.json["projects"][0], expected);
    }
    let not_his = asked(&served, &bob, Method::DELETE, "/projects/shop", None).await;
    assert_eq!(not_his.status, 403, "{not_his:?}");
    assert_eq!(asked(&served, &ada, Method::DELETE, "/projects/shop", None).await.status, 204);
    assert_eq!(asked(&served, &ada, Method::DELETE, "/projects/shop", None).await.status, 404);
    assert!(root.is_dir(), "no file is deleted");
    served.end().await;
}

async fn a_module_is_one_of_the_project_that_is_named(place: Place) {
    let served = Served::with_keys(place).await;
    let shop = add(&served, "shop", &["ada"]).await;
    let asked_for = async |file: &Path| {
        let payload = json!({"project_id": "shop", "file_path": file});
        served.post("/tasks", &json!({"task_type": "coverage_analysis", "payload": payload})).await
    };

    let own = asked_for(&shop.root.join("src/a.py")).await;
    assert_eq!(own.status, 202, "{own:?}");
    let kept = served.engine.get(own.id().parse().unwrap()).await.unwrap();
    let Work::Documents(documents) = &kept.new.work else { panic!("{kept:?}") };
    let Order::CoverageAnalysis(order) = &documents.order else { panic!("{documents:?}") };
    assert_eq!((order.file_path.as_deref(), &documents.context.project_root), (Some("src/a.py"), &shop.root));

    // A file of the folder that is served is none of that project's.
    let foreign = asked_for(&served.settings().project_root.join("src/a.py")).await;
    assert_eq!((foreign.status, &foreign.json["field"]), (422, &json!("file_path")), "{foreign:?}");
    served.end().await;
}

async fn no_path_leads_out_of_the_artifacts(place: Place) {
    let served = Served::with_keys(place).await;
    let shop = add(&served, "shop", &["ada"]).await;
    let secret: PathBuf = served.folder.path().join("secret.md");
    std::fs::write(&secret, "nobody's business").unwrap();
    std::fs::create_dir_all(shop.artifacts.join("a folder")).unwrap();
    std::fs::write(shop.artifacts.join("a folder/ümlaut.md"), "# mine").unwrap();
    std::fs::write(shop.artifacts.join(".hidden.md"), "x").unwrap();
    symlink(&secret, shop.artifacts.join("link.md")).unwrap();
    symlink(served.folder.path(), shop.artifacts.join("up")).unwrap();
    std::fs::create_dir_all(shop.artifacts.join(".secret")).unwrap();
    std::fs::write(shop.artifacts.join(".secret/x.md"), "nobody's business").unwrap();
    symlink(".secret", shop.artifacts.join("seen")).unwrap();
    symlink("a folder", shop.artifacts.join("other")).unwrap();
    symlink("a folder/ümlaut.md", shop.artifacts.join("inner.md")).unwrap();
    symlink("round.md", shop.artifacts.join("round.md")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, shop.artifacts.join("pipe.md"), 0o600.into()).unwrap();

    let listed = served.get("/projects/shop/artifacts").await.json;
    assert_eq!(listed["artifacts"].as_array().unwrap().len(), 1, "{listed}");
    let good = served.get("/projects/shop/artifacts/a%20folder/%C3%BCmlaut.md").await;
    assert_eq!((good.status, &good.json), (200, &json!("# mine")));
    assert_eq!(good.headers["content-type"], "text/markdown; charset=utf-8");
    for path in [
        "..%2fsecret.md",
        "%2e%2e/secret.md",
        "up/secret.md",
        "seen/x.md",
        "other/%C3%BCmlaut.md",
        "link.md",
        "inner.md",
        "round.md",
        "round.md/x",
        "pipe.md",
        "a%20folder",
        "a%20folder/",
        "a%20folder/../../secret.md",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        ".hidden.md",
        "none",
        "a%20folder/%C3%BCmlaut.md/x",
        "a%00b",
        "..%5csecret.md",
        "%FF",
    ] {
        // As it stands: a client that tidies paths would send another.
        let reply = raw(&served, &format!("/projects/shop/artifacts/{path}")).await;
        assert!(reply.starts_with("HTTP/1.1 404"), "{path}: {reply}");
        assert!(!reply.contains("business"), "{path}: {reply}");
    }
    served.end().await;
}

/// The answer to a request for a path that nobody has tidied.
async fn raw(served: &Served, path: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut socket = tokio::net::TcpStream::connect(served.address).await.unwrap();
    let (host, key) = (served.address, served.token.reveal());
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).await.unwrap();
    reply
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_task_left_can_be_read() {
    let served = Served::open(Place::Memory, true, |options| {
        options.with_pool(Lane::of_kind(&Kind::GenerateRtm), 1, Arc::new(DocumentsHandler::new(probe())))
    })
    .await;
    assert_ne!(own_lane(), Lane::of_kind(&Kind::GenerateRtm));
    let shop = add(&served, "shop", &["ada"]).await;
    std::fs::write(shop.artifacts.join("requirement.md"), "REQ-001: User shall log in").unwrap();
    let order = json!({"task_type": "generate_rtm", "payload": {"project_id": "shop"}});
    let id = served.post("/tasks", &order).await.id().to_owned();
    served.ended(&id).await;

    let listed = served.get(&format!("/api/v1/tasks/{id}/artifacts/")).await.json;
    let paths: Vec<&Value> = listed["artifacts"].as_array().unwrap().iter().map(|it| &it["path"]).collect();
    assert_eq!(paths, ["requirements_traceability_matrix.md", "requirements_traceability_matrix.json"]);
    let matrix = served.get(&format!("/tasks/{id}/artifacts/requirements_traceability_matrix.json")).await;
    assert_eq!((matrix.status, &matrix.json["requirements"][0]["id"]), (200, &json!("REQ-001")));
    assert_eq!(
        served.get(&format!("/tasks/{id}/artifacts/requirement.md")).await.status,
        404,
        "it was there before"
    );
    served.end().await;
}

async fn left_by(served: &Served, id: &str) -> Vec<String> {
    let listed = served.get(&format!("/tasks/{id}/artifacts")).await.json;
    let listed = listed["artifacts"].as_array().unwrap().iter();
    listed.map(|artifact| artifact["path"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_handler_of_ones_own_names_can_be_read() {
    let served = Served::with_keys(Place::Memory).await;
    let (shop, other) = (add(&served, "shop", &["ada"]).await, add(&served, "other", &["bob"]).await);
    std::fs::write(served.folder.path().join("secret.md"), "nobody's business").unwrap();
    std::fs::write(shop.artifacts.join("report.md"), "# done").unwrap();
    std::fs::write(shop.artifacts.join("another.md"), "of another task").unwrap();
    std::fs::write(other.artifacts.join("report.md"), "bob's").unwrap();
    let says = json!(["report.md", "none.md", "../../secret.md", "/etc/passwd", 7]);
    let payload = json!({"project_id": "shop", "result": {"generated_files": says}});
    let id = served.submit(payload.clone()).await;
    assert_eq!(served.ended(&id).await["status"], "completed");

    assert_eq!(left_by(&served, &id).await, ["report.md"]);
    let report = served.get(&format!("/tasks/{id}/artifacts/report.md")).await;
    assert_eq!((report.status, &report.json), (200, &json!("# done")));
    for path in ["another.md", "none.md", "..%2f..%2fsecret.md"] {
        assert_eq!(served.get(&format!("/tasks/{id}/artifacts/{path}")).await.status, 404, "{path}");
    }
    let nowhere = served.submit(json!({"result": {"generated_files": ["report.md"]}})).await;
    served.ended(&nowhere).await;
    assert_eq!(left_by(&served, &nowhere).await, [""; 0], "it names no project");
    served.end().await;
}

/// Ends as an agent that has worked in the project.
#[derive(Debug)]
struct Changing(Value);

impl Handler for Changing {
    fn run<'a>(&'a self, _: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move { Ok(Arc::new(self.0.clone())) })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_agent_has_changed_can_be_read_once_it_is_applied() {
    for is_applied in [true, false] {
        let file = |path: &str, change: &str| json!({"path": path, "change": change});
        let files = [file("src/a.py", "modified"), file("b.txt", "deleted"), file("../c.txt", "added")];
        let result = json!({"files": files, "applied": is_applied});
        let lane = Lane::of_agent(&Kind::AgentTask, "changing");
        let served = Served::open(Place::Memory, false, |options| {
            options.with_pool(lane.clone(), 1, Arc::new(Changing(result)))
        })
        .await;
        let settings = served.settings();
        std::fs::create_dir_all(settings.project_root.join("src")).unwrap();
        std::fs::write(settings.project_root.join("src/a.py"), "A = 1").unwrap();
        std::fs::write(settings.project_root.join("b.txt"), "made again by somebody").unwrap();
        let context = Context { agent: "changing".to_owned(), ..settings.context() };
        let request = AgentTask {
            instruction: "Change it.".to_owned(),
            workspace: Ground::Project,
            apply: is_applied,
            context: Arc::new(context),
        };
        let work = Work::AgentTask(Box::new(request));
        let id = served.engine.submit(NewTask { lane, work, ..noop() }).await.unwrap().id().to_string();
        served.ended(&id).await;

        let expected: &[&str] = if is_applied { &["src/a.py"] } else { &[] };
        assert_eq!(left_by(&served, &id).await, expected);
        let one = served.get(&format!("/tasks/{id}/artifacts/src/a.py")).await;
        assert_eq!(one.status, if is_applied { 200 } else { 404 }, "{one:?}");
        assert_eq!(served.get(&format!("/tasks/{id}/artifacts/b.txt")).await.status, 404);
        served.end().await;
    }
}
