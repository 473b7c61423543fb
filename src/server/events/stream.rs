//! Events as server-sent events: each has an id, by which a client that lost its connection goes on.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use utoipa::ToSchema;

use super::follower::{Follower, Step};
use crate::server::watch::Open;

/// How soon a client that lost its connection is to come again.
const AGAIN: Duration = Duration::from_secs(1);

/// One event of the stream.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `told` writes")]
pub(super) struct StreamedEvent {
    /// Its number, from 1; where all tasks are told, its place among all events. A client that goes on says the last one
    /// that it has.
    #[schema(pattern = "^[0-9]+(-[0-9]+)?$", example = "3")]
    id: String,
    /// What sort it is.
    #[schema(pattern = "^(open|status|progress|log|cancel_requested)$", example = "status")]
    event: String,
    /// What happened, as JSON.
    data: String,
}

/// The stream of what a follower reads. It ends with the task; a client that comes again afterwards is told so.
pub(super) fn stream(follower: Follower, open: Open) -> Response {
    let first = Event::default().retry(AGAIN).comment("open");
    let steps = stream::unfold((follower, open), async |(mut follower, open)| {
        let step = follower.next().await.ok()?;
        Some((Ok::<_, Infallible>(told(&step)), (follower, open)))
    });
    let events = stream::StreamExt::chain(stream::once(std::future::ready(Ok(first))), steps);
    let mut response = Sse::new(events).into_response();
    // Proxies are not to hold anything back.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn told(step: &Step) -> Event {
    let Step::Event(news) = step else { return Event::default().comment("") };
    Event::default().id(news.id()).event(news.name()).data(news.text())
}
