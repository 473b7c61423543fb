//! A hint that comes between the look at the events and the wait is heard.

use std::pin::pin;
use std::sync::Arc;

use _core::task::TaskId;
use shuttle::{future, thread};

use crate::interleave;
use crate::sync::Mutex;
use crate::watchers::Watchers;

/// The number of events of one task, and those who watch it.
#[derive(Default)]
struct Engine {
    events: Mutex<u32>,
    watchers: Watchers<TaskId>,
}

impl Engine {
    /// As [`_core::engine::Engine::events`] does, without the poll behind the hint.
    async fn next_after(&self, id: TaskId, after: u32) -> u32 {
        let watcher = self.watchers.register(id);
        loop {
            let mut hint = pin!(watcher.hint.notified());
            hint.as_mut().enable();
            let events = *self.events.lock();
            if events > after {
                return events;
            }
            thread::yield_now();
            hint.await;
        }
    }

    fn happens(&self) {
        *self.events.lock() += 1;
    }
}

/// Two watch a task until its third event, which come by different ways.
#[test]
fn no_hint_is_lost_between_look_and_wait() {
    interleave(|| {
        let (engine, id) = (Arc::new(Engine::default()), TaskId::fresh());
        let watches: Vec<_> = (0..2)
            .map(|_| {
                let engine = Arc::clone(&engine);
                thread::spawn(move || {
                    let mut seen = 0;
                    while seen < 3 {
                        seen = future::block_on(engine.next_after(id, seen));
                    }
                })
            })
            .collect();
        for hint_all in [false, true, false] {
            engine.happens();
            if hint_all {
                engine.watchers.hint_all();
            } else {
                engine.watchers.hint(&id);
            }
        }
        for watch in watches {
            watch.join().unwrap();
        }
        assert!(!engine.watchers.has_any(), "a registration stays behind");
    });
}

#[test]
fn a_watcher_that_goes_leaves_the_others_their_hints() {
    interleave(|| {
        let (engine, id) = (Arc::new(Engine::default()), TaskId::fresh());
        let comes_and_goes = {
            let engine = Arc::clone(&engine);
            thread::spawn(move || {
                for _ in 0..3 {
                    drop(engine.watchers.register(id));
                }
            })
        };
        let watches = {
            let engine = Arc::clone(&engine);
            thread::spawn(move || future::block_on(engine.next_after(id, 0)))
        };
        engine.happens();
        engine.watchers.hint(&id);
        assert_eq!(watches.join().unwrap(), 1);
        comes_and_goes.join().unwrap();
        assert!(!engine.watchers.has_any(), "a registration stays behind");
    });
}
