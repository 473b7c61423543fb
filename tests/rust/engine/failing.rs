//! Failures: which are tried again, and what the task says in the end.

use std::sync::atomic::{AtomicU32, Ordering};

use _core::engine::Finished;
use _core::redact::remember;
use _core::task::{LogLevel, Progress, Stage, TaskStatus, Terms};
use secrecy::SecretString;

use super::*;

/// Fails so many times with a kind, then succeeds.
fn failing(kind: ErrorKind, times: u32) -> EngineOptions {
    let calls = AtomicU32::new(0);
    options(1, move |attempt| {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        let outcome =
            if call < times { Err(Failure::new(kind, format!("try {call}"))) } else { Ok(noted(attempt)) };
        Box::pin(std::future::ready(outcome))
    })
}

async fn outcome(options: EngineOptions) -> Finished {
    let engine = in_memory(options).await;
    let id = submit(&engine, "").await;
    engine.wait(id, Some(PATIENCE)).await.unwrap()
}

#[tokio::test]
async fn a_bad_moment_is_tried_again_until_it_works() {
    let finished = outcome(failing(ErrorKind::Transient, 2)).await;

    assert!(finished.is_success());
    assert_eq!(finished.task.retries, 2);
    assert_eq!(finished.task.attempt, 3);
    assert_eq!(finished.failure(), None);
}

#[tokio::test]
async fn retries_are_used_up_in_the_end() {
    let finished = outcome(failing(ErrorKind::RateLimit, 99)).await;

    assert_eq!(finished.task.status(), TaskStatus::Failed);
    assert_eq!(finished.task.retries, 3);
    assert_eq!(finished.failure().unwrap().message, "try 3");
}

#[tokio::test]
async fn what_would_fail_again_is_not_tried_again() {
    for kind in [ErrorKind::InvalidModule, ErrorKind::CoverageGap, ErrorKind::Config, ErrorKind::Timeout] {
        let finished = outcome(failing(kind, 1)).await;

        assert_eq!(finished.task.status(), TaskStatus::Failed);
        assert_eq!(finished.task.retries, 0);
        assert_eq!(finished.failure().unwrap().kind, kind);
    }
}

#[tokio::test]
async fn a_failure_can_carry_a_result() {
    let finished = outcome(options(1, |_| {
        let failure =
            Failure::new(ErrorKind::CoverageGap, "too little").with_result(json!({ "tests": ["t"] }));
        Box::pin(std::future::ready(Err(failure)))
    }))
    .await;

    assert!(!finished.is_success());
    assert_eq!(finished.result.as_deref(), Some(&json!({ "tests": ["t"] })));
}

#[tokio::test]
async fn a_panic_fails_the_task_and_not_the_engine() {
    let engine = in_memory(options(1, |attempt| match &*attempt.task.new.metadata {
        "panics" => panic!("ouch"),
        "panics later" => Box::pin(async {
            tokio::task::yield_now().await;
            panic!("ouch")
        }),
        _ => Box::pin(std::future::ready(Ok(noted(attempt)))),
    }))
    .await;

    for note in ["panics later", "panics"] {
        let id = submit(&engine, note).await;
        let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
        assert_eq!(finished.failure().unwrap().kind, ErrorKind::Internal);
        assert!(finished.failure().unwrap().message.contains("ouch"));
    }
    let id = submit(&engine, "goes on").await;
    assert!(engine.wait(id, Some(PATIENCE)).await.unwrap().is_success());
}

#[tokio::test]
async fn what_an_attempt_says_and_how_it_fails_holds_no_key_that_the_process_has_read() {
    const KEY: &str = "sk-failing-Geheim";
    remember(&SecretString::from(KEY));
    let engine = in_memory(options(1, |attempt| {
        let fails = &*attempt.task.new.metadata == "fails";
        let reporter = attempt.reporter();
        Box::pin(async move {
            reporter.log(LogLevel::Info, &format!("asked with {KEY}"));
            reporter.report(Progress::of_iteration(Stage::Agent, format!("uses {KEY}"), 1, 1));
            assert!(fails, "panics with {KEY}");
            let failure = Failure::new(ErrorKind::InvalidModule, format!("refused {KEY}"));
            Err(failure.with_result(json!({ "quoted": [KEY] })))
        })
    }))
    .await;

    for note in ["fails", "panics"] {
        let id = submit(&engine, note).await;
        let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();
        let events = engine.events(id, 0, Duration::ZERO).await.unwrap();
        let told = format!("{events:?} {:?} {:?}", finished.task, finished.result);
        assert!(!told.contains(KEY), "{told}");
        for said in ["asked with **********", "uses **********"] {
            assert!(told.contains(said), "{told}");
        }
        assert!(finished.failure().unwrap().message.contains("**********"));
    }
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_stopped_and_fails() {
    let (gate, mut arrivals) = Gate::new();
    let engine = in_memory(Gate::options(&gate, 1)).await;
    let slow = NewTask { attempt_seconds: 0.05, ..task(&engine, "slow") };
    let id = engine.submit(slow).await.unwrap().id();
    arrival(&mut arrivals).await;

    let finished = engine.wait(id, Some(PATIENCE)).await.unwrap();

    assert_eq!(finished.failure().unwrap().kind, ErrorKind::Timeout);
    assert!(finished.failure().unwrap().message.contains("0.05 s"));
}

#[tokio::test]
async fn a_failed_task_can_be_retried_as_a_new_one() {
    let engine = in_memory(failing(ErrorKind::InvalidModule, 1)).await;
    let failed = submit(&engine, "").await;
    engine.wait(failed, Some(PATIENCE)).await.unwrap();

    let again = engine.retry(failed, Terms::default()).await.unwrap();

    assert_ne!(again.id(), failed);
    assert_eq!(&*again.new.metadata, format!("{{\"retry_of\":\"{failed}\"}}"));
    assert!(engine.wait(again.id(), Some(PATIENCE)).await.unwrap().is_success());
    let refused = engine.retry(again.id(), Terms::default()).await.unwrap_err();
    assert!(refused.to_string().contains("only a failed or cancelled task can be retried"), "{refused}");
}
