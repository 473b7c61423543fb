//! What does an error of the database mean, and what is to be done about it? No message ever holds a password.

use std::io;

use sqlx::migrate::MigrateError;

use super::address::PostgresAddress;
use super::encryption;
use crate::store::StoreError;

/// An error that names the store.
pub(super) fn unusable(address: &PostgresAddress, reason: &str) -> StoreError {
    StoreError::Unusable { location: address.to_string(), reason: reason.to_owned() }
}

/// What the database said, with the way out where there is one.
pub(super) fn explain(address: &PostgresAddress, error: sqlx::Error) -> StoreError {
    let reason = match &error {
        sqlx::Error::PoolClosed => return StoreError::Closed,
        sqlx::Error::PoolTimedOut => {
            "gave no connection in time: look whether the server is overloaded, or has reached its \
             max_connections"
                .to_owned()
        }
        sqlx::Error::Io(io) => unreachable(address, io),
        sqlx::Error::Tls(tls) => encryption::of_request(tls.as_ref()),
        sqlx::Error::Configuration(wrong) => {
            format!("its address cannot be used ({wrong}): look at sslcert and sslkey in OPENHANDS_STORE")
        }
        _ => match code(&error).as_deref() {
            Some(code) => by_code(code, address, &error),
            None => return StoreError::Database(error),
        },
    };
    unusable(address, &reason)
}

fn unreachable(address: &PostgresAddress, error: &io::Error) -> String {
    if let Some(reason) = encryption::of_handshake(error) {
        return reason;
    }
    if error.kind() == io::ErrorKind::NotFound && !address.is_socket() {
        return format!(
            "a file that its address names cannot be read ({error}): look at sslrootcert, sslcert and sslkey in \
             OPENHANDS_STORE, and at PGSSLROOTCERT, PGSSLCERT and PGSSLKEY"
        );
    }
    format!(
        "cannot be reached ({error}): look whether the server runs, and whether host and port in OPENHANDS_STORE are its"
    )
}

fn by_code(code: &str, address: &PostgresAddress, error: &sqlx::Error) -> String {
    let (user, database) = (address.user(), address.database());
    match code {
        "28000" if error.to_string().contains("no encryption") => format!(
            "takes nobody without TLS ({error}): set sslmode=require or sslmode=verify-full in OPENHANDS_STORE"
        ),
        "28000" if error.to_string().contains("certificate") => format!(
            "asks user {user:?} for a certificate ({error}): name one of that user with sslcert and its key with sslkey in \
             OPENHANDS_STORE"
        ),
        "28P01" | "28000" => {
            format!(
                "refuses user {user:?} ({error}): look at user and password in OPENHANDS_STORE, or set PGPASSFILE"
            )
        }
        "3D000" => format!(
            "there is no database {database:?}: make it with `createdb {database}`, or name another one"
        ),
        "42501" => format!(
            "user {user:?} may not do that ({error}): `GRANT CREATE ON DATABASE {database} TO {user}`, or let the owner \
             of its schema testgen run `openhands-testgen migrate` and grant what docs/scaling.md says"
        ),
        "53300" => {
            format!("has no connection left ({error}): raise its max_connections, or run fewer processes")
        }
        "25006" => format!("takes no writes ({error}): name the primary server and not a standby"),
        "53100" => format!("its disk is full ({error}): nothing was written"),
        "26000" | "42P05" => format!(
            "a pooler mixes up prepared statements ({error}): add `?statement-cache-capacity=0` to OPENHANDS_STORE, or \
             pool by session"
        ),
        "57014" => format!(
            "took longer than a statement may ({error}): raise OPENHANDS_STORE_STATEMENT_SECONDS, or look in \
             pg_stat_activity what holds it up"
        ),
        _ if is_in_the_way(error) => format!(
            "others are in the way ({error}): nothing was written; look in pg_stat_activity who holds a lock for long"
        ),
        _ if is_passing(error) => {
            format!(
                "went away ({error}): nothing is lost that was answered; try again when the server is back"
            )
        }
        _ => format!("the database refused: {error}"),
    }
}

/// The five letters by which the database names an error.
fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Whether the same may well be possible a moment later: a connection that was lost, a server that starts or stops, two
/// transactions that were in each other's way.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => code(error).is_some_and(|code| {
            let is_away = matches!(&*code, "57P01" | "57P02" | "57P03" | "25P03") || code.starts_with("08");
            is_away || is_in_the_way(error)
        }),
    }
}

/// Whether what others do was in the way.
pub(super) fn is_in_the_way(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| matches!(&*code, "40001" | "40P01" | "55P03"))
}

/// Whether a server says that nothing can be changed on it.
pub(super) fn takes_no_writes(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "25006")
}

/// Whether a server says that it takes no connections yet, or no more.
pub(super) fn is_starting(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "57P03")
}

/// What is wrong with the schema.
pub(super) fn explain_migration(address: &PostgresAddress, error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain(address, error),
        other => unusable(address, &format!("its schema cannot be brought up to date: {other}")),
    }
}
