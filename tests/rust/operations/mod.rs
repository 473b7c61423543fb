//! What an operator does with a store: brings its schema up to date while others work, lets some only look, bounds
//! connections, and asks for TLS.

/// Runs tests that take a [`crate::store::subject::Place`] on both stores that outlive a process.
macro_rules! on_both_stores {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::store::subject::Place::folder()).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(database) = crate::postgres::Database::empty().await else { return };
                super::$name(crate::store::subject::Place::Database(database)).await;
            })+
        }
    };
}

mod encryption;
mod fleet;
mod migrating;
mod pooler;
mod pools;
mod reading;
mod roles;
mod rolling;

use std::time::Duration;

use _core::store::{AnyStore, Clock, NextStep, Release, StoreError, StoreLocation, StoreTerms};

/// Long enough for anything that happens at all.
const PATIENCE: Duration = Duration::from_mins(2);

/// A program of the next release. Its step adds a column and an index, and older programs may go on.
fn next_release() -> StoreTerms {
    release(NextStep {
        version: 9001,
        postgres: "ALTER TABLE testgen.task ADD COLUMN shade text NOT NULL DEFAULT 'none'; \
             CREATE INDEX task_shade ON testgen.task (shade); \
             INSERT INTO testgen.step (version, oldest) VALUES (9001, 5)",
        sqlite: "ALTER TABLE task ADD COLUMN shade TEXT NOT NULL DEFAULT 'none'; \
             CREATE INDEX task_shade ON task (shade); INSERT INTO step (version, oldest) VALUES (9001, 5)",
    })
}

/// A program of a release whose step older programs cannot work on.
fn breaking_release() -> StoreTerms {
    release(NextStep {
        version: 9001,
        postgres: "INSERT INTO testgen.step (version, oldest) VALUES (9001, 9001)",
        sqlite: "INSERT INTO step (version, oldest) VALUES (9001, 9001)",
    })
}

fn release(step: NextStep) -> StoreTerms {
    StoreTerms { release: Release::with_next(step), ..StoreTerms::default() }
}

/// The same terms for a process that may not change the schema.
fn never(terms: StoreTerms) -> StoreTerms {
    StoreTerms { migrates: false, ..terms }
}

async fn open(location: &StoreLocation, terms: &StoreTerms) -> Result<AnyStore, StoreError> {
    AnyStore::open_on(location, Clock::System, terms).await
}
