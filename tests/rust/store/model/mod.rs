//! Random sequences of operations on every store against a tiny model that knows no index and no SQL: 2,000 of them,
//! and 200,000 with `OTG_SOAK` set.

mod reference;
mod row;
mod steps;
mod world;

use proptest::test_runner::{Config, TestCaseError, TestRunner};

use self::steps::{Step, steps};
use crate::soak::figures::figures;

/// Tries a share of the sequences; several of these run at once.
fn a_quarter_of_all_sequences() {
    let cases = figures().sequences / 4;
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(compare(steps));
        Ok::<(), TestCaseError>(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Every store does what the model does.
async fn compare(steps: Vec<Step>) {
    for mut world in world::all().await {
        for step in &steps {
            world.take(step).await;
            world.compare_tasks(step).await;
        }
        world.compare_each().await;
        world.close().await;
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
