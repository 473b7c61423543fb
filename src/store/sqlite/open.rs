//! How does a file become a store? Under a lock beside it, so that two processes may open it at one moment.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row};

use super::migrate;
use super::place::Place;
use super::presence::{Neighbours, Presence};
use super::reader::Reader;
use super::session::{Session, primary_code};
use super::store::SqliteStore;
use super::writer::Writer;
use crate::store::{Clock, SchemaReport, StoreError, StoreTerms, open_files, schema};
use crate::task::ProcessId;

/// "OHTG": tells our file from any other program's database.
const APPLICATION_ID: i64 = 1_330_140_231;
const MARK_AS_OURS: &str = "PRAGMA application_id = 1330140231";

/// How long one statement waits for another process before it says `SQLITE_BUSY`.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many reads go on at once.
const MAX_READERS: u32 = 4;

/// Opens the store, and makes it where there is none.
pub(super) async fn open(
    path: &Path,
    clock: Clock,
    linger: Duration,
    terms: &StoreTerms,
) -> Result<SqliteStore, StoreError> {
    let place = Place::of(path)?;
    if terms.is_read_only {
        return look_on(place, clock, terms).await;
    }
    if !terms.migrates && !place.database().exists() {
        return Err(place.unusable(&schema::too_old(None)));
    }
    let process = ProcessId::fresh();
    let (connection, presence, _) = begin(&place, process, terms).await?;
    Ok(assemble(connection, place, presence, clock, linger))
}

/// Opens the store to be read: no file is made or locked, and no row written.
async fn look_on(place: Place, clock: Clock, terms: &StoreTerms) -> Result<SqliteStore, StoreError> {
    let place = place.only_read();
    let mut connection = connect_to_read(&place).await?;
    migrate::bring_up_to_date(&place, &mut connection, terms).await?;
    let presence = Presence::observe(&place, ProcessId::fresh());
    Ok(assemble(connection, place, presence, clock, Duration::ZERO))
}

/// How the schema stands to this program's; changes nothing.
pub(super) async fn look_at_schema(path: &Path, terms: &StoreTerms) -> Result<SchemaReport, StoreError> {
    let place = Place::of(path)?.only_read();
    if !place.database().exists() {
        return Ok(migrate::report_of_nothing(&place, terms));
    }
    let mut connection = connect_to_read(&place).await?;
    let report = migrate::report(&place, &mut connection, terms).await;
    connection.close().await.ok();
    report
}

/// Applies what the schema lacks, and says what that was.
pub(super) async fn migrate(path: &Path, terms: &StoreTerms) -> Result<SchemaReport, StoreError> {
    let place = Place::of(path)?;
    let (connection, presence, report) = begin(&place, ProcessId::fresh(), terms).await?;
    connection.close().await.ok();
    presence.end();
    Ok(report)
}

/// Takes part, with a connection to a file of our schema.
async fn begin(
    place: &Place,
    process: ProcessId,
    terms: &StoreTerms,
) -> Result<(SqliteConnection, Presence, SchemaReport), StoreError> {
    let (opening, presence, neighbours) = prepare(place.clone(), process).await?;
    let is_suspect = !neighbours.live && (neighbours.died || place.has_leftover_log());
    let connected = connect(place, is_suspect, terms).await;
    let (connection, report) = connected.inspect_err(|_| presence.end())?;
    drop(opening);
    Ok((connection, presence, report))
}

fn assemble(
    connection: SqliteConnection,
    place: Place,
    presence: Presence,
    clock: Clock,
    linger: Duration,
) -> SqliteStore {
    let (process, reader) = (presence.process(), Reader::new(place.clone()));
    let session = Session::new(connection, place, process, clock.clone());
    let writer = Writer::start(session, linger);
    let presence = Arc::new(presence);
    SqliteStore { writer, reader, presence, limits: Mutex::default(), process, clock }
}

/// Takes the lock of opening, and makes the files; on a thread that may block.
async fn prepare(place: Place, process: ProcessId) -> Result<(File, Presence, Neighbours), StoreError> {
    let prepared = tokio::task::spawn_blocking(move || {
        let opening = place.lock_for_opening()?;
        place.create_database()?;
        open_files::note(place.database());
        let (presence, neighbours) = Presence::begin(&place, process)
            .map_err(|error| place.unusable(&format!("this process cannot announce itself: {error}")))?;
        Ok((opening, presence, neighbours))
    });
    prepared.await.map_err(|_| StoreError::Closed)?
}

/// The writer's connection, to a file that is surely ours and of our schema. One that was not left cleanly is
/// checked as a whole before anything is written to it.
async fn connect(
    place: &Place,
    is_suspect: bool,
    terms: &StoreTerms,
) -> Result<(SqliteConnection, SchemaReport), StoreError> {
    let explain = |error: sqlx::Error| explain(place, error);
    let mut connection = write_options(place).connect().await.map_err(explain)?;
    mark_as_ours(place, &mut connection).await?;
    if is_suspect {
        check(place, &mut connection).await?;
    }
    let mode = "PRAGMA journal_mode = WAL";
    sqlx::query(mode).fetch_one(&mut connection).await.map_err(explain)?;
    let report = migrate::bring_up_to_date(place, &mut connection, terms).await?;
    Ok((connection, report))
}

/// A connection that cannot write, to a file that is ours.
async fn connect_to_read(place: &Place) -> Result<SqliteConnection, StoreError> {
    if !place.database().is_file() {
        return Err(place.unusable("is not there: there is nothing to read"));
    }
    open_files::note(place.database());
    let explain = |error: sqlx::Error| explain(place, error);
    let mut connection = read_options(place).connect().await.map_err(explain)?;
    let row = sqlx::query(WHOSE).fetch_one(&mut connection).await.map_err(explain)?;
    match (row.try_get(0)?, row.try_get(1)?) {
        (APPLICATION_ID, _) | (0, 0_i64) => Ok(connection),
        _ => Err(place.unusable(THEIRS)),
    }
}

/// Reads the whole file, so that damage is named at the start and not met later, by whoever comes upon it.
async fn check(place: &Place, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let explain = |error: sqlx::Error| explain(place, error);
    let row = sqlx::query("PRAGMA quick_check(1)").fetch_one(connection).await.map_err(explain)?;
    match row.try_get::<&str, _>(0)? {
        "ok" => Ok(()),
        damage => Err(place.unusable(&format!("{DAMAGED} ({})", damage.replace('\n', " ")))),
    }
}

/// What to do about a damaged file. Nothing is begun anew behind anyone's back.
const DAMAGED: &str = "is damaged: restore a copy of it; or save what can be read with \
     `sqlite3 FILE .recover | sqlite3 NEW`; or move it away (with its -wal and -shm) to begin anew";

/// Asks whose a file is, and whether it holds anything.
const WHOSE: &str = "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id";

const THEIRS: &str = "is another program's database: name another file with OPENHANDS_STORE=sqlite:PATH";

/// Marks a new file as ours. Another program's database is not touched.
async fn mark_as_ours(place: &Place, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let explain = |error: sqlx::Error| explain(place, error);
    let row = sqlx::query(WHOSE).fetch_one(&mut *connection).await.map_err(explain)?;
    match (row.try_get(0)?, row.try_get(1)?) {
        (APPLICATION_ID, _) => Ok(()),
        (0, 0_i64) => sqlx::query(MARK_AS_OURS).execute(connection).await.map(drop).map_err(explain),
        _ => Err(place.unusable(THEIRS)),
    }
}

/// Read-only connections, made when they are needed.
pub(super) fn reading_pool(place: &Place) -> SqlitePool {
    SqlitePoolOptions::new().max_connections(MAX_READERS).connect_lazy_with(read_options(place))
}

/// The writer's connection again, after a pause.
pub(super) async fn reconnect(place: &Place) -> Result<SqliteConnection, StoreError> {
    let options = if place.is_only_read() { read_options(place) } else { write_options(place) };
    options.connect().await.map_err(|error| explain(place, error))
}

fn write_options(place: &Place) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(place.database())
        .busy_timeout(BUSY_TIMEOUT)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // Checkpoints cost two more fsyncs: one in about 16 MB of log keeps them out of the count.
        .pragma("wal_autocheckpoint", "4000")
        .disable_statement_logging()
}

fn read_options(place: &Place) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(place.database())
        .busy_timeout(BUSY_TIMEOUT)
        .read_only(true)
        .disable_statement_logging()
}

/// Says what is wrong with a file, and the way out, where `SQLite` says no more than a number.
pub(super) fn explain(place: &Place, error: sqlx::Error) -> StoreError {
    const READ_ONLY: i64 = 8;
    const CORRUPT: i64 = 11;
    const FULL: i64 = 13;
    const CANNOT_OPEN: i64 = 14;
    const NOT_A_DATABASE: i64 = 26;
    match primary_code(&error) {
        Some(CORRUPT) => place.unusable(DAMAGED),
        Some(FULL) => place.unusable("the disk is full: nothing was written; make room and try again"),
        Some(NOT_A_DATABASE) => place.unusable(
            "is not a database: move it away, or name another file with OPENHANDS_STORE=sqlite:PATH",
        ),
        Some(READ_ONLY | CANNOT_OPEN) => place.unusable(&format!(
            "cannot be opened{}: {error}; look at the rights of the file and its folder{}",
            if place.is_only_read() { "" } else { " for writing" },
            if place.is_only_read() { "" } else { ", or set OPENHANDS_STORE_READ_ONLY=1 to look on" }
        )),
        _ => StoreError::Database(error),
    }
}

/// What is wrong with a step.
pub(super) fn explain_migration(place: &Place, error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain(place, error),
        other => place.unusable(&format!("its schema cannot be brought up to date: {other}")),
    }
}
