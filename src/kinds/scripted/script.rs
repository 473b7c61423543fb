//! Which task gets which outcome? By module, and in turn in the order of submission, whichever runs first.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::outcome::{Act, Outcome};
use crate::kinds::Attempt;
use crate::store::{AnyStore, Store, StoreError};
use crate::task::{ErrorKind, Failure, Kind, ListFilter, Task, TaskId, Work};

/// How many tasks are read at a time.
const PAGE: usize = 200;

/// What is to become of tasks that have yet to begin.
#[derive(Debug, Default)]
pub struct Script {
    /// Held for a look or a change only.
    parts: Mutex<Parts>,
    /// The attempts under way that are not about to go on by themselves. Held for a look or a change only.
    under_way: Mutex<HashMap<(TaskId, u64), UnderWay>>,
}

/// What an attempt does that is not over in a moment.
#[derive(Debug)]
enum UnderWay {
    /// It only waits: for its time, or for its end.
    Resting(CancellationToken),
    /// Something is run for real.
    Working,
}

/// The outcomes of a series of tasks.
#[derive(Debug, Clone, PartialEq)]
pub enum Roll {
    /// The same for every task.
    Always(Outcome),
    /// One for each task, in the order of submission; a task too many fails.
    InTurn(VecDeque<Outcome>),
}

#[derive(Debug, Default)]
struct Parts {
    /// For modules that have none of their own; without one every task succeeds.
    usual: Option<Roll>,
    by_module: HashMap<String, Roll>,
    given: HashMap<TaskId, Given>,
    /// Tasks up to this place in the order of submission have got theirs.
    given_up_to: i64,
}

#[derive(Debug)]
struct Given {
    /// `None`: the roll was used up.
    outcome: Option<Outcome>,
    has_begun: bool,
}

impl Script {
    /// Has tasks that have not begun yet end as `roll` says: those of one module, or of all that have no roll of
    /// their own.
    pub fn play(&self, module: Option<String>, roll: Roll) {
        let mut parts = self.parts.lock();
        match module {
            Some(module) => drop(parts.by_module.insert(module, roll)),
            None => parts.usual = Some(roll),
        }
        parts.given.retain(|_, given| given.has_begun);
        parts.given_up_to = 0;
    }

    /// How many attempts only wait now, and were not asked to stop.
    #[must_use]
    pub fn resting(&self) -> usize {
        let under_way = self.under_way.lock();
        let rests = |doing: &&UnderWay| matches!(doing, UnderWay::Resting(cancel) if !cancel.is_cancelled());
        under_way.values().filter(rests).count()
    }

    /// How many attempts run something for real.
    #[must_use]
    pub fn working(&self) -> usize {
        let under_way = self.under_way.lock();
        under_way.values().filter(|doing| matches!(doing, UnderWay::Working)).count()
    }

    /// What happens in an attempt of this task.
    pub(super) async fn act(&self, task: &Arc<Task>, store: &AnyStore) -> Result<Act, Failure> {
        let is_known = self.parts.lock().given.contains_key(&task.id());
        if !is_known {
            let unreadable = |error: StoreError| Failure::new(ErrorKind::Internal, error.to_string());
            let news = self.submitted_since(task, store).await.map_err(unreadable)?;
            self.parts.lock().hand_out(&news);
        }
        self.parts.lock().act(task)
    }

    /// This task and those that were submitted before it and have not got an outcome yet, oldest first.
    async fn submitted_since(
        &self,
        task: &Arc<Task>,
        store: &AnyStore,
    ) -> Result<Vec<Arc<Task>>, StoreError> {
        let given_up_to = self.parts.lock().given_up_to;
        let mut filter = ListFilter { kind: Some(Kind::GenerateTests), limit: PAGE, ..ListFilter::default() };
        let mut news = vec![Arc::clone(task)];
        loop {
            let page = store.list(filter.clone()).await?;
            let is_last = page.tasks.last().is_none_or(|task| task.seq <= given_up_to);
            news.extend(page.tasks.into_iter().filter(|task| task.seq > given_up_to));
            if is_last || page.next_cursor.is_none() {
                break;
            }
            filter.cursor = page.next_cursor;
        }
        news.sort_by_key(|task| task.seq);
        Ok(news)
    }

    /// Notes that an attempt only waits, until the answer is dropped.
    pub(super) fn rest(&self, attempt: &Attempt) -> Note<'_> {
        self.note(attempt, UnderWay::Resting(attempt.cancel.clone()))
    }

    /// Notes that an attempt runs something for real, until the answer is dropped.
    pub(super) fn work(&self, attempt: &Attempt) -> Note<'_> {
        self.note(attempt, UnderWay::Working)
    }

    fn note(&self, attempt: &Attempt, doing: UnderWay) -> Note<'_> {
        let key = (attempt.task.id(), attempt.task.token);
        self.under_way.lock().insert(key, doing);
        Note { script: self, key }
    }
}

/// What is known of an attempt under way.
pub(super) struct Note<'a> {
    script: &'a Script,
    key: (TaskId, u64),
}

impl Drop for Note<'_> {
    fn drop(&mut self) {
        self.script.under_way.lock().remove(&self.key);
    }
}

impl Parts {
    /// Gives each of these tasks its outcome, in this order.
    fn hand_out(&mut self, tasks: &[Arc<Task>]) {
        for task in tasks {
            self.given_up_to = self.given_up_to.max(task.seq);
            if !self.given.contains_key(&task.id()) {
                let outcome = self.next_outcome(task);
                self.given.insert(task.id(), Given { outcome, has_begun: false });
            }
        }
    }

    fn next_outcome(&mut self, task: &Task) -> Option<Outcome> {
        let of_module = module_of(task).and_then(|module| self.by_module.get_mut(module));
        match of_module.or(self.usual.as_mut()) {
            None => Some(Outcome { acts: Vec::new() }),
            Some(Roll::Always(outcome)) => Some(outcome.clone()),
            Some(Roll::InTurn(outcomes)) => outcomes.pop_front(),
        }
    }

    fn act(&mut self, task: &Task) -> Result<Act, Failure> {
        let given = self.given.get_mut(&task.id());
        let outcome = given.and_then(|given| {
            given.has_begun = true;
            given.outcome.as_ref()
        });
        outcome.map(|outcome| outcome.act(task.attempt)).ok_or_else(|| used_up(task))
    }
}

fn module_of(task: &Task) -> Option<&str> {
    match &task.new.work {
        Work::GenerateTests(request) => Some(&request.module_path),
        Work::AgentTask(_)
        | Work::Documents(_)
        | Work::Planning(_)
        | Work::Webhook(_)
        | Work::Noop
        | Work::Custom(_) => None,
    }
}

fn used_up(task: &Task) -> Failure {
    let module = module_of(task).unwrap_or_default();
    let message = format!(
        "the script has no outcome left for {module}: give it one for each task, or one outcome, without a list, \
         for all of them"
    );
    Failure::new(ErrorKind::Config, message)
}
