//! Who is told of the end of a user's tasks, and what of that may they see? Their own deliveries, and nobody else's.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;

use super::scope::{Scope, merged};
use crate::engine::EngineError;
use crate::server::http::Problem;
use crate::server::token::webhook_secret;
use crate::server::webhooks::{Target, delivery_of, replay_of, status_of, told, webhook_of};
use crate::task::{
    Cursor, ListFilter, NewTask, Signer, Task, TaskEvent, TaskId, TaskPage, TaskStatus, Terms, Webhook,
};

/// Which deliveries a listing shows.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct Shown<'a> {
    /// Where they stand, in the word of the service.
    pub(in crate::server) word: &'a str,
    /// The statuses among which they are.
    pub(in crate::server) statuses: &'a [TaskStatus],
}

impl Scope {
    /// Where the end of a task is to be told that asks for `asked`: there, else where its key says; `None` for nowhere.
    /// What cannot be told is refused before anything is kept.
    pub(in crate::server) fn callback(&self, asked: Option<String>) -> Result<Option<String>, Problem> {
        let Some(url) = asked.or_else(|| self.caller().callback_url.clone()) else { return Ok(None) };
        let refused = |reason: String| Problem::field("callback_url", reason);
        Target::parse(&url, &self.settings().webhook_networks()).map_err(refused)?;
        if !self.caller().may_sign {
            let reason = "needs a secret to sign with, which this key does not have: `openhands-testgen keys \
                          webhook-secret ID` gives it one";
            return Err(refused(reason.to_owned()));
        }
        Ok(Some(url))
    }

    /// Keeps a task as this user's, and who is told of its end. Until both are kept nothing is answered, so that no
    /// task is known to anyone whose end will not be told.
    pub(in crate::server) async fn submit_and_tell(
        &self,
        task: NewTask,
        url: Option<String>,
    ) -> Result<Arc<Task>, Problem> {
        let Some(url) = url else { return self.submit(task).await };
        let signer = self.signer()?;
        let task = self.submit(told(task, self.settings())).await?;
        self.tell_of(&task, url, signer).await?;
        // It may have ended meanwhile.
        self.task(task.id()).await
    }

    /// Whose secret signs what this user is told.
    fn signer(&self) -> Result<Signer, Problem> {
        if let Some(key) = &self.caller().key {
            return Ok(Signer::Key(key.clone()));
        }
        let (secret, _) = webhook_secret(&self.settings().workspace_root)
            .map_err(|error| Problem::field("callback_url", format!("cannot be signed for: {error}")))?;
        Ok(Signer::Workspace(secret.fingerprint()))
    }

    async fn tell_of(&self, task: &Task, url: String, signer: Signer) -> Result<(), Problem> {
        let user = (self.caller().name(), signer);
        let delivery = delivery_of(task, user, url, self.process(), self.settings());
        match self.app.engine.submit(delivery).await {
            Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Submits a task that ended without success once more, and tells whoever was told of its end.
    pub(in crate::server) async fn retry_and_tell(
        &self,
        id: TaskId,
        terms: Terms,
    ) -> Result<Arc<Task>, Problem> {
        let callback = self.callback(self.callback_of(id).await?)?;
        let Some(url) = callback else { return self.retry(id, terms).await };
        let signer = self.signer()?;
        let task = self.retry(id, terms).await?;
        self.tell_of(&task, url, signer).await?;
        self.task(task.id()).await
    }

    /// Where the end of one of their tasks is told.
    async fn callback_of(&self, task: TaskId) -> Result<Option<String>, Problem> {
        let delivery = self.find_delivery(task.of_webhook()).await?;
        Ok(delivery.and_then(|delivery| webhook_of(&delivery).map(|webhook| webhook.url.clone())))
    }

    /// One page of their deliveries, the newest first: all, or those of a word.
    pub(in crate::server) async fn deliveries(
        &self,
        shown: Option<Shown<'_>>,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<TaskPage, Problem> {
        let owner = Some(Webhook::owner_of(self.caller().name()));
        let filter = ListFilter { owner, limit, cursor, ..ListFilter::default() };
        let Some(shown) = shown else { return Ok(self.app.engine.list(filter).await?) };
        let mut pages = Vec::new();
        for status in shown.statuses {
            let of_status = ListFilter { status: Some(*status), ..filter.clone() };
            pages.push(self.deliveries_of(of_status, shown.word).await?);
        }
        Ok(merged(pages, limit))
    }

    /// The first that stand where a word says: what waits for its task and what waits for its next try have one status.
    async fn deliveries_of(&self, mut filter: ListFilter, word: &str) -> Result<TaskPage, Problem> {
        const LARGEST: usize = 1000;
        let (wanted, mut tasks) = (filter.limit, Vec::new());
        loop {
            let page = self.app.engine.list(filter.clone()).await?;
            tasks.extend(page.tasks.into_iter().filter(|task| status_of(task) == word));
            if page.next_cursor.is_none() || tasks.len() >= wanted {
                return Ok(TaskPage { tasks, next_cursor: page.next_cursor });
            }
            filter.cursor = page.next_cursor;
            // Those that are looked for may stand behind thousands of others.
            filter.limit = (4 * filter.limit).min(LARGEST);
        }
    }

    /// One of their deliveries, with all that happened to it.
    pub(in crate::server) async fn delivery_log(
        &self,
        id: &str,
    ) -> Result<(Arc<Task>, Vec<TaskEvent>), Problem> {
        let task = self.delivery(id).await?;
        let (mut events, mut after) = (Vec::new(), 0);
        loop {
            let page = self.app.engine.events(task.id(), after, Duration::ZERO).await?;
            let Some(last) = page.last() else { return Ok((task, events)) };
            after = last.number;
            events.extend(page);
        }
    }

    /// Sends the message of one of their deliveries once more.
    pub(in crate::server) async fn replay(&self, id: &str) -> Result<Arc<Task>, Problem> {
        let delivery = self.delivery(id).await?;
        if !delivery.status().is_final() {
            let detail = format!("delivery {} goes on: it can be replayed once it has ended", delivery.id());
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        let webhook = webhook_of(&delivery).ok_or_else(|| Problem::no_delivery(id))?;
        let task = webhook.task;
        if self.find(task).await?.is_none() {
            let detail =
                format!("task {task} was removed after its retention: nothing is left to tell of it");
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        // A key stays; the secret of the workspace root may be another by now.
        let signer = match &webhook.signer {
            Signer::Key(key) => Signer::Key(key.clone()),
            Signer::Workspace(_) | Signer::Any => self.signer()?,
        };
        Ok(self.app.engine.submit(replay_of(&delivery, webhook, signer, self.process())).await?)
    }

    async fn delivery(&self, id: &str) -> Result<Arc<Task>, Problem> {
        let found = match id.parse() {
            Ok(id) => self.find_delivery(id).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| Problem::no_delivery(id))
    }

    async fn find_delivery(&self, id: TaskId) -> Result<Option<Arc<Task>>, Problem> {
        let owner = Webhook::owner_of(self.caller().name());
        match self.app.engine.get(id).await {
            Ok(task) => Ok(Some(task).filter(|task| task.new.owner == owner)),
            Err(EngineError::TaskNotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
