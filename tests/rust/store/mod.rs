//! Where tasks live: one conformance suite on every store, what only `sqlite:` or only `postgres:` promises, and random
//! sequences of operations against a model.

/// Runs tests that take a [`subject::Subject`] on every store.
macro_rules! on_every_store {
    ($($name:ident,)+) => {
        mod memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::store::subject::Subject::memory().await).await;
            })+
        }

        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::store::subject::Subject::sqlite().await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let Some(subject) = crate::store::subject::Subject::postgres().await else { return };
                super::$name(subject).await;
            })+
        }
    };
}

mod access;
mod attempts;
mod between;
mod cancelling;
mod chains;
mod clock;
mod death;
mod dependencies;
mod events;
mod faults;
pub(crate) mod faulty_files;
mod feeds;
mod figures;
mod keys;
mod leases;
mod limits;
mod lingering;
mod listing;
mod model;
mod order;
mod pair;
mod parcels;
pub(crate) mod postgres;
mod processes;
mod projects;
mod pruning;
mod retries;
mod sessions;
mod sqlite_files;
pub(crate) mod subject;
mod submission;
mod times;
mod together;
mod webhooks;
