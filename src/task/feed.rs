//! What happens to all tasks of one owner? Their events in one row, each with a place at which a reader can go on.

use std::fmt;
use std::str::FromStr;

use super::{TaskEvent, TaskId};

/// A place in the feed of one owner: right behind one event, and before whatever is kept later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FeedPlace {
    /// The transaction that wrote the event, where many write at once; else 0.
    pub transaction: u64,
    /// The number of the event among all.
    pub number: u64,
}

impl fmt::Display for FeedPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.transaction, self.number)
    }
}

impl FromStr for FeedPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number = |digits: &str| {
            let is_plain = digits.bytes().all(|digit| digit.is_ascii_digit());
            // What the columns of all stores hold.
            let number = digits.parse::<i64>().ok().filter(|_| is_plain);
            number.map(i64::cast_unsigned).ok_or(())
        };
        let (transaction, last) = text.split_once('-').ok_or(())?;
        Ok(Self { transaction: number(transaction)?, number: number(last)? })
    }
}

/// One event of one of an owner's tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedEvent {
    /// Where a reader goes on who has read it.
    pub place: FeedPlace,
    /// The task to which it happened.
    pub task: TaskId,
    /// What happened.
    pub event: TaskEvent,
}

/// What a reader of a feed gets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feed {
    /// What happened after the reader's place, in an order that never changes.
    pub events: Vec<FeedEvent>,
    /// Whether there is more already, to be read now or in a moment.
    pub has_more: bool,
    /// Whether some of what happened after the reader's place is not kept any more, or the place is none of this store.
    pub has_gap: bool,
    /// Whether the owner is to be followed anew, so that the feed goes on being kept.
    pub is_stale: bool,
}
