//! Who is there? The rows by which processes show themselves, and what they run.

use sqlx::Row;
use uuid::Uuid;

use super::operation::{Operation, Way};
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{Lane, Member, ProcessId, Program, TaskId};

/// The living processes that work, the first that came first.
pub(super) struct Members;

impl Operation for Members {
    type Answer = Vec<Member>;

    const WAY: Way = Way::Reading;

    async fn apply(&self, session: &mut Session) -> Result<Vec<Member>, StoreError> {
        const LIVE: &str = "SELECT process, host, pid, version, lanes, joined_at, seen_at, ARRAY( \
                 SELECT id FROM testgen.task \
                 WHERE status = 'running' AND task.process = worker.process ORDER BY seq) \
             FROM testgen.worker \
             WHERE lanes <> '{}' AND lease_until >= (SELECT testgen.moment($1)) ORDER BY joined_at, process";
        let given = session.hub.given_steady();
        let found = session.rows(sqlx::query(LIVE).bind(given)).await?;
        let read = found.iter().map(|row| {
            let (lanes, running): (Vec<String>, Vec<Uuid>) = (row.try_get(4)?, row.try_get(7)?);
            let (lanes, labels) = Member::abilities(lanes.into_iter().map(Lane::from));
            Ok(Member {
                process: ProcessId::from(row.try_get::<Uuid, _>(0)?),
                program: Program {
                    host: row.try_get::<String, _>(1)?.into(),
                    pid: rows::read_number(row, 2)?,
                    version: row.try_get::<String, _>(3)?.into(),
                },
                lanes,
                labels,
                joined_at: rows::read_time(row.try_get(5)?),
                seen_at: rows::read_time(row.try_get(6)?),
                running: running.into_iter().map(TaskId::from).collect(),
            })
        });
        read.collect()
    }
}
