//! `cancelled` means that the conversation is interrupted and ended, whenever it was asked for, and whoever does it.

use std::time::Duration;

use _core::task::{Stage, TaskStatus};

use super::PATIENCE;
use super::bench::{Bench, GOOD, writes};
use super::fake::Step;
use super::hosts::{Kind, on_every_host};

async fn makes_a_conversation(bench: &Bench) -> String {
    bench.server.until(|world| world.made.first().cloned()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_conversation_is_made() {
    let bench = Bench::new([vec![Step::Hang]]);
    bench.server.world().makes_slowly = true;
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    bench.server.until(|world| (world.makes_begun == 1).then_some(())).await;
    let cancelling = engine.cancel(id);
    let meanwhile = async {
        bench.server.until(|world| world.looked_for.then_some(())).await;
        bench.server.let_go();
    };
    let (cancelled, ()) = tokio::join!(cancelling, meanwhile);
    let task = cancelled.unwrap();
    assert_eq!(task.status(), TaskStatus::Cancelled);
    assert_eq!(bench.server.world().deleted.len(), 1, "it came late, and was met");
    bench.nothing_is_left(&task);
}

on_every_host! {
    async fn while_the_agent_works(host: Kind) {
        let bench = Bench::on(host, [vec![Step::Act("begin"), Step::Hang]]);
        let engine = bench.engine().await;
        let id = bench.submit(&engine).await;
        let made = makes_a_conversation(&bench).await;
        let task = engine.cancel(id).await.unwrap();
        assert_eq!(task.status(), TaskStatus::Cancelled);
        let ended = {
            let world = bench.server.world();
            (world.interrupted.clone(), world.deleted.clone())
        };
        assert_eq!(ended, (vec![made.clone()], vec![made]));
        bench.nothing_is_left(&task);
        bench.stop(engine).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_tests_are_verified() {
    let bench = Bench::new([writes(GOOD)]);
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    let mut seen = 0;
    'verifying: loop {
        for event in engine.events(id, seen, PATIENCE).await.unwrap() {
            seen = event.number;
            if let _core::task::Happening::Progress(progress) = &event.happening
                && progress.stage == Stage::Verifying
            {
                break 'verifying;
            }
        }
    }
    let task = engine.cancel(id).await.unwrap();
    assert_eq!(task.status(), TaskStatus::Cancelled);
    assert_eq!(bench.published(), None);
    bench.nothing_is_left(&task);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_waits_to_be_tried_again() {
    let mut bench = Bench::new([vec![Step::Fail("LLMRateLimitError", "please try again in 1 hour")]]);
    bench.max_retries = 3;
    let engine = bench.engine().await;
    let id = bench.submit(&engine).await;
    let mut task = engine.get(id).await.unwrap();
    while task.retries == 0 {
        engine.events(id, task.events, PATIENCE).await.unwrap();
        task = engine.get(id).await.unwrap();
    }
    assert_eq!(task.status(), TaskStatus::Pending);
    assert!(bench.server.world().deleted.is_empty(), "it is kept for the next try");
    let task = engine.cancel(id).await.unwrap();
    assert_eq!(task.status(), TaskStatus::Cancelled);
    assert_eq!(bench.server.world().deleted.len(), 1);
    bench.nothing_is_left(&task);
}

#[test]
fn by_the_process_that_takes_over_from_one_that_died() {
    let bench = Bench::durable([vec![Step::Act("begin"), Step::Hang]]);
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let first = runtime();
    let id = first.block_on(async {
        let engine = bench.engine().await;
        let id = bench.submit(&engine).await;
        makes_a_conversation(&bench).await;
        id
    });
    first.shutdown_timeout(PATIENCE);
    runtime().block_on(async {
        // Asked for by somebody who runs nothing.
        let reader =
            _core::engine::Engine::open(&bench.store, _core::engine::EngineOptions::without_workers());
        let reader = reader.await.unwrap();
        let asked = tokio::time::timeout(Duration::from_millis(200), reader.cancel(id));
        let _ = asked.await;
        assert!(reader.get(id).await.unwrap().cancel_requested);
        assert!(bench.server.world().deleted.is_empty());

        let engine = bench.engine().await;
        let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
        assert_eq!(finished.task.status(), TaskStatus::Cancelled);
        assert_eq!(bench.server.world().deleted.len(), 1);
        bench.nothing_is_left(&finished.task);
        assert_eq!(bench.server.world().runs_begun, 1, "the agent did not go on");
    });
}
