//! The clock that stores go by.

use std::time::Duration;

use _core::store::Clock;
use chrono::{DateTime, Utc};

use super::subject::still_clock;

#[test]
fn a_manual_clock_moves_only_when_it_is_advanced_and_its_clones_with_it() {
    let clock = still_clock();
    let start = clock.now();
    clock.clone().advance(Duration::from_secs(3));
    assert_eq!((clock.now() - start).num_milliseconds(), 3000);
}

#[test]
fn the_system_clock_answers_whole_microseconds() {
    assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1000, 0);
}

#[test]
fn before_an_age_beyond_all_time_is_the_beginning_of_time() {
    assert_eq!(still_clock().before(Duration::MAX), DateTime::<Utc>::MIN_UTC);
}
