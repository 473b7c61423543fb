//! How does the dispatcher hear that there is work? By a bell, rung only where a worker has nothing to do: a busy
//! dispatcher looks again by itself, and a wake-up costs microseconds.

use tokio::sync::Notify;

use crate::sync::{AtomicUsize, Ordering};

/// The bell of one dispatcher.
#[derive(Debug, Default)]
pub(super) struct Bell {
    /// How many workers wait for a task.
    idle: AtomicUsize,
    work: Notify,
}

impl Bell {
    /// Says how many workers have nothing to do. Said *before* the last claim: whoever queues a task after an
    /// empty claim sees an idle worker.
    pub(super) fn set_idle(&self, workers: usize) {
        self.idle.store(workers, Ordering::SeqCst);
    }

    /// Whether a worker waits for a task.
    pub(super) fn is_heard(&self) -> bool {
        self.idle.load(Ordering::SeqCst) > 0
    }

    /// Something was queued.
    pub(super) fn ring(&self) {
        if self.is_heard() {
            self.work.notify_one();
        }
    }

    /// There are new workers, whom the dispatcher does not know yet.
    pub(super) fn ring_for_workers(&self) {
        self.work.notify_one();
    }

    /// Waits until it was rung since the last time.
    pub(super) async fn rung(&self) {
        self.work.notified().await;
    }
}
