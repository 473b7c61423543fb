//! Who waits for which task? Completions are pushed; a waiter registers first and reads the row afterwards,
//! so that no completion falls between.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::sync::Mutex;
use crate::task::{Task, TaskId};

/// The waiters of one process.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    /// Guards the lists only: senders are used after it is released.
    lists: Mutex<Lists>,
}

#[derive(Debug, Default)]
struct Lists {
    by_task: HashMap<TaskId, Vec<Waiter>>,
    /// How many waits were registered: no two have one number, however late their tickets are dropped.
    registered: u64,
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
        lists.registered += 1;
        let number = lists.registered;
        lists.by_task.entry(id).or_default().push(Waiter { number, sender });
        drop(lists);
        Ticket { waiters: self, id, number, receiver }
    }

    /// Pushes a final task to everyone who waits for it.
    pub(super) fn complete(&self, task: &Arc<Task>) {
        let list = self.lists.lock().by_task.remove(&task.id());
        for waiter in list.into_iter().flatten() {
            // A waiter that is gone needs nothing.
            let _ = waiter.sender.send(Arc::clone(task));
        }
    }

    /// Whether anyone waits.
    pub(super) fn has_any(&self) -> bool {
        !self.lists.lock().by_task.is_empty()
    }

    /// The tasks that someone waits for.
    pub(super) fn awaited(&self) -> Vec<TaskId> {
        self.lists.lock().by_task.keys().copied().collect()
    }

    /// Ends all waits: their tickets answer `None`.
    pub(super) fn clear(&self) {
        let lists = std::mem::take(&mut self.lists.lock().by_task);
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
        if let Some(list) = lists.by_task.get_mut(&self.id) {
            list.retain(|waiter| waiter.number != self.number);
            if list.is_empty() {
                lists.by_task.remove(&self.id);
            }
        }
    }
}
