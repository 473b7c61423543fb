//! What becomes of an attempt when its process loses the task, or cannot know whether it has.

use _core::engine::LeaseTerms;
use _core::store::{Clock, SqliteStore, Store};
use _core::task::{Progress, Settlement, Stage, TaskStatus};
use chrono::Utc;
use sqlx::{Connection, Row, SqliteConnection};
use tempfile::TempDir;

use super::*;

const BEAT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_hours(1);

/// An engine on a file whose handler comes, goes on until it is let go, and says when it is asked to stop.
struct Ground {
    engine: Engine,
    path: std::path::PathBuf,
    heard: mpsc::UnboundedReceiver<String>,
    leave: Arc<Semaphore>,
    report: Arc<Semaphore>,
    _folder: TempDir,
}

impl Ground {
    async fn new(workers: usize, lease_terms: LeaseTerms) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tasks.db");
        let (voice, heard) = mpsc::unbounded_channel();
        let (leave, report) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (gate, prompt) = (Arc::clone(&leave), Arc::clone(&report));
        let options = options(workers, move |attempt| {
            let (voice, leave, report) = (voice.clone(), Arc::clone(&gate), Arc::clone(&prompt));
            Box::pin(async move {
                let say = |what: &str| voice.send(format!("{} {what}", attempt.task.token)).unwrap();
                say("comes");
                loop {
                    tokio::select! {
                        () = attempt.cancel.cancelled() => break say("is asked to stop"),
                        permit = leave.acquire() => { permit.unwrap().forget(); return Ok(noted(attempt)) }
                        permit = report.acquire() => { permit.unwrap().forget(); attempt.report(progress()) }
                    }
                }
                leave.acquire().await.unwrap().forget();
                // As of an attempt that was done just then.
                Ok(Arc::new(json!("too late")))
            })
        });
        let engine = on_file(&path, EngineOptions { lease: lease_terms, ..options }).await;
        Self { engine, path, heard, leave, report, _folder: folder }
    }

    async fn hears(&mut self, what: &str) {
        assert_eq!(arrival(&mut self.heard).await, what);
    }

    async fn connect(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite://{}", self.path.display())).await.unwrap()
    }

    /// Another process for which all leases of this machine ran out long ago.
    async fn process_of_the_future(&self) -> SqliteStore {
        let clock = Clock::manual(Utc::now());
        clock.advance(Duration::from_hours(24 * 3650));
        SqliteStore::open_with_clock(&self.path, clock).await.unwrap()
    }

    async fn status(&self, id: TaskId) -> TaskStatus {
        self.engine.get(id).await.unwrap().status()
    }
}

fn progress() -> Progress {
    Progress::of_iteration(Stage::Agent, String::new(), 1, 1)
}

fn terms(beat: Duration, patience: Duration) -> LeaseTerms {
    LeaseTerms { beat, patience, length: LONG }
}

async fn lease_until(connection: &mut SqliteConnection) -> i64 {
    sqlx::query("SELECT lease_until FROM worker").fetch_one(connection).await.unwrap().get(0)
}

#[tokio::test]
async fn an_attempt_whose_task_was_taken_is_stopped_and_writes_nothing() {
    let mut ground = Ground::new(1, terms(BEAT, LONG)).await;
    let id = submit(&ground.engine, "mine").await;
    ground.hears("1 comes").await;
    let thief = ground.process_of_the_future().await;
    assert_eq!(thief.rescue().await.unwrap(), [id]);
    assert_eq!(thief.claim(&[lane()], 1).await.unwrap()[0].token, 2);

    ground.hears("1 is asked to stop").await;

    ground.leave.add_permits(1);
    let result = Arc::new(json!("the thief's"));
    // The attempt's own end is refused, before or after this one.
    thief.settle(id, 2, Settlement::Complete(result)).await.unwrap();
    let finished = ground.engine.wait(id, Some(PATIENCE)).await.unwrap();
    assert_eq!(finished.result.as_deref(), Some(&json!("the thief's")));
    ground.engine.stop(PATIENCE).await;
    let events = thief.events(id, 0, 99).await.unwrap().unwrap();
    assert_eq!(events.len(), 5, "submitted, claimed, rescued, claimed, completed: {events:?}");
}

#[tokio::test]
async fn an_attempt_whose_report_is_refused_is_stopped_before_the_next_beat() {
    let mut ground = Ground::new(1, terms(LONG, LONG)).await;
    let id = submit(&ground.engine, "mine").await;
    ground.hears("1 comes").await;
    let thief = ground.process_of_the_future().await;
    thief.rescue().await.unwrap();
    thief.claim(&[lane()], 1).await.unwrap();

    ground.report.add_permits(1);

    ground.hears("1 is asked to stop").await;
    ground.leave.add_permits(1);
    ground.engine.stop(PATIENCE).await;
    assert_eq!(thief.get(id).await.unwrap().unwrap().token, 2);
}

#[tokio::test]
async fn attempts_that_cannot_renew_are_stopped_before_others_may_take_their_tasks() {
    let mut ground = Ground::new(2, terms(BEAT, 8 * BEAT)).await;
    let ids = [submit(&ground.engine, "a").await, submit(&ground.engine, "b").await];
    ground.hears("1 comes").await;
    ground.hears("1 comes").await;
    let mut blocker = ground.connect().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut blocker).await.unwrap();

    ground.hears("1 is asked to stop").await;
    ground.hears("1 is asked to stop").await;

    assert!(Clock::system().steady() < lease_until(&mut blocker).await, "others may take them already");
    sqlx::query("ROLLBACK").execute(&mut blocker).await.unwrap();
    ground.leave.add_permits(2);
    for id in ids {
        assert!(ground.engine.wait(id, Some(PATIENCE)).await.unwrap().is_success());
    }
    ground.engine.stop(PATIENCE).await;
}

#[tokio::test]
async fn when_the_store_is_back_work_goes_on_and_is_left_alone() {
    let mut ground = Ground::new(1, terms(BEAT, 8 * BEAT)).await;
    let id = submit(&ground.engine, "interrupted").await;
    ground.hears("1 comes").await;
    let mut other = ground.connect().await;
    // Fails every renewal at once, so that the attempt's end can be written all the same.
    let broken = "CREATE TRIGGER broken BEFORE UPDATE ON worker BEGIN SELECT RAISE (ABORT, 'full'); END";
    sqlx::query(broken).execute(&mut other).await.unwrap();
    ground.hears("1 is asked to stop").await;
    // It is back, and slow.
    let slow = "DROP TRIGGER broken; CREATE VIEW slow AS WITH RECURSIVE counted (number) AS ( \
         SELECT 1 UNION ALL SELECT number + 1 FROM counted WHERE number < 100000) SELECT count(*) FROM counted; \
         CREATE TRIGGER slowly BEFORE UPDATE ON worker BEGIN SELECT * FROM slow; END";
    sqlx::raw_sql(slow).execute(&mut other).await.unwrap();
    renewals(&mut other, 1).await;

    submit(&ground.engine, "new").await;
    ground.leave.add_permits(1);
    ground.hears("1 comes").await;
    renewals(&mut other, 8).await;

    assert!(ground.heard.try_recv().is_err(), "the new attempt was asked to stop");
    ground.leave.add_permits(1);
    assert!(ground.engine.wait(id, Some(PATIENCE)).await.unwrap().is_success());
    ground.engine.stop(PATIENCE).await;
}

/// Waits until the lease was renewed so often.
async fn renewals(connection: &mut SqliteConnection, number: usize) {
    for _ in 0..number {
        let before = lease_until(connection).await;
        while lease_until(connection).await == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn what_is_held_and_not_run_goes_back_to_the_queue() {
    let ground = Ground::new(1, terms(BEAT, LONG)).await;
    let elsewhere = NewTask { lane: "elsewhere".to_owned().into(), ..task(&ground.engine, "stray") };
    let id = ground.engine.submit(elsewhere).await.unwrap().id();
    let mut other = ground.connect().await;
    // As after a claim whose answer was lost.
    let claim = "UPDATE task SET status = 'running', process = ?1, token = 1, attempt = 1, events = 2";
    let process = ground.engine.process().as_uuid().as_bytes().to_vec();
    sqlx::query(claim).bind(process).execute(&mut other).await.unwrap();
    assert_eq!(ground.status(id).await, TaskStatus::Running);

    let events = ground.engine.events(id, 2, PATIENCE).await.unwrap();

    assert_eq!((events[0].status, events[0].attempt), (TaskStatus::Queued, 0));
    ground.engine.stop(PATIENCE).await;
}

#[tokio::test]
async fn a_task_that_comes_back_to_its_process_does_not_run_twice_at_once() {
    let mut ground = Ground::new(2, terms(LONG, LONG)).await;
    let id = submit(&ground.engine, "comes back").await;
    ground.hears("1 comes").await;
    ground.process_of_the_future().await.rescue().await.unwrap();

    // Claimed again by the worker that has nothing to do.
    ground.hears("1 is asked to stop").await;

    assert_eq!(ground.engine.get(id).await.unwrap().token, 2);
    assert!(ground.heard.try_recv().is_err(), "the first is still there");
    ground.leave.add_permits(1);
    ground.hears("2 comes").await;
    // The second is the one that is known to run here.
    let stopped = async {
        assert_eq!(arrival(&mut ground.heard).await, "2 is asked to stop");
        ground.leave.add_permits(1);
    };
    let (cancelled, ()) = tokio::join!(ground.engine.cancel(id), stopped);
    assert_eq!(cancelled.unwrap().attempt, 2);
    ground.engine.stop(PATIENCE).await;
}
