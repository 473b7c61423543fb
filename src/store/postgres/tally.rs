//! How many tasks are there? The sum of rows that writers leave without waiting for each other, and which are put
//! together now and then.

use sqlx::Row;

use super::operation::{Operation, Told};
use super::rows;
use super::session::Session;
use super::text;
use crate::store::StoreError;

/// Under this lock submissions go one after the other where a limit counts them.
pub(super) const LOCK_SUBMISSIONS: &str = "SELECT pg_advisory_xact_lock(8028057265870602242)";

/// Under this lock claims go one after the other where a limit counts what runs.
pub(super) const LOCK_CLAIMS: &str = "SELECT pg_advisory_xact_lock(8028057265870602243)";

/// So many rows are worth being put together at once.
const MANY: i64 = 2_000;

/// How many tasks wait, webhooks apart, of one owner or of all.
pub(super) async fn waiting(session: &mut Session, owner: Option<&str>) -> Result<u64, StoreError> {
    const WAITING: &str = "SELECT coalesce(sum(number), 0)::bigint, count(*) FROM testgen.tally \
         WHERE status IN ('pending', 'queued') AND lane <> 'webhook' AND lane NOT LIKE 'webhook/%' AND ($1::text IS NULL OR owner = $1)";
    let row = session.row(sqlx::query(WAITING).bind(owner.map(text::write))).await?;
    if row.try_get::<i64, _>(1)? > MANY {
        compact(session).await?;
    }
    rows::read_number(&row, 0)
}

/// Puts the rows of all sums together.
pub(super) struct Compact;

impl Operation for Compact {
    type Answer = ();

    const IS_REPEATABLE: bool = true;
    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        compact(session).await
    }
}

/// One process at a time does so; the others have better things to do. Rows of transactions that are still under way are
/// not seen, and stay.
async fn compact(session: &mut Session) -> Result<(), StoreError> {
    const TRY: &str = "SELECT pg_try_advisory_xact_lock(8028057265870602244)";
    const TALLY: &str = "WITH old AS (DELETE FROM testgen.tally RETURNING *) \
         INSERT INTO testgen.tally SELECT status, owner, lane, priority, sum(number) FROM old \
         GROUP BY status, owner, lane, priority HAVING sum(number) <> 0";
    const TURNS: &str = "DELETE FROM testgen.turn USING ( \
             SELECT priority, max(rank) AS highest FROM testgen.turn GROUP BY priority \
         ) AS best WHERE turn.priority = best.priority AND turn.rank < best.highest";
    const CLEANED: &str = "WITH old AS (DELETE FROM testgen.cleaned RETURNING number) \
         INSERT INTO testgen.cleaned SELECT sum(number) FROM old HAVING count(*) > 0";
    if !session.row(sqlx::query(TRY)).await?.try_get::<bool, _>(0)? {
        return Ok(());
    }
    for statement in [TALLY, TURNS, CLEANED] {
        session.execute(sqlx::query(statement)).await?;
    }
    Ok(())
}
