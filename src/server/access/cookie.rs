//! How does our page come in, where there is one user? By a cookie that it got with the page, which scripts of other
//! sites cannot send.

use axum::http::HeaderValue;
use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use super::app::App;
use crate::access::Secret;
use crate::server::options::Entry;

/// The cookie for our page; `None` where keys are asked for.
pub(in crate::server) fn cookie(app: &App) -> Option<HeaderValue> {
    let Entry::Local(token) = &app.entry else { return None };
    let text = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", name(app), value(token));
    HeaderValue::try_from(text).ok()
}

/// Whether one of these cookies is ours.
pub(super) fn admits(cookies: &str, app: &App) -> bool {
    let Entry::Local(token) = &app.entry else { return false };
    let expected = (name(app), value(token));
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.any(|(name, value)| name == expected.0 && digest(value) == digest(&expected.1))
}

fn name(app: &App) -> String {
    format!("otg_page_{}", app.port)
}

/// Made of the token, so that pages go on after a restart; the token cannot be told from it.
fn value(token: &Secret) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest(&format!("page {}", token.reveal())))
}

/// Compared in the place of what was shown: how long that takes tells nothing of the secret.
fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
