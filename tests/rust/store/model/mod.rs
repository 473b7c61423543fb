//! Random sequences of operations on every store against a tiny model that knows no index and no SQL: 2,000 of them
//! (100 on `PostgreSQL`), and a hundred times as many with `OTG_SOAK` set.

mod reference;
mod row;
mod steps;
mod world;

use proptest::test_runner::{Config, TestCaseError, TestRunner};

use self::steps::{Step, steps};
use self::world::World;
use crate::postgres::server;
use crate::soak::figures::figures;
use crate::store::subject::Place;

/// Tries so many sequences in places that are made for each; several of these run at once.
fn try_sequences(cases: u32, places: impl AsyncFn() -> Vec<Place>) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(async {
            for place in places().await {
                compare(place, &steps).await;
            }
        });
        Ok::<(), TestCaseError>(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// The store in this place does what the model does.
async fn compare(place: Place, steps: &[Step]) {
    let mut world = World::at(place).await;
    for step in steps {
        world.take(step).await;
        world.compare_tasks(step).await;
    }
    world.compare_each().await;
    world.close().await;
}

/// Tries a share of the sequences.
fn a_quarter_of_all_sequences() {
    try_sequences(figures().sequences / 4, async || vec![Place::Memory, Place::folder()]);
}

/// A twentieth of them on PostgreSQL, where each gets a database of its own.
#[test]
fn postgresql_does_what_the_model_does() {
    if server().is_some() {
        try_sequences(figures().sequences / 20, async || Place::database().await.into_iter().collect());
    }
}

#[test]
fn every_store_does_what_the_model_does() {
    a_quarter_of_all_sequences();
}

#[test]
fn every_store_does_what_the_model_does_in_a_second_quarter() {
    a_quarter_of_all_sequences();
}

#[test]
fn every_store_does_what_the_model_does_in_a_third_quarter() {
    a_quarter_of_all_sequences();
}

#[test]
fn every_store_does_what_the_model_does_in_the_last_quarter() {
    a_quarter_of_all_sequences();
}
