//! Two roles: one that may make tables migrates, the other works with rows alone; a third may only look.

use _core::engine::{Engine, EngineOptions};
use _core::store::{AnyStore, Store, StoreError, StoreLocation, StoreTerms};

use super::{PATIENCE, never, next_release, open};
use crate::postgres::Database;
use crate::store::subject::lanes;
use crate::support::noop;

/// Three users of a database: who owns the schema, who works, who looks.
struct Roles {
    database: Database,
    owner: String,
    worker: String,
    observer: String,
}

impl Roles {
    /// Makes them, with the rights that docs/scaling.md names.
    async fn make() -> Option<Self> {
        let database = Database::empty().await?;
        let [owner, worker, observer] = ["owner", "worker", "observer"]
            .map(|role| format!("otg_{role}_{}", uuid::Uuid::new_v4().simple()));
        for role in [&owner, &worker, &observer] {
            database.run(format!("CREATE ROLE {role} LOGIN")).await;
        }
        let grant = format!(
            "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO {owner}', current_database()); END $$"
        );
        database.run(grant).await;
        Some(Self { database, owner, worker, observer })
    }

    /// The database as one of them finds it.
    fn location(&self, role: &str) -> StoreLocation {
        let url = self.database.url();
        let place = url.split_once('@').unwrap().1;
        let url = format!("postgres://{role}@{place}");
        StoreLocation::parse(&url, std::path::Path::new("/")).unwrap()
    }

    /// The statements that the page on scaling shows, with these names.
    fn grants(&self) -> String {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scaling.md")).unwrap();
        let shown = page.split("```sql\n").nth(1).unwrap().split("```").next().unwrap();
        shown
            .replace("testgen_owner", &self.owner)
            .replace("testgen_worker", &self.worker)
            .replace("testgen_observer", &self.observer)
    }

    async fn as_owner(&self, statements: String) {
        self.database.run(format!("SET ROLE {}; {statements}", self.owner)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_migrates_a_worker_works_with_rows_alone_and_an_observer_looks() {
    let Some(roles) = Roles::make().await else { return };
    let worker = roles.location(&roles.worker);
    AnyStore::migrate(&roles.location(&roles.owner), &StoreTerms::default()).await.unwrap();
    roles.as_owner(roles.grants()).await;

    let options = EngineOptions { store: never(StoreTerms::default()), ..EngineOptions::without_workers() };
    let engine = Engine::open(&worker, options.with_quick_kinds()).await.unwrap();
    let id = engine.submit(noop()).await.unwrap().id();
    assert!(engine.wait(id, Some(PATIENCE)).await.unwrap().is_success());
    let place = engine.follow("".into()).await.unwrap();
    let followed = engine.submit(noop()).await.unwrap().id();
    assert_eq!(engine.feed("".into(), place, PATIENCE).await.unwrap().events[0].task, followed);
    assert!(engine.wait(followed, Some(PATIENCE)).await.unwrap().is_success());

    let observer = open(&roles.location(&roles.observer), &StoreTerms::default()).await.unwrap();
    assert_eq!(observer.stats().await.unwrap().completed, 2);
    assert_eq!(observer.members().await.unwrap().len(), 1);
    let refused = observer.submit(noop()).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused:?}");
    let refused = observer.join(&lanes(), PATIENCE).await.unwrap_err().to_string();
    assert!(refused.contains(&roles.observer) && refused.contains("GRANT INSERT"), "{refused}");
    observer.close().await;
    engine.stop(PATIENCE).await;
}

#[tokio::test]
async fn a_worker_that_meets_an_old_schema_is_told_to_have_it_migrated_and_goes_on_after_that() {
    let Some(roles) = Roles::make().await else { return };
    let (owner, worker) = (roles.location(&roles.owner), roles.location(&roles.worker));
    AnyStore::migrate(&owner, &StoreTerms::default()).await.unwrap();
    roles.as_owner(roles.grants()).await;

    let error = open(&worker, &never(next_release())).await.unwrap_err().to_string();
    assert!(error.contains("openhands-testgen migrate"), "{error}");
    let error = open(&worker, &next_release()).await.unwrap_err().to_string();
    assert!(error.contains("openhands-testgen migrate") && error.contains(&roles.worker), "{error}");

    AnyStore::migrate(&owner, &next_release()).await.unwrap();
    let store = open(&worker, &never(next_release())).await.unwrap();
    store.submit(noop()).await.unwrap();
    assert_eq!(store.claim(&lanes(), 1).await.unwrap().len(), 1);
    store.close().await;
}
