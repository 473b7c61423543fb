//! Who registers and reads the row afterwards hears of every end, and nobody's wait ends another's.

use std::sync::Arc;

use _core::task::{Kind, Lane, NewTask, Priority, ProcessId, Settlement, Task, TaskId, Work};
use chrono::{DateTime, Utc};
use serde_json::json;
use shuttle::{future, thread};

use crate::interleave;
use crate::sync::Mutex;
use crate::waiters::Waiters;

/// A store of one task, and those who wait for it.
struct Engine {
    row: Mutex<Arc<Task>>,
    waiters: Waiters,
}

impl Engine {
    fn new() -> Arc<Self> {
        Arc::new(Self { row: Mutex::new(Arc::new(running())), waiters: Waiters::default() })
    }

    /// As [`_core::engine::Engine::wait`] does: registers first and reads the row afterwards.
    fn wait(&self) -> Option<Arc<Task>> {
        let id = self.row.lock().id();
        let mut ticket = self.waiters.register(id);
        let now = Arc::clone(&self.row.lock());
        if now.status().is_final() {
            return Some(now);
        }
        thread::yield_now();
        future::block_on(ticket.completion())
    }

    /// As the end of an attempt does: the row first, and then whoever waits.
    fn complete(&self) {
        let task = {
            let mut row = self.row.lock();
            let done = Settlement::Complete(Arc::new(json!(1)));
            Arc::make_mut(&mut row).settle(1, &done, now()).unwrap();
            Arc::clone(&row)
        };
        self.waiters.complete(&task);
    }
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn running() -> Task {
    let new = NewTask {
        id: TaskId::fresh(),
        lane: Lane::of_kind(&Kind::Noop),
        owner: Box::default(),
        priority: Priority::Normal,
        work: Work::Noop,
        metadata: Box::default(),
        submitter: ProcessId::fresh(),
        attempt_seconds: 1.0,
        max_retries: 0,
        retention_seconds: 1.0,
        terms: None,
    };
    let mut task = Task::submitted(new, 1, 1, 0, now());
    task.claim(ProcessId::fresh(), now()).unwrap();
    task
}

#[test]
fn whoever_waits_hears_of_the_end() {
    interleave(|| {
        let engine = Engine::new();
        let waits: Vec<_> = (0..3)
            .map(|_| {
                let engine = Arc::clone(&engine);
                thread::spawn(move || engine.wait())
            })
            .collect();
        engine.complete();
        for wait in waits {
            assert!(wait.join().unwrap().unwrap().status().is_final());
        }
        assert!(!engine.waiters.has_any(), "a registration stays behind");
    });
}

#[test]
fn a_wait_that_is_given_up_ends_no_other() {
    interleave(|| {
        let engine = Engine::new();
        let id = engine.row.lock().id();
        let gives_up = {
            let engine = Arc::clone(&engine);
            thread::spawn(move || {
                for _ in 0..3 {
                    drop(engine.waiters.register(id));
                }
            })
        };
        let waits = {
            let engine = Arc::clone(&engine);
            thread::spawn(move || engine.wait())
        };
        engine.complete();
        assert!(waits.join().unwrap().is_some(), "it ended with another's");
        gives_up.join().unwrap();
    });
}

/// A ticket that is dropped late must not end a wait that began after its own was over.
#[test]
fn a_ticket_ends_its_own_registration_alone() {
    interleave(|| {
        let engine = Engine::new();
        let task = Arc::clone(&engine.row.lock());
        let early = engine.waiters.register(task.id());
        engine.waiters.complete(&task);
        let waiter = {
            let engine = Arc::clone(&engine);
            thread::spawn(move || {
                let mut late = engine.waiters.register(task.id());
                future::block_on(late.completion())
            })
        };
        drop(early);
        while !engine.waiters.has_any() {
            thread::yield_now();
        }
        engine.complete();
        assert!(waiter.join().unwrap().is_some(), "it ended with another's");
    });
}

#[test]
fn waits_end_when_the_engine_does() {
    interleave(|| {
        let engine = Engine::new();
        let id = engine.row.lock().id();
        let registered = Arc::new(Mutex::new(0));
        let waits: Vec<_> = (0..2)
            .map(|_| {
                let (engine, registered) = (Arc::clone(&engine), Arc::clone(&registered));
                thread::spawn(move || {
                    let mut ticket = engine.waiters.register(id);
                    *registered.lock() += 1;
                    future::block_on(ticket.completion())
                })
            })
            .collect();
        while *registered.lock() < 2 {
            thread::yield_now();
        }
        engine.waiters.clear();
        for wait in waits {
            assert!(wait.join().unwrap().is_none());
        }
    });
}
