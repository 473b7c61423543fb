//! A task that is queued while the dispatcher finds nothing is found all the same.

use std::sync::Arc;

use shuttle::{future, thread};

use crate::bell::Bell;
use crate::interleave;
use crate::sync::Mutex;

#[derive(Default)]
struct Engine {
    queue: Mutex<Vec<u32>>,
    bell: Bell,
}

impl Engine {
    fn submit(&self, task: u32) {
        self.queue.lock().push(task);
        self.bell.ring();
    }

    /// As the dispatcher does, whose poll is not there: says that a worker is idle, claims, works, and waits for
    /// the bell where there was nothing.
    fn run(&self, until: usize) -> Vec<u32> {
        let mut done = Vec::new();
        while done.len() < until {
            self.bell.set_idle(1);
            let claimed = self.queue.lock().pop();
            thread::yield_now();
            match claimed {
                Some(task) => {
                    self.bell.set_idle(0);
                    done.push(task);
                }
                None => future::block_on(self.bell.rung()),
            }
        }
        done
    }
}

#[test]
fn every_task_is_claimed_without_a_poll() {
    interleave(|| {
        let engine = Arc::new(Engine::default());
        let submitters: Vec<_> = (0..3)
            .map(|task| {
                let engine = Arc::clone(&engine);
                thread::spawn(move || engine.submit(task))
            })
            .collect();
        let mut done = engine.run(3);
        done.sort_unstable();
        assert_eq!(done, [0, 1, 2]);
        for submitter in submitters {
            submitter.join().unwrap();
        }
    });
}
