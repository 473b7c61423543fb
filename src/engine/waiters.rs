//! Who waits for which task? Completions are pushed; a waiter registers first and reads the row afterwards,
//! so that no completion falls between.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::task::{Task, TaskId};

/// The waiters of one process.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    /// Guards the lists only: senders are used after it is released.
    lists: Mutex<HashMap<TaskId, Vec<Waiter>>>,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    sender: oneshot::Sender<Arc<Task>>,
}

/// One registered wait; dropping it ends the registration.
pub(super) struct Ticket<'a> {
    waiters: &'a Waiters,
    id: TaskId,
    number: u64,
    receiver: oneshot::Receiver<Arc<Task>>,
}

impl Waiters {
    /// Registers a wait for a task.
    pub(super) fn register(&self, id: TaskId) -> Ticket<'_> {
        let (sender, receiver) = oneshot::channel();
        let mut lists = self.lists.lock();
        let list = lists.entry(id).or_default();
        let number = list.last().map_or(0, |waiter| waiter.number + 1);
        list.push(Waiter { number, sender });
        drop(lists);
        Ticket { waiters: self, id, number, receiver }
    }

    /// Pushes a final task to everyone who waits for it.
    pub(super) fn complete(&self, task: &Arc<Task>) {
        let list = self.lists.lock().remove(&task.id());
        for waiter in list.into_iter().flatten() {
            // A waiter that is gone needs nothing.
            let _ = waiter.sender.send(Arc::clone(task));
        }
    }

    /// Whether anyone waits.
    pub(super) fn has_any(&self) -> bool {
        !self.lists.lock().is_empty()
    }

    /// The tasks that someone waits for.
    pub(super) fn awaited(&self) -> Vec<TaskId> {
        self.lists.lock().keys().copied().collect()
    }

    /// Ends all waits: their tickets answer `None`.
    pub(super) fn clear(&self) {
        let lists = std::mem::take(&mut *self.lists.lock());
        drop(lists);
    }
}

impl Ticket<'_> {
    /// The task in its final state; `None` when the engine stopped first.
    pub(super) async fn completion(&mut self) -> Option<Arc<Task>> {
        (&mut self.receiver).await.ok()
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut lists = self.waiters.lists.lock();
        if let Some(list) = lists.get_mut(&self.id) {
            list.retain(|waiter| waiter.number != self.number);
            if list.is_empty() {
                lists.remove(&self.id);
            }
        }
    }
}
