//! A server or an engine that goes away in the middle: whoever comes back goes on with the same conversation.

use std::time::Duration;

use _core::engine::{Engine, EngineOptions};
use _core::task::TaskId;

use super::PATIENCE;
use super::bench::{Bench, GOOD, HALF, writes};
use super::fake::{Death, Step};
use super::hosts::{Kind, on_every_host};
use super::worker::Worker;

/// Waits until an agent works.
async fn works(bench: &Bench) {
    bench
        .server
        .until(|world| world.conversations.values().any(|it| it.status == "running").then_some(()))
        .await;
}

async fn finishes_with_one_conversation(bench: &Bench, id: TaskId) {
    finishes(bench, id).await;
    assert_eq!(bench.server.world().made.len(), 1, "it is paid for once");
    assert_eq!(bench.server.messages().len(), 1);
}

async fn finishes(bench: &Bench, id: TaskId) {
    let engine = bench.engine().await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert!(finished.is_success(), "{:?}", finished.failure());
    bench.nothing_is_left(&finished.task);
    bench.stop(engine).await;
}

/// How often the agent is asked to begin, where its server dies once: what was in a container is gone with it.
fn conversations(host: Kind) -> usize {
    match host {
        Kind::Given | Kind::Own => 1,
        Kind::Container => 2,
    }
}

on_every_host! {
    async fn a_server_that_is_killed_is_there_again_and_the_task_goes_on(host: Kind) {
        let mut bench = Bench::on(host, [vec![Step::Act("begin"), Step::Hang], writes(GOOD)]);
        bench.max_retries = 1;
        let engine = bench.engine().await;
        let id = bench.submit(&engine).await;
        works(&bench).await;
        bench.host.kill_and_bring_back(&mut bench.server);
        let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
        assert!(finished.is_success(), "{:?}", finished.failure());
        assert_eq!(bench.server.world().made.len(), conversations(host));
        bench.nothing_is_left(&finished.task);
        bench.stop(engine).await;
    }
}

on_every_host! {
    async fn an_engine_that_is_killed_leaves_the_task_to_the_one_that_follows(host: Kind) {
        let mut run = vec![Step::Act("begin"), Step::Wait];
        run.extend(writes(GOOD));
        // Only a server that somebody runs goes on meanwhile.
        let bench = Bench::durable_on(host, [run.clone(), run]);
        let reader = Engine::open(&bench.store, EngineOptions::without_workers()).await.unwrap();
        let id = bench.submit(&reader).await;
        let worker = Worker::start(&bench);
        works(&bench).await;
        worker.kill();
        bench.server.let_go();
        finishes(&bench, id).await;
        assert_eq!(bench.server.world().made.len(), conversations(host));
        reader.stop(Duration::ZERO).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_comes_back_goes_on_with_the_conversation() {
    for death in [Death::Killed, Death::Leased, Death::Stopped] {
        let mut bench = Bench::new([vec![Step::Act("begin"), Step::Hang], writes(GOOD)]);
        let engine = bench.engine().await;
        let id = bench.submit(&engine).await;
        works(&bench).await;
        bench.server.die(death);
        bench.server.come_back();
        let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
        assert!(finished.is_success(), "{death:?}: {:?}", finished.failure());
        assert_eq!(bench.server.world().made.len(), 1, "{death:?}");
        bench.nothing_is_left(&finished.task);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_stops_leaves_the_run_to_the_one_that_follows() {
    let mut run = vec![Step::Act("begin"), Step::Wait];
    run.extend(writes(GOOD));
    let bench = Bench::durable([run]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    works(&bench).await;
    engine.stop(Duration::ZERO).await;
    assert!(bench.server.world().deleted.is_empty(), "it goes on");
    bench.server.let_go();
    finishes_with_one_conversation(&bench, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_follows_in_the_second_iteration_goes_on_there() {
    let mut second = vec![Step::Wait];
    second.extend(writes(GOOD));
    let bench = Bench::durable([writes(HALF), second]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    bench.server.until(|world| (world.messages.len() == 2).then_some(())).await;
    works(&bench).await;
    engine.stop(Duration::ZERO).await;
    bench.server.let_go();
    let engine = bench.engine().await;
    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert_eq!(finished.result.as_ref().unwrap()["iterations"], 2, "{:?}", finished.failure());
    assert_eq!(bench.server.messages().len(), 2, "nothing is said twice");
    bench.nothing_is_left(&finished.task);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_looked_at_is_looked_at_when_the_agent_is_done_long_ago() {
    let mut run = vec![Step::Wait];
    run.extend(writes(GOOD));
    let bench = Bench::durable([run]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    works(&bench).await;
    engine.stop(Duration::ZERO).await;
    bench.server.let_go();
    bench.server.until(|world| (world.only().status == "finished").then_some(())).await;
    finishes_with_one_conversation(&bench, id).await;
}
