//! Sockets that break, events that come twice, in no order, or make no sense: the end of a run is seen all the same.

use serde_json::json;

use super::PATIENCE;
use super::bench::{Bench, GOOD, HALF, lines, writes};
use super::fake::{Manner, Step};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_that_is_closed_again_and_again_is_opened_again() {
    let mut run = vec![Step::Act("begin"), Step::Wait];
    run.extend(writes(GOOD));
    let bench = Bench::new([run]);
    bench.server.world().manner = Manner::Closing;
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    bench.server.until(|world| (world.sockets >= 3).then_some(())).await;
    bench.server.let_go();
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert!(finished.is_success(), "{:?}", finished.failure());
    bench.nothing_is_left(&finished.task);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_socket_the_server_is_asked() {
    let bench = Bench::new([writes(HALF), writes(GOOD)]);
    bench.server.world().manner = Manner::Missing;
    assert_eq!(bench.succeeds().await["iterations"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_come_twice_and_in_no_order_count_once() {
    let mut first = vec![Step::Act("only once"), Step::Wait];
    first.extend(writes(HALF));
    let bench = Bench::new([first, writes(GOOD)]);
    bench.server.world().manner = Manner::Jumbled;
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    bench.server.until(|world| (world.sockets >= 1).then_some(())).await;
    bench.server.let_go();
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert_eq!(finished.result.unwrap()["iterations"], 2);
    let lines = lines(&engine, id).await;
    let told = lines.iter().filter(|line| line.contains("only once")).count();
    assert_eq!(told, 1, "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_unknown_broken_or_huge_is_passed_over() {
    let huge = json!({"kind": "ObservationEvent", "observation": "x".repeat(50 << 20)});
    let mut run = vec![
        Step::Wait,
        Step::Event(json!({"kind": "HologramEvent", "waves": [1, 2, 3]})),
        Step::Event(json!({"kind": "ConversationStateUpdateEvent", "key": "full_state", "value": "?"})),
        Step::Raw("{this is no JSON"),
        Step::Event(huge),
    ];
    run.extend(writes(GOOD));
    let bench = Bench::new([run]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    bench.server.until(|world| (world.sockets >= 1).then_some(())).await;
    bench.server.let_go();
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert!(finished.is_success(), "{:?}", finished.failure());
    bench.nothing_is_left(&finished.task);
}
