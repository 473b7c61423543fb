//! What happens next, to a task or to all of one's own? Asked again and again, from any event on.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::view::{FeedView, view_of};
use crate::server::access::Scope;
use crate::server::http::Problem;
use crate::task::{FeedEvent, FeedPlace, TaskEvent, TaskId};

/// How long nothing may happen before a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// How long a key may have ended before who came in by it learns nothing more.
const ADMITTED_FOR: Duration = Duration::from_secs(1);

/// A client that follows one task, or all of its own.
#[derive(Debug)]
pub(super) struct Follower {
    scope: Scope,
    source: Source,
    /// Read and not told yet: one page at most.
    read: VecDeque<News>,
    /// When its key was looked at last.
    admitted_at: Instant,
}

/// What a client follows, and what it was told last.
#[derive(Debug)]
enum Source {
    /// One task, up to the event of a number.
    Task(TaskId, u32),
    /// All tasks of its user, up to a place.
    Own(FeedPlace),
}

/// What a client is told.
#[derive(Debug)]
pub(super) enum Step {
    /// Something happened.
    Event(News),
    /// Nothing did for a while.
    SignOfLife,
}

/// Something that a client is told.
#[derive(Debug)]
pub(super) enum News {
    /// An event of the one task that it follows.
    OfTask(Box<TaskEvent>),
    /// An event of one of its tasks.
    OfOwn(Box<FeedEvent>),
    /// What happens after this place follows.
    Open(FeedPlace),
}

/// Where a feed begins.
#[derive(Serialize)]
struct OpenView {
    id: String,
    event: &'static str,
}

/// Why there is no next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The task has ended, and everything was told.
    Over,
    /// The service stops, the store is away, or something is gone: the client is to come again.
    ComeAgain,
    /// The client may not know more: its key ended, or the task was removed.
    Refused,
}

impl News {
    /// What a client names to go on after this.
    pub(super) fn id(&self) -> String {
        match self {
            Self::OfTask(event) => event.number.to_string(),
            Self::OfOwn(fed) => fed.place.to_string(),
            Self::Open(place) => place.to_string(),
        }
    }

    /// What sort of news it is.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::OfTask(event) => event.happening.as_str(),
            Self::OfOwn(fed) => fed.event.happening.as_str(),
            Self::Open(_) => "open",
        }
    }

    /// All of it as JSON.
    pub(super) fn text(&self) -> String {
        let text = match self {
            Self::OfTask(event) => serde_json::to_string(&view_of(event)),
            Self::OfOwn(fed) => serde_json::to_string(&FeedView::of(fed)),
            Self::Open(_) => serde_json::to_string(&OpenView { id: self.id(), event: self.name() }),
        };
        text.unwrap_or_default()
    }
}

impl Follower {
    /// Follows a task from the event after `after` on.
    pub(super) fn of_task(scope: Scope, id: TaskId, after: u32) -> Self {
        Self::of(scope, Source::Task(id, after), VecDeque::new())
    }

    /// Follows all tasks of one's own from a place on.
    pub(super) fn of_own(scope: Scope, after: FeedPlace) -> Self {
        Self::of(scope, Source::Own(after), VecDeque::from([News::Open(after)]))
    }

    fn of(scope: Scope, source: Source, read: VecDeque<News>) -> Self {
        Self { scope, source, read, admitted_at: Instant::now() }
    }

    /// What happens next. May be dropped while it waits: nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Step, End> {
        if self.read.is_empty() {
            let closing = self.scope.closing().clone();
            let read = tokio::select! {
                biased;
                () = closing.cancelled() => return Err(End::ComeAgain),
                read = self.page() => read?,
            };
            self.admit().await?;
            self.read.extend(read);
        }
        let Some(news) = self.read.pop_front() else { return self.rest().await };
        match (&news, &mut self.source) {
            (News::OfTask(event), Source::Task(_, after)) => *after = event.number,
            (News::OfOwn(fed), Source::Own(after)) => *after = fed.place,
            _ => {}
        }
        Ok(Step::Event(news))
    }

    /// What follows in the store.
    async fn page(&self) -> Result<Vec<News>, End> {
        let end_of = |problem| Self::end_of(&problem);
        match self.source {
            Source::Task(id, after) => {
                let events = self.scope.events(id, after, SIGN_OF_LIFE).await.map_err(end_of)?;
                Ok(events.into_iter().map(|event| News::OfTask(Box::new(event))).collect())
            }
            Source::Own(after) => {
                let feed = self.scope.feed(after, SIGN_OF_LIFE).await.map_err(end_of)?;
                // Whoever comes again is told so.
                if feed.has_gap {
                    return Err(End::ComeAgain);
                }
                Ok(feed.events.into_iter().map(|fed| News::OfOwn(Box::new(fed))).collect())
            }
        }
    }

    /// Nothing happened: because nothing ever will, or not yet.
    async fn rest(&self) -> Result<Step, End> {
        if let Source::Task(id, after) = self.source {
            let task = self.scope.task(id).await.map_err(|problem| Self::end_of(&problem))?;
            if task.status().is_final() && task.events <= after {
                return Err(End::Over);
            }
        }
        Ok(Step::SignOfLife)
    }

    /// Looks whether the client may know more, now and then.
    async fn admit(&mut self) -> Result<(), End> {
        if self.admitted_at.elapsed() < ADMITTED_FOR {
            return Ok(());
        }
        self.admitted_at = Instant::now();
        if self.scope.is_still_admitted().await { Ok(()) } else { Err(End::Refused) }
    }

    fn end_of(problem: &Problem) -> End {
        if problem.is_passing() { End::ComeAgain } else { End::Refused }
    }
}
