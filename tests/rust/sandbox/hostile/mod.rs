//! Files that try to get out, at every level: what comes of each is written in its head, and in `docs/sandbox.md`.

mod case;
mod outcome;
mod scene;
mod table;

use std::sync::Arc;

use _core::sandbox::{Level, Sandbox};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::case::Case;
use self::scene::Scene;
use super::ground;

/// How many run at a time.
const AT_A_TIME: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_gets_out_of_bubblewrap_but_what_is_said() {
    all_at(Level::Bubblewrap).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_gets_past_landlock_but_what_is_said() {
    all_at(Level::Landlock).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_gets_past_limits_but_what_is_said() {
    all_at(Level::Limits).await;
}

#[test]
fn there_are_sixty_hostile_files_at_least() {
    assert!(Case::all().len() >= 60, "{}", Case::all().len());
}

/// Runs every file at a level, and says of all at once which did not end as they should.
async fn all_at(level: Level) {
    let Some(sandbox) = ground::sandbox(level).await else { return };
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut runs = JoinSet::new();
    for case in Case::all().into_iter().filter(Case::is_wanted) {
        let (sandbox, room) = (sandbox.clone(), Arc::clone(&room));
        runs.spawn(async move {
            let _place = room.acquire_owned().await.unwrap();
            one(&sandbox, &case).await
        });
    }
    let complaints: Vec<String> = runs.join_all().await.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "at level {level}:\n{}", complaints.join("\n"));
}

/// Runs one file; answers what is wrong with how it ended.
async fn one(sandbox: &Sandbox, case: &Case) -> Option<String> {
    let level = sandbox.isolation().level;
    let scene = Scene::set();
    let finished = sandbox.run(scene.command(case), &tokio_util::sync::CancellationToken::new()).await;
    let finished = match finished {
        Ok(finished) => finished,
        Err(error) => return Some(format!("{}: {error}", case.name)),
    };
    let expected = case.expected(level);
    let seen = scene.look(&finished);
    let end =
        |text: String| text.chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    let (stdout, stderr) = (end(finished.stdout()), end(finished.stderr()));
    let (name, exit) = (&case.name, finished.exit);
    let text = format!("{name}: {expected:?} expected, {seen:?} seen; {exit}, {stdout:?} {stderr:?}");
    if std::env::var_os("OTG_TEST_SHOW").is_some() {
        println!("{level} {text}");
    }
    (!expected.is_met_by(&seen)).then_some(text)
}
