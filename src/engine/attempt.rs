//! How does one attempt run? The handler, beside its time limit, its reports and the sign to stop; then the
//! one write that ends it.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backoff;
use super::shared::{Running, Shared};
use super::watch::follow_up;
use crate::kinds::{Attempt, Handler, Reporter, Reports, Said, Stop, StopReason};
use crate::redact;
use crate::store::{Store, StoreError};
use crate::task::{ErrorKind, Failure, RunEnding, Settlement, Task};

/// Reports reach the store at most this often.
const REPORT_INTERVAL: Duration = Duration::from_millis(250);
/// The most that a result may take as JSON, in bytes: SQLite takes 1,000,000,000 for a row, PostgreSQL little more.
const MOST_RESULT: usize = 999_000_000;

/// Runs a claimed task to its settlement.
pub(super) async fn run(shared: Arc<Shared>, task: Arc<Task>) {
    let (stop, ended) = (Stop::default(), CancellationToken::new());
    let running = Running { token: task.token, stop: stop.clone(), is_settling: false, ended: ended.clone() };
    if let Some(older) = shared.begin(task.id(), running) {
        // No task runs twice at once, not even where its lease was lost and came back.
        older.ended.cancelled().await;
    }
    if shared.abandoning.is_cancelled() {
        stop.request(StopReason::ShuttingDown);
    }
    tracing::debug!(task = %task.id(), attempt = task.attempt, "an attempt started");
    shared.hint(&task);
    let (reporter, reports) = Reporter::new(task.id());
    let outcome = match shared.crew.handler(&task.new.lane) {
        Some(handler) => {
            let attempt = Attempt::new(Arc::clone(&task), stop.clone(), Arc::clone(&shared.store), reporter);
            let outcome = supervise(&shared, handler.as_ref(), &attempt, &reports, &stop).await;
            count_models(&shared, &attempt, outcome.is_ok()).await;
            outcome
        }
        None => Err(Failure::new(ErrorKind::Internal, "no handler for the lane of this task")),
    };
    shared.begin_settling(task.id(), task.token);
    let settlement = settlement(&shared, &task, &stop, outcome);
    // What was said last goes on the same way to the store, right before the end.
    let ((), settled) = tokio::join!(
        store_reports(&shared, &task, reports.take(), &stop),
        settle(&shared, &task, settlement)
    );
    // Not running any more when those who wait for it hear of its end.
    shared.end(task.id(), task.token, &ended);
    if let Some(task) = settled {
        tracing::debug!(task = %task.id(), status = %task.status(), "an attempt ended");
        follow_up(&shared, &task).await;
    }
}

/// The handler, until it returns: a fired stop is passed on, and the handler answers when its processes are
/// dead.
async fn supervise(
    shared: &Shared,
    handler: &dyn Handler,
    attempt: &Attempt,
    reports: &Reports,
    stop: &Stop,
) -> Result<Arc<Value>, Failure> {
    let task = &attempt.task;
    // Set before the work begins: a testbed must not see an attempt that waits, and for nothing.
    let limit = shared.options.clock.limit(Duration::from_secs_f64(task.new.attempt_seconds));
    // Called inside the future, so that a panic of the call itself is caught too.
    let work = AssertUnwindSafe(work_or_release(handler, attempt)).catch_unwind();
    tokio::pin!(work);
    // Most kinds end before they first wait: no timer for them.
    if let Some(ended) = (&mut work).now_or_never() {
        return ended.unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
    }
    let forward = forward_reports(shared, task, reports, stop);
    tokio::pin!(forward);
    loop {
        tokio::select! {
            biased;
            ended = &mut work => return ended.unwrap_or_else(|panic| Err(panicked(panic.as_ref()))),
            () = limit.rung(), if !stop.token().is_cancelled() => {
                stop.request(StopReason::TimedOut);
            }
            never = &mut forward => match never {},
        }
    }
}

/// The handler's work; of a task that is only to end, nothing but the end of what lives on a server.
async fn work_or_release(handler: &dyn Handler, attempt: &Attempt) -> Result<Arc<Value>, Failure> {
    if attempt.task.is_to_end().is_none() {
        return handler.run(attempt).await;
    }
    handler.release(attempt).await;
    Err(Failure::new(ErrorKind::Cancelled, "what was left of the task is ended"))
}

/// Brings what the attempt says to the store, a few times a second.
async fn forward_reports(shared: &Shared, task: &Task, reports: &Reports, stop: &Stop) -> Infallible {
    loop {
        reports.news().await;
        let next = Instant::now() + REPORT_INTERVAL;
        store_reports(shared, task, reports.take(), stop).await;
        // A durable store has taken most of the time already: such a write waits for others.
        tokio::time::sleep_until(next).await;
    }
}

/// Keeps progress and lines as events of the task.
async fn store_reports(shared: &Shared, task: &Task, said: Said, stop: &Stop) {
    if said.is_empty() {
        return;
    }
    let (id, token) = (task.id(), task.token);
    let lines =
        async { if said.lines.is_empty() { Ok(()) } else { shared.store.log(id, token, said.lines).await } };
    let progress = async {
        match said.progress {
            Some(progress) => shared.store.report(id, token, progress).await,
            None => Ok(()),
        }
    };
    for outcome in <[_; 2]>::from(tokio::join!(lines, progress)) {
        match outcome {
            Ok(()) => shared.hint(task),
            Err(StoreError::LeaseLost) => stop.request(StopReason::LeaseLost),
            Err(error) => tracing::warn!(task = %id, %error, "what an attempt said could not be stored"),
        }
    }
}

/// Keeps what models did, before whoever waits for the task hears of its end.
async fn count_models(shared: &Shared, attempt: &Attempt, is_success: bool) {
    let ending = match (is_success, attempt.stop_reason()) {
        (true, _) => RunEnding::Success,
        (false, None | Some(StopReason::TimedOut)) => RunEnding::Failure,
        (false, Some(_)) => RunEnding::Stopped,
    };
    let runs = attempt.models().runs(ending);
    if runs.is_empty() {
        return;
    }
    if let Err(error) = shared.store.count_models(runs).await {
        tracing::warn!(task = %attempt.task.id(), %error, "what models did could not be counted");
    }
}

/// What the end of the handler means for the task.
fn settlement(shared: &Shared, task: &Task, stop: &Stop, outcome: Result<Arc<Value>, Failure>) -> Settlement {
    let failure = match outcome {
        Ok(result) => return Settlement::Complete(result),
        // A handler of the user's, or a bug of ours, may quote a key.
        Err(failure) => redact::known().failure(failure),
    };
    if let Some(end) = task.is_to_end() {
        return end;
    }
    match stop.reason() {
        Some(StopReason::Cancelled) => Settlement::Cancel,
        // Nothing happens to a task that is someone else's; one whose lease was only in doubt goes on.
        Some(StopReason::ShuttingDown | StopReason::LeaseLost) => Settlement::GiveBack,
        Some(StopReason::TimedOut) => Settlement::Fail(Failure::at_time_limit(task.new.attempt_seconds)),
        None if failure.kind.is_retryable() && task.has_retries_left() => {
            let delay =
                backoff::delay(shared.options.retry_base_delay, task.retries + 1, failure.retry_after);
            Settlement::Retry { failure, due: shared.options.clock.now() + delay }
        }
        // What a handler says whose processes died with the one that ran them.
        None if failure.kind == ErrorKind::Lost => Settlement::Crash,
        None => Settlement::Fail(failure),
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Failure {
    let text = redact::panic_message(panic);
    Failure::new(
        ErrorKind::Internal,
        format!("a bug of ours: the attempt panicked: {text}; please report it"),
    )
}

/// How long an engine that stops tries to write the end of an attempt.
const LAST_TRIES: Duration = Duration::from_secs(5);

/// Writes the end of an attempt, and tries again for as long as the store has a bad moment: the work is done,
/// and only its record is missing. What no store ever takes is the failure of the task, and an engine that stops does not
/// try for ever.
async fn settle(shared: &Shared, task: &Task, mut settlement: Settlement) -> Option<Arc<Task>> {
    let retries = matches!(settlement, Settlement::Retry { .. });
    let mut stopping_since = None;
    for failures in 1.. {
        match shared.store.settle(task.id(), task.token, settlement.clone()).await {
            Ok(task) => {
                if retries {
                    shared.due.notify_one();
                }
                return Some(task);
            }
            Err(StoreError::LeaseLost | StoreError::Closed) => return None,
            Err(error) => {
                if shared.closing.is_cancelled()
                    && stopping_since.get_or_insert_with(Instant::now).elapsed() >= LAST_TRIES
                {
                    tracing::error!(task = %task.id(), %error, "the end of an attempt was not stored: whoever comes next on the store does the task again");
                    return None;
                }
                tracing::error!(task = %task.id(), %error, "the end of an attempt could not be stored; trying again");
                if failures == 1 {
                    settlement = bearable(settlement, MOST_RESULT);
                }
                tokio::time::sleep(backoff::delay(Duration::from_millis(50), failures, None)).await;
            }
        }
    }
    None
}

/// An end that a store can keep: a result of more bytes than `most` is a failure instead. It is measured only where a store
/// has refused it, since that takes as long as to write it.
fn bearable(settlement: Settlement, most: usize) -> Settlement {
    let Settlement::Complete(result) = &settlement else { return settlement };
    let mut size = Size(0);
    // A JSON value can be written, and the count takes everything.
    let _ = serde_json::to_writer(&mut size, result.as_ref());
    if size.0 <= most {
        return settlement;
    }
    let message = format!("the result takes {} bytes: no store keeps more than {most}; leave less", size.0);
    Settlement::Fail(Failure::new(ErrorKind::Internal, message))
}

/// Counts bytes.
struct Size(usize);

impl std::io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_result_that_no_store_ever_takes_is_a_failure() {
        let settlement = || Settlement::Complete(Arc::new(json!({"text": "x".repeat(20)})));

        assert!(matches!(bearable(settlement(), 31), Settlement::Complete(_)));
        let Settlement::Fail(failure) = bearable(settlement(), 30) else { panic!("it is too large") };
        assert_eq!(failure.kind, ErrorKind::Internal);
        assert!(failure.message.contains("takes 31 bytes"), "{failure}");
        assert!(matches!(bearable(Settlement::Cancel, 0), Settlement::Cancel));
    }
}
