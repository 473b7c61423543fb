//! Who may come in, and what they may do.

use _core::access::{Role, Secret};
use _core::server::{Entry, ServeError, Service, ServiceOptions};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::served::{Place, Reply, Served};

on_both_stores! {
    nobody_comes_in_without_a_key,
    a_key_in_a_header_lets_its_user_in,
    a_key_in_the_address_is_refused,
    a_role_allows_what_it_says,
    pages_of_other_sites_are_not_served,
    our_page_comes_in_by_its_cookie,
    a_cookie_is_nothing_where_keys_are_asked_for,
}

async fn sent(request: RequestBuilder) -> Reply {
    Reply::of(request.send().await.unwrap()).await
}

async fn nobody_comes_in_without_a_key(place: Place) {
    let served = Served::with_keys(place).await;
    let expired = served.expired_key("ada").await;
    let revoked = served.key("ada", Role::User).await;
    served.engine.revoke_key(revoked.id().to_owned()).await.unwrap();
    let other_secret = format!("otg_{}_{}", served.token.id(), "0".repeat(64));
    let shown = [
        None,
        Some("Bearer".to_owned()),
        Some("Bearer otg_".to_owned()),
        Some("Basic YWRhOmFkYQ==".to_owned()),
        Some(format!("Bearer {other_secret}")),
        Some(format!("Bearer {}", expired.reveal())),
        Some(format!("Bearer {}", revoked.reveal())),
        Some(format!("Bearer {}", Secret::fresh().reveal())),
    ];
    for credential in shown {
        for (method, path) in [(Method::GET, "/tasks"), (Method::POST, "/tasks"), (Method::GET, "/metrics")] {
            let mut request = served.anonymous(method, path);
            if let Some(credential) = &credential {
                request = request.header("Authorization", credential);
            }
            let reply = sent(request).await;
            assert_eq!(reply.status, 401, "{credential:?} {path}: {reply:?}");
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
            assert!(reply.detail().contains("key"), "{reply:?}");
        }
    }
    served.end().await;
}

async fn a_key_in_a_header_lets_its_user_in(place: Place) {
    let served = Served::with_keys(place).await;
    for (name, value) in [
        ("Authorization", format!("Bearer {}", served.token.reveal())),
        ("authorization", format!("bearer  {}", served.token.reveal())),
        ("X-API-Key", served.token.reveal()),
    ] {
        let reply = sent(served.anonymous(Method::GET, "/api/v1/me").header(name, value)).await;
        assert_eq!(reply.json, json!({"user_id": "ada", "role": "user"}), "{name}");
    }
    served.end().await;
}

async fn a_key_in_the_address_is_refused(place: Place) {
    let served = Served::with_keys(place).await;
    let key = served.token.reveal();
    for path in [
        format!("/tasks?api_key={key}"),
        format!("/tasks?limit=1&Token={key}"),
        "/tasks?access_token=x".to_owned(),
        format!("/tasks?cursor={key}"),
        format!("/tasks/{key}"),
        format!("/?key={key}"),
    ] {
        let reply = served.get(&path).await;
        assert_eq!(reply.status, 400, "{path}: {reply:?}");
        assert!(reply.detail().contains("written to logs") && !reply.detail().contains(&key), "{reply:?}");
    }
    served.end().await;
}

async fn a_role_allows_what_it_says(place: Place) {
    let served = Served::with_keys(place).await;
    let id = served.submit(json!({"gate": true})).await;
    let (reader, admin) = (served.key("ada", Role::ReadOnly).await, served.key("ada", Role::Admin).await);
    let task = format!("/tasks/{id}");
    let retry = format!("/tasks/{id}/retry");
    for (method, path, reads, administers) in [
        (Method::GET, &*task, 200, 200),
        (Method::GET, "/tasks", 200, 200),
        (Method::GET, "/metrics", 403, 200),
        (Method::POST, "/tasks", 403, 422),
        (Method::POST, &*retry, 403, 409),
        (Method::DELETE, &*task, 403, 200),
    ] {
        for (key, expected) in [(&reader, reads), (&admin, administers)] {
            let request = served.anonymous(method.clone(), path).bearer_auth(key.reveal());
            let reply = sent(if method == Method::POST { request.json(&json!({})) } else { request }).await;
            assert_eq!(reply.status, expected, "{method} {path}: {reply:?}");
        }
    }
    served.end().await;
}

async fn pages_of_other_sites_are_not_served(place: Place) {
    let served = Served::local(place).await;
    let port = served.address.port();
    for (name, value, status) in [
        ("Host", "evil.example".to_owned(), 403),
        ("Host", format!("127.0.0.1.evil.example:{port}"), 403),
        ("Host", format!("localhost:{port}"), 200),
        ("Origin", "https://evil.example".to_owned(), 403),
        ("Origin", "null".to_owned(), 403),
        ("Origin", format!("http://127.0.0.1:{}", port ^ 1), 403),
        ("Origin", format!("http://127.0.0.1:{port}"), 200),
    ] {
        for path in ["/tasks", "/"] {
            let reply = sent(served.request(Method::GET, path).header(name, &value)).await;
            assert_eq!(reply.status, status, "{name}: {value}: {reply:?}");
            assert!(!reply.headers.keys().any(|name| name.starts_with("access-control")), "{reply:?}");
        }
    }
    served.end().await;
}

async fn our_page_comes_in_by_its_cookie(place: Place) {
    let served = Served::local(place).await;
    assert_eq!(sent(served.anonymous(Method::GET, "/tasks")).await.status, 401);

    let page = sent(served.anonymous(Method::GET, "/")).await;
    let cookie = page.headers["set-cookie"].clone();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert!(!cookie.contains(&served.token.reveal()));
    let html = page.json.as_str().unwrap();
    assert!(html.contains("<h1>") && !html.contains("src=") && !html.contains("https://"), "{html}");

    let cookie = cookie.split(';').next().unwrap().to_owned();
    let with = |cookie: &str| served.anonymous(Method::GET, "/tasks").header("Cookie", cookie).send();
    assert_eq!(with(&format!("theme=dark; {cookie}")).await.unwrap().status(), 200);
    assert_eq!(with(&format!("{cookie}0")).await.unwrap().status(), 401);
    served.end().await;
}

async fn a_cookie_is_nothing_where_keys_are_asked_for(place: Place) {
    let served = Served::with_keys(place).await;
    let page = sent(served.anonymous(Method::GET, "/")).await;
    assert_eq!(page.status, 200);
    assert!(!page.headers.contains_key("set-cookie"));
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_can_reach_is_not_served_without_keys() {
    let served = Served::local(Place::Memory).await;
    let options = ServiceOptions {
        engine: std::sync::Arc::clone(&served.engine),
        settings: served.settings(),
        location: served.location.clone(),
        address: "0.0.0.0:0".parse().unwrap(),
        entry: Entry::Local(Secret::fresh()),
        hosts: Vec::new(),
    };
    let error = Service::bind(options).await.unwrap_err();
    assert!(matches!(error, ServeError::OpenToOthers { .. }), "{error}");
    served.end().await;
}
