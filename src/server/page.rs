//! `GET /`: a page for people, which needs nothing from elsewhere. Where there is one user, it lets them in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use super::access::{App, cookie};

/// The page itself: no script of elsewhere, no picture, no font.
const PAGE: &str = include_str!("page.html");
/// What a browser may do with it.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page.
pub(super) async fn show(State(app): State<Arc<App>>) -> Response {
    let mut response = Html(PAGE).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(cookie(&app).map(|cookie| (header::SET_COOKIE, cookie)));
    response
}
