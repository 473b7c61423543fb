//! Where do tasks that are queued now line up? Right behind what had its turn, and behind the owner's own; see
//! [`crate::store::rank`].

use std::collections::BTreeMap;

use sqlx::Row;

use super::session::Session;
use super::text;
use crate::store::StoreError;
use crate::task::{NewTask, Priority, State, Task};

/// The SQL of the highest rank that counts for an owner in a priority: one more is the next place.
macro_rules! last_place {
    ($owner:literal, $priority:literal) => {
        concat!(
            "greatest((SELECT max(rank) FROM testgen.turn WHERE turn.priority = ",
            $priority,
            "), (SELECT max(rank) FROM testgen.task WHERE status = 'queued' AND task.owner = ",
            $owner,
            " AND task.priority = ",
            $priority,
            "))"
        )
    };
}
pub(super) use last_place;

/// The last rank that was given, by owner and priority.
struct Places(BTreeMap<(Box<str>, Priority), i64>);

impl Places {
    /// As they are before these tasks are queued.
    async fn of(session: &mut Session, tasks: &[Task]) -> Result<Self, StoreError> {
        const LAST: &str = concat!(
            "SELECT ",
            last_place!("given.owner", "given.priority"),
            " FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS given (owner, priority, number) ORDER BY number"
        );
        let mut places: BTreeMap<_, _> = tasks.iter().map(|task| (key(&task.new), 0)).collect();
        let owners: Vec<String> = places.keys().map(|(owner, _)| text::write(owner)).collect();
        let priorities: Vec<i64> =
            places.keys().map(|(_, priority)| i64::from(priority.as_number())).collect();
        let found = session.rows(sqlx::query(LAST).bind(owners).bind(priorities)).await?;
        for (last, row) in places.values_mut().zip(&found) {
            *last = row.try_get(0)?;
        }
        Ok(Self(places))
    }

    /// Takes the next one of a task's owner.
    fn take(&mut self, new: &NewTask) -> i64 {
        let last = self.0.entry(key(new)).or_insert(0);
        *last += 1;
        *last
    }
}

fn key(new: &NewTask) -> (Box<str>, Priority) {
    (new.owner.clone(), new.priority)
}

/// Gives those of these tasks that are queued now their owners' next places, in this order.
pub(super) async fn line_up(session: &mut Session, tasks: &mut [Task]) -> Result<(), StoreError> {
    if tasks.iter().all(|task| task.state != State::Queued) {
        return Ok(());
    }
    let mut places = Places::of(session, tasks).await?;
    for task in tasks.iter_mut().filter(|task| task.state == State::Queued) {
        task.rank = places.take(&task.new);
    }
    Ok(())
}
