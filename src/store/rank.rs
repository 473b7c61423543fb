//! Whose turn is it? A rank given when a task is queued makes one priority fair between owners.
//!
//! The *turn* of a priority is the highest rank claimed so far. A newcomer lines up right behind it, and behind
//! the owner's own tasks: one owner alone is first in, first out, and two owners take turns, however many
//! tasks one of them brought. The turn, and not the lowest queued rank, because a lane that nobody works
//! would hold the latter back for ever. A task that is given back or rescued keeps its rank, and so its place.

/// The rank of a task that is queued now, given the turn of its priority and the highest rank that its owner
/// has queued there.
pub(super) fn next_rank(turn: i64, owner_highest: Option<i64>) -> i64 {
    1 + owner_highest.map_or(turn, |highest| highest.max(turn))
}
