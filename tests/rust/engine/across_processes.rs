//! Two engines on one store, as two processes have them.

use _core::task::TaskStatus;

use super::*;
use crate::postgres::Database;

/// Where both engines have their store: gone with this.
enum Place {
    Folder(tempfile::TempDir),
    Database(Database),
}

impl Place {
    fn location(&self) -> StoreLocation {
        match self {
            Self::Folder(folder) => StoreLocation::Sqlite(folder.path().join("tasks.db")),
            Self::Database(database) => StoreLocation::Postgres(Box::new(database.address())),
        }
    }

    async fn open(&self, options: EngineOptions) -> Engine {
        Engine::open(&self.location(), options).await.expect("the store opens")
    }
}

macro_rules! on_every_shared_store {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Place::Folder(tempfile::tempdir().unwrap())).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let Some(database) = super::Database::fresh().await else { return };
                super::$name(super::Place::Database(database)).await;
            })+
        }
    };
}

on_every_shared_store! {
    a_task_submitted_here_runs_there_and_its_end_is_noticed_here,
    a_task_that_runs_there_can_be_cancelled_from_here,
}

async fn a_task_submitted_here_runs_there_and_its_end_is_noticed_here(place: Place) {
    let here = place.open(EngineOptions::without_workers()).await;
    let there = place.open(echo()).await;
    assert!(here.has_worker(&lane()).await.unwrap());

    let id = submit(&here, "crosses over").await;

    let finished = here.wait(id, Some(PATIENCE)).await.unwrap();
    assert_eq!(finished.result.as_deref(), Some(&json!({ "note": "crosses over" })));
    there.stop(Duration::ZERO).await;
    assert!(!here.has_worker(&lane()).await.unwrap());
    here.stop(Duration::ZERO).await;
}

async fn a_task_that_runs_there_can_be_cancelled_from_here(place: Place) {
    let (gate, mut arrivals) = Gate::new();
    let there = place.open(Gate::options(&gate, 1)).await;
    let here = place.open(EngineOptions::without_workers()).await;
    let id = submit(&here, "runs there").await;
    arrival(&mut arrivals).await;

    let cancelled = here.cancel(id).await.unwrap();

    assert_eq!(cancelled.status(), TaskStatus::Cancelled);
    there.stop(Duration::ZERO).await;
    here.stop(Duration::ZERO).await;
}
