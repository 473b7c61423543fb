//! Who is there? The rows by which processes show themselves, and what they run.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::reader::Reader;
use super::rows;
use crate::store::StoreError;
use crate::task::{Member, ProcessId, Program, TaskId};

impl Reader {
    /// All processes that say they take part, the first that came first; some may be dead.
    pub(super) async fn members(&self) -> Result<Vec<Member>, StoreError> {
        const ALL: &str = "SELECT process, host, pid, version, lanes, joined_at, seen_at FROM worker \
             ORDER BY joined_at, process";
        let mut running = self.running_by_process().await?;
        let found = sqlx::query(ALL).fetch_all(&*self.pool().await).await?;
        found
            .iter()
            .map(|row| {
                let process = read_process(row)?;
                let (lanes, labels) = Member::abilities(rows::read_lanes(row.try_get(4)?)?);
                Ok(Member {
                    process,
                    program: Program {
                        host: row.try_get::<String, _>(1)?.into(),
                        pid: rows::read_number(row, 2)?,
                        version: row.try_get::<String, _>(3)?.into(),
                    },
                    lanes,
                    labels,
                    joined_at: rows::read_time(row.try_get(5)?),
                    seen_at: rows::read_time(row.try_get(6)?),
                    running: running.remove(&process).unwrap_or_default(),
                })
            })
            .collect()
    }

    async fn running_by_process(&self) -> Result<HashMap<ProcessId, Vec<TaskId>>, StoreError> {
        const RUNNING: &str = "SELECT process, id FROM task WHERE status = 'running' ORDER BY process, seq";
        let mut running = HashMap::<_, Vec<_>>::new();
        for row in sqlx::query(RUNNING).fetch_all(&*self.pool().await).await? {
            running.entry(read_process(&row)?).or_default().push(rows::read_uuid(row.try_get(1)?)?.into());
        }
        Ok(running)
    }
}

fn read_process(row: &SqliteRow) -> Result<ProcessId, StoreError> {
    rows::read_uuid(row.try_get(0)?).map(ProcessId::from)
}
