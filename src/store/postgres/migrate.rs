//! How does a database get our schema, and who may work on the one that is there? Missing steps are applied in one
//! transaction, under a lock of ours, so that ten processes may open it at one moment.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, Row};

use super::address::PostgresAddress;
use super::explain::{explain, explain_migration, is_in_the_way, is_passing, unusable};
use super::open::connect;
use crate::store::schema::{self, Schema, SchemaReport, Standing, StepThere};
use crate::store::{Release, StoreError, StoreTerms};

/// Our schema, in the order in which it grew.
static STEPS: LazyLock<Migrator> = LazyLock::new(|| sqlx::migrate!("migrations/postgres"));

/// Under this lock steps are applied: whoever wants to do so waits for those that do so before.
const LOCK: &str = "SELECT pg_advisory_xact_lock(8028057265870602241)";

/// A step that waits for a table holds up everyone who comes after it: it soon lets them pass, and tries again.
const LET_OTHERS_PASS: &str = "SET LOCAL lock_timeout = '2s'";

/// How long steps are tried that others are in the way of.
const PATIENCE: Duration = Duration::from_mins(1);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// What a look at a database tells.
pub(super) struct Found {
    schema: Schema,
    /// Why nothing can be written, where that is so.
    pub(super) takes_no_writes: Option<String>,
}

/// The steps that a program knows.
fn known(release: &Release) -> Migrator {
    release.steps(&STEPS, "testgen.migration", |next| next.postgres)
}

/// Looks how the schema stands to this program's; changes nothing.
pub(super) async fn report(
    address: &PostgresAddress,
    terms: &StoreTerms,
) -> Result<SchemaReport, StoreError> {
    let known = known(&terms.release);
    let (connection, Found { schema, .. }) = look_first(address, terms).await?;
    connection.close().await.ok();
    judge(address, &schema, &known)?;
    Ok(SchemaReport::of(address.to_string(), &schema, &known))
}

/// Applies what is missing, and says what that was.
pub(super) async fn migrate(
    address: &PostgresAddress,
    terms: &StoreTerms,
) -> Result<SchemaReport, StoreError> {
    let (mut connection, found) = look_first(address, terms).await?;
    let done = async {
        let known = known(&terms.release);
        match (judge(address, &found.schema, &known)?, &found.takes_no_writes) {
            (Standing::TooOld, Some(why)) => Err(unusable(address, why)),
            (Standing::TooOld, None) => apply(&mut connection, address, &known).await,
            _ => Ok(SchemaReport::of(address.to_string(), &found.schema, &known)),
        }
    };
    let outcome = done.await;
    connection.close().await.ok();
    outcome
}

/// Makes sure that this process may work on the schema, which it brings up to date if it may.
pub(super) async fn prepare(address: &PostgresAddress, terms: &StoreTerms) -> Result<Found, StoreError> {
    let (mut connection, found) = look_first(address, terms).await?;
    let done = async {
        let known = known(&terms.release);
        if judge(address, &found.schema, &known)? == Standing::TooOld {
            let reason = match &found.takes_no_writes {
                _ if terms.is_read_only || !terms.migrates => schema::too_old(found.schema.version()),
                Some(why) => format!("{}; it {why}", schema::too_old(found.schema.version())),
                None => {
                    apply(&mut connection, address, &known).await?;
                    return look(&mut connection, address).await;
                }
            };
            return Err(unusable(address, &reason));
        }
        Ok(found)
    };
    let outcome = done.await;
    connection.close().await.ok();
    outcome
}

/// Refuses a schema on which a program cannot work.
fn judge(address: &PostgresAddress, schema: &Schema, known: &Migrator) -> Result<Standing, StoreError> {
    match schema.standing(known) {
        Standing::TooNew(step) => Err(unusable(address, &schema::too_new(step, "database"))),
        Standing::Strange(_) => {
            let reason = format!("{}: `DROP SCHEMA testgen CASCADE` to begin anew", schema::STRANGE);
            Err(unusable(address, &reason))
        }
        standing => Ok(standing),
    }
}

/// A connection of its own, and what it shows. Behind a pooler by transactions a notification may come to whom it is not
/// for, which breaks the connection: then another one is made.
async fn look_first(
    address: &PostgresAddress,
    terms: &StoreTerms,
) -> Result<(PgConnection, Found), StoreError> {
    let begin = Instant::now();
    loop {
        let mut connection = connect(address, terms).await?;
        match look(&mut connection, address).await {
            Err(StoreError::Database(error)) if is_passing(&error) && begin.elapsed() < terms.retry => {
                tracing::debug!(%error, "the first connection broke: another one is made");
            }
            found => return Ok((connection, found?)),
        }
    }
}

/// What there is, without any lock.
async fn look(connection: &mut PgConnection, address: &PostgresAddress) -> Result<Found, StoreError> {
    const PLACE: &str = "SELECT to_regclass('testgen.migration') IS NOT NULL, \
             to_regclass('testgen.step') IS NOT NULL, pg_is_in_recovery(), \
             current_setting('transaction_read_only')::boolean, \
             coalesce(bool_and(has_table_privilege(task, may)), true) \
         FROM (SELECT to_regclass('testgen.task')::oid AS task) AS here, \
             unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS may \
         GROUP BY task";
    let explain = |error: sqlx::Error| explain(address, error);
    let row = connection.fetch_one(PLACE).await.map_err(explain)?;
    let is = |index: usize| row.try_get::<bool, _>(index).map_err(explain);
    let schema = match (is(0)?, is(1)?) {
        (false, _) => Schema::default(),
        (true, has_steps) => read(connection, has_steps).await.map_err(explain)?,
    };
    let takes_no_writes = match (is(2)?, is(3)?, is(4)?) {
        (true, _, _) => Some(
            "takes no writes, since it is a standby: name the primary server to submit, cancel or run tasks"
                .to_owned(),
        ),
        (_, true, _) => Some(
            "takes no writes (default_transaction_read_only is on): name the primary server, or turn that off, to \
             submit, cancel or run tasks"
                .to_owned(),
        ),
        (_, _, false) => {
            let user = address.user();
            Some(format!(
                "takes no writes from user {user:?}: `GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA testgen TO \
                 {user}` to submit, cancel or run tasks"
            ))
        }
        _ => None,
    };
    Ok(Found { schema, takes_no_writes })
}

/// The steps that were applied.
async fn read(connection: &mut PgConnection, has_steps: bool) -> Result<Schema, sqlx::Error> {
    const BEFORE_STEPS: &str = "SELECT version, checksum, NULL::bigint FROM testgen.migration";
    const STEPS: &str =
        "SELECT version, checksum, oldest FROM testgen.migration LEFT JOIN testgen.step USING (version)";
    let mut schema = Schema::default();
    for row in connection.fetch_all(if has_steps { STEPS } else { BEFORE_STEPS }).await? {
        let there = StepThere { checksum: row.try_get(1)?, oldest: row.try_get(2)? };
        schema.steps.insert(row.try_get(0)?, there);
    }
    Ok(schema)
}

/// Applies what is missing, however long others are in the way.
async fn apply(
    connection: &mut PgConnection,
    address: &PostgresAddress,
    known: &Migrator,
) -> Result<SchemaReport, StoreError> {
    let begin = Instant::now();
    loop {
        match apply_once(connection, address, known).await {
            Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _))
                if is_in_the_way(&error) && begin.elapsed() < PATIENCE =>
            {
                tracing::debug!(%error, "others are at work on what the schema changes: trying again");
                tokio::time::sleep(PAUSE).await;
            }
            outcome => {
                let report = outcome.map_err(|error| explain_migration(address, error))?;
                if !report.applied.is_empty() {
                    tracing::info!(store = %address, schema = report.release, "brought the schema up to date");
                }
                return Ok(report);
            }
        }
    }
}

/// One transaction: all steps or none, by one process at a time.
async fn apply_once(
    connection: &mut PgConnection,
    address: &PostgresAddress,
    known: &Migrator,
) -> Result<SchemaReport, MigrateError> {
    // Asked for first: making a schema needs a right that using it does not.
    const IS_THERE: &str = "SELECT FROM pg_namespace WHERE nspname = 'testgen'";
    const HAS_STEPS: &str = "SELECT to_regclass('testgen.migration') IS NOT NULL, \
         to_regclass('testgen.step') IS NOT NULL";
    let mut transaction = connection.begin().await?;
    transaction.execute(LOCK).await?;
    transaction.execute(LET_OTHERS_PASS).await?;
    if transaction.fetch_optional(IS_THERE).await?.is_none() {
        transaction.execute("CREATE SCHEMA testgen").await?;
    }
    // What others did before us under this lock.
    let row = transaction.fetch_one(HAS_STEPS).await?;
    let schema = match (row.try_get(0)?, row.try_get(1)?) {
        (false, _) => Schema::default(),
        (true, has_steps) => read(&mut transaction, has_steps).await?,
    };
    let report = SchemaReport::of(address.to_string(), &schema, known);
    if !report.missing.is_empty() {
        // Names of statements that others left on a connection of a pooler, and those that we leave.
        let forget = async |transaction: &mut PgConnection| {
            if address.is_pooled() { transaction.execute("DEALLOCATE ALL").await.map(drop) } else { Ok(()) }
        };
        forget(&mut transaction).await?;
        // Not `run`: its `Acquire` makes a future that cannot be spawned.
        known.run_direct(None, &mut *transaction, false).await?;
        forget(&mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(report.done())
}
