//! What does the end of a task mean for those that wait for it? The next ones are queued, or fail in turn, all in
//! the transaction that ends it.

use super::places::line_up;
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{NewTask, Task, TaskStatus};

/// What a new task depends on, as it stands at its submission.
#[derive(Debug, Default)]
pub(super) struct Dependencies {
    /// Those that have not ended, by their order of submission.
    open: Vec<i64>,
    /// Whether there are any, and all have completed.
    have_completed: bool,
    /// Why the new task fails at once: one of them has ended without success.
    broken: Option<String>,
}

impl Dependencies {
    /// Looks at the tasks that a new one depends on. They are locked: none of them ends between this look and the
    /// moment from which whoever ends it sees who waits.
    pub(super) async fn of(new: &NewTask, session: &mut Session) -> Result<Self, StoreError> {
        let mut dependencies = Self::default();
        if new.depends_on().is_empty() {
            return Ok(dependencies);
        }
        let awaited = session.lock_all(new.depends_on()).await?;
        for id in new.depends_on() {
            let awaited = awaited.get(id).ok_or(StoreError::UnknownDependency { id: *id })?;
            match awaited.status() {
                TaskStatus::Completed => {}
                status if status.is_final() => {
                    dependencies.broken.get_or_insert_with(|| awaited.reason_for_dependants());
                }
                _ => dependencies.open.push(awaited.seq),
            }
        }
        dependencies.open.sort_unstable();
        dependencies.open.dedup();
        dependencies.have_completed = dependencies.open.is_empty();
        Ok(dependencies)
    }

    /// How many the new task waits for; one whose wait is over at once is pending for a moment, so that its end is
    /// a move like any other.
    pub(super) fn open_at_submission(&self) -> u32 {
        if self.broken.is_some() || self.have_completed {
            return 1;
        }
        u32::try_from(self.open.len()).unwrap_or(u32::MAX)
    }
}

/// Notes what a task that was just inserted waits for, or ends its wait.
pub(super) async fn keep(
    dependencies: Dependencies,
    session: &mut Session,
    mut task: Task,
) -> Result<Task, StoreError> {
    const AWAIT: &str = "WITH marked AS ( \
             UPDATE testgen.task SET has_dependants = TRUE WHERE seq = ANY ($1) AND NOT has_dependants \
         ) INSERT INTO testgen.task_dependency (awaited, dependant) SELECT unnest($1::bigint[]), $2";
    if let Some(reason) = &dependencies.broken {
        task.dependency_failed(reason, session.now())?;
        session.save(&task).await?;
    } else if dependencies.have_completed {
        task.dependency_completed(session.now())?;
        session.save(&task).await?;
    } else if !dependencies.open.is_empty() {
        session.execute(sqlx::query(AWAIT).bind(dependencies.open).bind(task.seq)).await?;
    }
    Ok(task)
}

/// Brings the end of a task to those that wait for it, and theirs to the next, however long the chain is.
pub(super) async fn tell_dependants(session: &mut Session, ended: &Task) -> Result<(), StoreError> {
    let mut to_tell = vec![(ended.seq, ended.status(), ended.reason_for_dependants())];
    while let Some((awaited, status, reason)) = to_tell.pop() {
        let mut told = dependants_of(session, awaited).await?;
        for dependant in &mut told {
            if status == TaskStatus::Completed {
                dependant.dependency_completed(session.now())?;
            } else {
                dependant.dependency_failed(&reason, session.now())?;
            }
        }
        line_up(session, &mut told).await?;
        session.save_rows(&told).await?;
        let ended = told.iter().filter(|task| task.status().is_final() && task.has_dependants);
        to_tell.extend(ended.map(|task| (task.seq, task.status(), task.reason_for_dependants())));
    }
    Ok(())
}

/// The tasks that wait for this one; they wait for it no more.
async fn dependants_of(session: &mut Session, awaited: i64) -> Result<Vec<Task>, StoreError> {
    const WAITING: &str = rows::select_tasks!(
        "WHERE seq IN (SELECT dependant FROM testgen.task_dependency WHERE awaited = $1) AND status = 'pending' \
         AND open_dependencies > 0 ORDER BY seq FOR UPDATE OF task"
    );
    const FORGET: &str = "DELETE FROM testgen.task_dependency WHERE awaited = $1";
    let waiting = session.select(sqlx::query(WAITING).bind(awaited)).await?;
    session.execute(sqlx::query(FORGET).bind(awaited)).await?;
    Ok(waiting)
}
