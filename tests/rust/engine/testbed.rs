//! Testbeds: attempts that play a script, and time that is moved ahead.

use _core::engine::{EngineOptions, Stuck, Testbed};
use _core::kinds::{Act, Ending, Outcome, Roll};
use _core::sandbox::ProbeDir;
use _core::store::Clock;
use _core::task::TaskStatus;

use super::*;
use crate::support::{generate_tests, local_lane};

/// An engine on a testbed, with a worker for tests by the agent `local`.
async fn tried_out(workers: usize) -> (Testbed, Arc<Engine>) {
    let testbed = Testbed::new(true, ProbeDir::new("/nowhere"));
    let real = handler(|_| Box::pin(std::future::ready(Ok(Arc::new(json!("real"))))));
    let options = EngineOptions::without_workers().with_pool(local_lane(), workers, real);
    let engine = Arc::new(in_memory(testbed.furnish(&StoreLocation::Memory, options)).await);
    testbed.add(Arc::clone(&engine));
    (testbed, engine)
}

fn plays(testbed: &Testbed, acts: impl IntoIterator<Item = Act>) {
    let outcome = Outcome { acts: acts.into_iter().collect() };
    testbed.script().expect("it plays a script").play(None, Roll::Always(outcome));
}

fn act(seconds: u64, ending: Ending) -> Act {
    Act { takes: Duration::from_secs(seconds), ending }
}

async fn asked(engine: &Engine, module: &str) -> TaskId {
    engine.submit(generate_tests(module)).await.expect("a task is kept").id()
}

async fn status(engine: &Engine, id: TaskId) -> TaskStatus {
    engine.get(id).await.expect("the task is there").status()
}

#[tokio::test]
async fn the_script_takes_the_place_of_the_agent_and_not_of_other_work() {
    let testbed = Testbed::new(true, ProbeDir::new("/nowhere"));
    let engine = in_memory(testbed.furnish(&StoreLocation::Memory, echo())).await;

    let id = submit(&engine, "a note").await;

    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert_eq!(finished.result.as_deref(), Some(&json!({ "note": "a note" })));
}

#[tokio::test]
async fn what_takes_time_takes_it_on_the_testbeds_clock() {
    let (testbed, engine) = tried_out(1).await;
    plays(&testbed, [act(100, Ending::default())]);
    let (first, second) = (asked(&engine, "a.py").await, asked(&engine, "b.py").await);

    testbed.advance(Duration::from_secs(150)).await.unwrap();
    assert_eq!(status(&engine, first).await, TaskStatus::Completed);
    assert_eq!(status(&engine, second).await, TaskStatus::Running);

    // The second began when the first had ended, and not when the clock stood still again.
    testbed.advance(Duration::from_mins(1)).await.unwrap();
    assert_eq!(status(&engine, second).await, TaskStatus::Completed);
}

#[tokio::test]
async fn draining_ends_what_hangs_at_its_limit() {
    let (testbed, engine) = tried_out(1).await;
    plays(&testbed, [act(0, Ending::Hang)]);
    let id = asked(&engine, "a.py").await;

    testbed.drain().await.unwrap().unwrap();

    let failure = engine.get(id).await.unwrap().failure.clone().unwrap();
    assert_eq!(failure.kind, ErrorKind::Timeout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_hangs_reaches_its_limit_however_the_looks_fall() {
    let (testbed, engine) = tried_out(1).await;
    plays(&testbed, [act(0, Ending::Hang)]);

    for _ in 0..500 {
        let id = asked(&engine, "a.py").await;
        assert_eq!(testbed.drain().await.unwrap(), Ok(()));
        assert_eq!(status(&engine, id).await, TaskStatus::Failed);
    }
}

#[tokio::test]
async fn what_nobody_runs_does_not_end() {
    let (testbed, engine) = tried_out(1).await;
    let foreign = NewTask { lane: lane(), ..generate_tests("a.py") };
    engine.submit(foreign).await.unwrap();

    assert_eq!(testbed.drain().await.unwrap(), Err(Stuck(1)));
}

#[tokio::test]
async fn real_work_is_not_waited_for_by_time() {
    let (gate, mut arrivals) = Gate::new();
    let testbed = Testbed::new(false, ProbeDir::new("/nowhere"));
    let options = testbed.furnish(&StoreLocation::Memory, Gate::options(&gate, 1));
    let engine = Arc::new(in_memory(options).await);
    testbed.add(Arc::clone(&engine));
    let id = submit(&engine, "at the gate").await;
    arrival(&mut arrivals).await;

    testbed.advance(Duration::from_secs(59)).await.unwrap();
    assert_eq!(status(&engine, id).await, TaskStatus::Running);

    testbed.advance(Duration::from_secs(2)).await.unwrap();
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert_eq!(finished.failure().unwrap().kind, ErrorKind::Timeout);
}

#[tokio::test]
async fn a_stopped_testbed_stops_its_engines() {
    let (testbed, engine) = tried_out(1).await;
    plays(&testbed, [act(0, Ending::Hang)]);
    asked(&engine, "a.py").await;

    testbed.stop().await;

    assert!(engine.is_closed());
}

#[tokio::test]
async fn an_alarm_rings_when_the_clock_is_moved_over_it() {
    let clock = Clock::movable();
    let (near, far) = (clock.alarm(Duration::from_hours(1)), clock.alarm(Duration::from_hours(3)));
    let waiting = tokio::spawn(async move { near.rung().await });

    clock.advance(Duration::from_hours(2));

    tokio::time::timeout(PATIENCE, waiting).await.unwrap().unwrap();
    assert_eq!(clock.within(Duration::from_millis(10), far.rung()).await, None);
}

#[tokio::test]
async fn a_clock_tells_how_far_away_the_next_alarm_is() {
    let clock = Clock::movable();
    let alarm = clock.alarm(Duration::from_hours(2));
    let limit = clock.limit(Duration::from_hours(1));

    clock.advance(Duration::from_mins(90));

    // What has come is known until whoever waited has acted on it.
    assert_eq!(clock.upcoming().limit, Some(Duration::ZERO));
    assert!(clock.upcoming().step.unwrap() > Duration::from_mins(29));
    drop(limit);
    assert_eq!(clock.upcoming().limit, None);
    drop(alarm);
    assert_eq!(clock.upcoming().next(), None);
}
