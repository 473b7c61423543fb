//! How are many tasks written in one statement? As columns: one array each, taken apart by the database.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::rows;
use super::session::Statement;
use crate::store::StoreError;
use crate::task::{State, Task};

/// What a statement takes its rows from. One row is taken from its columns by hand: the database knows then that it is
/// one, whatever is bound, and need not plan the statement anew each time.
macro_rules! given {
    (one) => {
        "FROM (SELECT ($1::bigint[])[1] AS seq, ($2::text[])[1] AS status, ($3::bigint[])[1] AS due, \
             ($4::uuid[])[1] AS process, ($5::bigint[])[1] AS token, ($6::bigint[])[1] AS attempt, \
             ($7::bigint[])[1] AS retries, ($8::bigint[])[1] AS crashes, ($9::boolean[])[1] AS cancel_requested, \
             ($10::text[])[1] AS failure, ($11::text[])[1] AS session, ($12::text[])[1] AS progress, \
             ($13::bigint[])[1] AS started_at, ($14::bigint[])[1] AS completed_at, ($15::bigint[])[1] AS rank, \
             ($16::uuid[])[1] AS submitter, ($17::bigint[])[1] AS open_dependencies, ($18::bigint[])[1] AS kept_until, \
             ($19::bigint[])[1] AS events, ($20::bigint[])[1] AS changed_at) AS new "
    };
    (many) => {
        "FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], \
             $8::bigint[], $9::boolean[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], \
             $15::bigint[], $16::uuid[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[]) \
         AS new (seq, status, due, process, token, attempt, retries, crashes, cancel_requested, failure, session, \
             progress, started_at, completed_at, rank, submitter, open_dependencies, kept_until, events, changed_at) "
    };
}

/// Writes what transitions may have changed, of one task or of many.
macro_rules! update {
    ($number:ident) => {
        concat!(
            "UPDATE testgen.task SET status = new.status, due = new.due, process = new.process, \
                 token = new.token, attempt = new.attempt, retries = new.retries, crashes = new.crashes, \
                 cancel_requested = new.cancel_requested, failure = new.failure, session = new.session, \
                 progress = new.progress, started_at = new.started_at, completed_at = new.completed_at, \
                 rank = new.rank, submitter = new.submitter, open_dependencies = new.open_dependencies, \
                 kept_until = new.kept_until, events = new.events, changed_at = new.changed_at ",
            given!($number),
            "WHERE task.seq = new.seq"
        )
    };
}

/// Notes how far the turn of each priority has come, beside what else is written.
macro_rules! turn {
    ($had:literal) => {
        concat!(
            "WITH turn AS (INSERT INTO testgen.turn (priority, rank) SELECT priority, rank FROM ",
            $had,
            " WHERE rank > (SELECT max(rank) FROM testgen.turn WHERE turn.priority = had.priority)) "
        )
    };
}

/// Keeps what attempts left, beside what else is written.
macro_rules! kept {
    () => {
        "WITH kept AS (INSERT INTO testgen.task_result (task, result) SELECT * FROM unnest($21::bigint[], $22::text[])) "
    };
}

/// A statement that writes what transitions may have changed of these tasks, which are locked.
pub(super) fn update_tasks(tasks: &[Task]) -> Result<Statement, StoreError> {
    let statement = match tasks {
        [_] => sqlx::query(update!(one)),
        _ => sqlx::query(update!(many)),
    };
    bind_tasks(statement, tasks)
}

/// The same for tasks that were claimed, ordered by priority and rank: their ranks have had their turn.
pub(super) fn claim_tasks(tasks: &[Task]) -> Result<Statement, StoreError> {
    let turns: BTreeMap<i64, i64> =
        tasks.iter().map(|task| (i64::from(task.new.priority.as_number()), task.rank)).collect();
    let statement = match tasks {
        [_] => sqlx::query(concat!(
            turn!("(SELECT ($21::bigint[])[1] AS priority, ($22::bigint[])[1] AS rank) AS had"),
            update!(one)
        )),
        _ => sqlx::query(concat!(
            turn!("unnest($21::bigint[], $22::bigint[]) AS had (priority, rank)"),
            update!(many)
        )),
    };
    let (priorities, ranks): (Vec<i64>, Vec<i64>) = turns.into_iter().unzip();
    Ok(bind_tasks(statement, tasks)?.bind(priorities).bind(ranks))
}

/// The same for attempts that have ended, with what they left: the number of a task and its result.
pub(super) fn settle_tasks(tasks: &[Task], results: Vec<(i64, String)>) -> Result<Statement, StoreError> {
    if results.is_empty() {
        return update_tasks(tasks);
    }
    let statement = match tasks {
        [_] => sqlx::query(concat!(kept!(), update!(one))),
        _ => sqlx::query(concat!(kept!(), update!(many))),
    };
    let (numbers, results): (Vec<i64>, Vec<String>) = results.into_iter().unzip();
    Ok(bind_tasks(statement, tasks)?.bind(numbers).bind(results))
}

fn bind_tasks(statement: Statement, tasks: &[Task]) -> Result<Statement, StoreError> {
    let json = |write: &dyn Fn(&Task) -> Result<Option<String>, StoreError>| {
        tasks.iter().map(write).collect::<Result<Vec<_>, _>>()
    };
    let failures = json(&|task| task.failure.as_ref().map(rows::write_json).transpose())?;
    let sessions = json(&|task| task.session.as_ref().map(rows::write_json).transpose())?;
    let progress = json(&|task| task.progress.as_ref().map(rows::write_json).transpose())?;
    Ok(statement
        .bind(column(tasks, |task| task.seq))
        .bind(column(tasks, |task| task.status().as_str()))
        .bind(column(tasks, |task| rows::write_wait(&task.state).0))
        .bind(column(tasks, process_of))
        .bind(column(tasks, |task| task.token.cast_signed()))
        .bind(column(tasks, |task| i64::from(task.attempt)))
        .bind(column(tasks, |task| i64::from(task.retries)))
        .bind(column(tasks, |task| i64::from(task.crashes)))
        .bind(column(tasks, |task| task.cancel_requested))
        .bind(failures)
        .bind(sessions)
        .bind(progress)
        .bind(column(tasks, |task| task.started_at.map(rows::write_time)))
        .bind(column(tasks, |task| task.completed_at.map(rows::write_time)))
        .bind(column(tasks, |task| task.rank))
        .bind(column(tasks, |task| task.new.submitter.as_uuid()))
        .bind(column(tasks, |task| rows::write_wait(&task.state).1))
        .bind(column(tasks, |task| task.kept_until().map(rows::write_time)))
        .bind(column(tasks, |task| i64::from(task.events)))
        .bind(column(tasks, |task| rows::write_time(task.changed_at))))
}

/// One value of each task.
pub(super) fn column<T, V>(tasks: &[T], value: impl Fn(&T) -> V) -> Vec<V> {
    tasks.iter().map(value).collect()
}

fn process_of(task: &Task) -> Option<Uuid> {
    match task.state {
        State::Running { process } => Some(process.as_uuid()),
        _ => None,
    }
}
