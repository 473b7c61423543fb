//! `migrate` and its check: what is missing is said, and applied once; who may not do so is told who may.

use std::fs;

use _core::store::{AnyStore, SchemaReport, Store, StoreLocation, StoreTerms};

use super::{breaking_release, never, next_release, open};
use crate::store::subject::Place;
use crate::support::noop;

/// The steps of this program.
const ALL: [i64; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

on_both_stores! {
    a_check_of_nothing_lists_every_step_and_makes_nothing,
    what_is_missing_is_applied_once,
    a_check_after_an_upgrade_lists_what_is_new,
    who_may_not_migrate_is_told_what_to_run,
    a_step_that_fails_leaves_the_schema_as_it_was,
    a_newer_schema_that_forbids_it_is_refused_by_every_command,
}

async fn check(location: &StoreLocation, terms: &StoreTerms) -> SchemaReport {
    AnyStore::look_at_schema(location, terms).await.unwrap()
}

async fn migrate(location: &StoreLocation, terms: &StoreTerms) -> SchemaReport {
    AnyStore::migrate(location, terms).await.unwrap()
}

fn versions(steps: &[_core::store::Step]) -> Vec<i64> {
    steps.iter().map(|step| step.version).collect()
}

async fn a_check_of_nothing_lists_every_step_and_makes_nothing(place: Place) {
    let location = place.location();
    for _ in 0..2 {
        let report = check(&location, &StoreTerms::default()).await;
        assert_eq!((report.found, versions(&report.missing)), (None, ALL.to_vec()));
        assert_eq!((report.store, report.applied), (location.to_string(), vec![]));
    }
    if let StoreLocation::Sqlite(path) = location {
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

async fn what_is_missing_is_applied_once(place: Place) {
    let location = place.location();
    let report = migrate(&location, &StoreTerms::default()).await;
    assert_eq!((report.found, versions(&report.applied)), (None, ALL.to_vec()));
    assert!(report.missing.is_empty());

    let again = migrate(&location, &StoreTerms::default()).await;
    assert_eq!((again.found, again.applied, again.missing), (Some(10), vec![], vec![]));
    open(&location, &never(StoreTerms::default())).await.unwrap().close().await;
}

async fn a_check_after_an_upgrade_lists_what_is_new(place: Place) {
    let location = place.location();
    migrate(&location, &StoreTerms::default()).await;
    let report = check(&location, &next_release()).await;
    assert_eq!((report.found, report.release, versions(&report.missing)), (Some(10), 9001, vec![9001]));

    let done = migrate(&location, &never(next_release())).await;
    assert_eq!(versions(&done.applied), [9001], "the command migrates whatever the setting says");
    let after = check(&location, &next_release()).await;
    assert_eq!((after.found, after.missing), (Some(9001), vec![]));
}

async fn who_may_not_migrate_is_told_what_to_run(place: Place) {
    let location = place.location();
    for (terms, there) in
        [(StoreTerms::default(), "has no schema yet"), (next_release(), "has the old schema 10")]
    {
        let error = open(&location, &never(terms.clone())).await.unwrap_err().to_string();
        assert!(error.contains(there) && error.contains("openhands-testgen migrate"), "{error}");
        migrate(&location, &terms).await;
        open(&location, &never(terms)).await.unwrap().close().await;
    }
}

async fn a_step_that_fails_leaves_the_schema_as_it_was(place: Place) {
    let location = place.location();
    let store = open(&location, &StoreTerms::default()).await.unwrap();
    let failing = super::release(_core::store::NextStep {
        version: 9001,
        postgres: "ALTER TABLE testgen.task ADD COLUMN shade text; INSERT INTO nowhere VALUES (1)",
        sqlite: "ALTER TABLE task ADD COLUMN shade TEXT; INSERT INTO nowhere VALUES (1)",
    });
    let error = AnyStore::migrate(&location, &failing).await.unwrap_err().to_string();
    assert!(error.contains("nowhere"), "{error}");

    let report = check(&location, &next_release()).await;
    assert_eq!((report.found, versions(&report.missing)), (Some(10), vec![9001]));
    store.submit(noop()).await.unwrap();
    assert_eq!(versions(&migrate(&location, &next_release()).await.applied), [9001]);
    store.close().await;
}

async fn a_newer_schema_that_forbids_it_is_refused_by_every_command(place: Place) {
    let location = place.location();
    migrate(&location, &breaking_release()).await;
    let ours = StoreTerms::default();
    for error in [
        open(&location, &ours).await.unwrap_err(),
        open(&location, &ours.clone().only_reading()).await.unwrap_err(),
        AnyStore::look_at_schema(&location, &ours).await.unwrap_err(),
        AnyStore::migrate(&location, &ours).await.unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(error.contains("newer release") && error.contains("9001"), "{error}");
        assert!(error.contains("upgrade the package"), "{error}");
    }
}

#[tokio::test]
async fn a_store_in_memory_has_no_schema() {
    let error = AnyStore::look_at_schema(&StoreLocation::Memory, &StoreTerms::default()).await.unwrap_err();
    assert!(error.to_string().contains("OPENHANDS_STORE"), "{error}");
}
