//! How does a file get our schema, and who may work on the one that is there? Missing steps are applied in one transaction,
//! while other processes go on with theirs.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Executor, Row};

use super::open::{explain, explain_migration};
use super::place::Place;
use super::session::is_busy;
use crate::store::schema::{self, Schema, SchemaReport, Standing, StepThere};
use crate::store::{Release, StoreError, StoreTerms};

/// Our schema, in the order in which it grew.
static STEPS: LazyLock<Migrator> = LazyLock::new(|| sqlx::migrate!("migrations/sqlite"));

/// How long steps are tried while other processes write.
const PATIENCE: Duration = Duration::from_mins(1);

/// The steps that a program knows.
fn known(release: &Release) -> Migrator {
    release.steps(&STEPS, "_sqlx_migrations", |next| next.sqlite)
}

/// How the schema of a place without a file stands to this program's.
pub(super) fn report_of_nothing(place: &Place, terms: &StoreTerms) -> SchemaReport {
    SchemaReport::of(place.address(), &Schema::default(), &known(&terms.release))
}

/// How the schema stands to this program's.
pub(super) async fn report(
    place: &Place,
    connection: &mut SqliteConnection,
    terms: &StoreTerms,
) -> Result<SchemaReport, StoreError> {
    let known = known(&terms.release);
    let schema = read(connection).await.map_err(|error| explain(place, error))?;
    match schema.standing(&known) {
        Standing::TooNew(step) => Err(place.unusable(&schema::too_new(step, "file"))),
        Standing::Strange(_) => {
            let reason = format!("{}: move it away (with its -wal and -shm) to begin anew", schema::STRANGE);
            Err(place.unusable(&reason))
        }
        Standing::Fits | Standing::TooOld => Ok(SchemaReport::of(place.address(), &schema, &known)),
    }
}

/// Applies what is missing, and says what that was; refuses where this process may not.
pub(super) async fn bring_up_to_date(
    place: &Place,
    connection: &mut SqliteConnection,
    terms: &StoreTerms,
) -> Result<SchemaReport, StoreError> {
    let report = report(place, connection, terms).await?;
    if report.missing.is_empty() {
        return Ok(report);
    }
    if !terms.migrates || terms.is_read_only {
        return Err(place.unusable(&schema::too_old(report.found)));
    }
    let known = known(&terms.release);
    apply(connection, &known).await.map_err(|error| explain_migration(place, error))?;
    if report.found.is_some() {
        tracing::info!(store = %report.store, schema = report.release, "brought the schema up to date");
    }
    Ok(report.done())
}

/// All steps or none; by one process at a time, which holds the lock of opening.
async fn apply(connection: &mut SqliteConnection, known: &Migrator) -> Result<(), MigrateError> {
    let begin = Instant::now();
    let mut transaction = loop {
        match connection.begin_with("BEGIN IMMEDIATE").await {
            Err(error) if is_busy(&error) && begin.elapsed() < PATIENCE => {}
            outcome => break outcome?,
        }
    };
    // Not `run`: its `Acquire` makes a future that cannot be spawned.
    known.run_direct(None, &mut *transaction, false).await?;
    Ok(transaction.commit().await?)
}

/// The steps that were applied.
async fn read(connection: &mut SqliteConnection) -> Result<Schema, sqlx::Error> {
    const TABLES: &str = "SELECT count(*) FILTER (WHERE name = '_sqlx_migrations'), \
         count(*) FILTER (WHERE name = 'step') FROM sqlite_schema WHERE type = 'table'";
    const BEFORE_STEPS: &str = "SELECT version, checksum, NULL FROM _sqlx_migrations";
    const STEPS: &str =
        "SELECT version, checksum, oldest FROM _sqlx_migrations LEFT JOIN step USING (version)";
    let tables = connection.fetch_one(TABLES).await?;
    let steps = match (tables.try_get::<i64, _>(0)?, tables.try_get::<i64, _>(1)?) {
        (0, _) => return Ok(Schema::default()),
        (_, 0) => BEFORE_STEPS,
        _ => STEPS,
    };
    let mut schema = Schema::default();
    for row in connection.fetch_all(steps).await? {
        let there = StepThere { checksum: row.try_get(1)?, oldest: row.try_get(2)? };
        schema.steps.insert(row.try_get(0)?, there);
    }
    Ok(schema)
}
