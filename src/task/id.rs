//! Which names do tasks and processes go by? UUIDs: version 7 for tasks, so that ids sort by age.
//!
//! A random generator's state is copied by a fork, and two children of one parent would then name their tasks
//! alike. So a task id is a time, a count, and 44 bits that each process takes anew from the system.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// How many ids this process has made.
static COUNT: AtomicU64 = AtomicU64::new(0);
/// What tells this process's ids from others', never 0 once it is drawn.
static MARK: AtomicU64 = AtomicU64::new(0);
/// The bits of [`MARK`].
const MARK_BITS: u32 = 44;

/// In a forked child: its ids must not be those of its parent or siblings.
pub fn forget_process() {
    MARK.store(0, Ordering::Relaxed);
}

/// The last ten bytes of an id: 30 bits of count, then the mark; version and variant take the places left free.
fn tail(count: u64, mark: u64) -> [u8; 10] {
    let first = u16::try_from(count >> 18 & 0xfff).unwrap_or_default();
    let rest = (count & 0x3_ffff) << MARK_BITS | mark;
    let mut bytes = [0; 10];
    bytes[..2].copy_from_slice(&first.to_be_bytes());
    bytes[2..].copy_from_slice(&rest.to_be_bytes());
    bytes
}

fn mark() -> u64 {
    let known = MARK.load(Ordering::Relaxed);
    if known != 0 {
        return known;
    }
    let (_, random) = Uuid::new_v4().as_u64_pair();
    let drawn = random & ((1 << MARK_BITS) - 1) | 1;
    match MARK.compare_exchange(0, drawn, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => drawn,
        Err(earlier) => earlier,
    }
}

/// The id that `submit` answers and every other call takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(Uuid);

/// As numbers, not byte by byte: ordered sets of ids compare a lot.
impl Ord for TaskId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.as_u128().cmp(&other.0.as_u128())
    }
}

impl PartialOrd for TaskId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl TaskId {
    /// A fresh id; ids of one process sort in the order of their making, as long as its clock goes forward.
    #[must_use]
    pub fn fresh() -> Self {
        let age = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        let tail = tail(COUNT.fetch_add(1, Ordering::Relaxed), mark());
        Self(Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
    }

    /// The id of what tells of this task's end: another for each task, and the same each time. It differs in one of the
    /// bits that each process draws, and sorts right beside it.
    #[must_use]
    pub fn of_webhook(self) -> Self {
        Self(Uuid::from_u128(self.0.as_u128() ^ 2))
    }

    /// The id as a number, for maps and databases.
    #[must_use]
    pub fn as_uuid(self) -> Uuid {
        self.0
    }

    /// The id as text, without an allocation: `buffer` takes it.
    pub fn encode(self, buffer: &mut [u8; 36]) -> &str {
        self.0.as_hyphenated().encode_lower(buffer)
    }
}

impl From<Uuid> for TaskId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl FromStr for TaskId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self)
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(formatter)
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// One start of one process. Never reused, so that a dead process cannot look alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProcessId(Uuid);

impl ProcessId {
    /// The id of a process that starts now.
    #[must_use]
    pub fn fresh() -> Self {
        Self(Uuid::new_v4())
    }

    /// The id as a number, for databases.
    #[must_use]
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for ProcessId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_simple().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_of_their_making_and_are_of_version_7() {
        let ids: Vec<TaskId> = (0..300_000).map(|_| TaskId::fresh()).collect();

        assert!(ids.is_sorted_by(|one, next| one < next));
        assert!(ids.iter().all(|id| id.0.get_version_num() == 7));
    }

    #[test]
    fn another_process_makes_other_ids() {
        assert_ne!(tail(1, 5), tail(1, 7));
        let before = mark();
        forget_process();
        assert_ne!(mark(), before);
    }
}
