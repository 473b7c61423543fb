//! No post lies in a mailbox whose reader was not woken.

use std::sync::Arc;

use shuttle::sync::{Condvar, Mutex};
use shuttle::thread;

use crate::interleave;
use crate::posts::{Posts, Signal};

/// A pipe as the event loop has it: as many bytes as were written and not read.
#[derive(Default)]
struct Pipe {
    bytes: Mutex<usize>,
    readable: Condvar,
}

impl Pipe {
    /// Waits as a selector does.
    fn wait(&self) {
        let mut bytes = self.bytes.lock().unwrap();
        while *bytes == 0 {
            bytes = self.readable.wait(bytes).unwrap();
        }
    }
}

impl Signal for Pipe {
    fn raise(&self) {
        *self.bytes.lock().unwrap() += 1;
        self.readable.notify_one();
    }

    fn clear(&self) {
        *self.bytes.lock().unwrap() = 0;
    }
}

#[test]
fn every_post_is_read_by_a_reader_who_waits_for_the_signal() {
    interleave(|| {
        let posts = Arc::new(Posts::new(Pipe::default()));
        let posters: Vec<_> = (0..2_u64)
            .map(|poster| {
                let posts = Arc::clone(&posts);
                thread::spawn(move || {
                    for number in 0..3 {
                        posts.post(poster * 3 + number);
                    }
                })
            })
            .collect();
        let mut tickets = Vec::new();
        while tickets.len() < 6 {
            posts.signal().wait();
            tickets.extend(posts.take(usize::MAX));
        }
        tickets.sort_unstable();
        assert_eq!(tickets, [0, 1, 2, 3, 4, 5]);
        for poster in posters {
            poster.join().unwrap();
        }
    });
}

#[test]
fn what_arrives_together_is_signalled_once() {
    interleave(|| {
        let posts = Arc::new(Posts::new(Pipe::default()));
        let posters: Vec<_> = (0..3)
            .map(|ticket| {
                let posts = Arc::clone(&posts);
                thread::spawn(move || posts.post(ticket))
            })
            .collect();
        for poster in posters {
            poster.join().unwrap();
        }
        assert_eq!(*posts.signal().bytes.lock().unwrap(), 1);
        assert_eq!(posts.take(usize::MAX).len(), 3);
        assert_eq!(*posts.signal().bytes.lock().unwrap(), 0);
    });
}

#[test]
fn what_a_reader_leaves_for_later_is_signalled_again() {
    interleave(|| {
        let posts = Arc::new(Posts::new(Pipe::default()));
        let posters: Vec<_> = (0..2_u64)
            .map(|poster| {
                let posts = Arc::clone(&posts);
                thread::spawn(move || (0..3).for_each(|number| posts.post(poster * 3 + number)))
            })
            .collect();
        let mut tickets = Vec::new();
        while tickets.len() < 6 {
            posts.signal().wait();
            let taken = posts.take(2);
            assert!(taken.len() <= 2);
            tickets.extend(taken);
        }
        tickets.sort_unstable();
        assert_eq!(tickets, [0, 1, 2, 3, 4, 5]);
        for poster in posters {
            poster.join().unwrap();
        }
    });
}
