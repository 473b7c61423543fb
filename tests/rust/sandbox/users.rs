//! As whom do children run, and whose are their files? As root only: others have nobody else to be.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use _core::sandbox::{Command, Exit, Finished, Level, Sandbox};
use tokio_util::sync::CancellationToken;

use super::ground::sandbox;

/// A sandbox whose children have a user of their own, where we can give them one.
async fn with_users(level: Level) -> Option<Sandbox> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("NOT TESTED: only root runs children as other users");
        return None;
    }
    sandbox(level).await
}

async fn run_in(sandbox: &Sandbox, folder: &Path, code: &str) -> Finished {
    let command =
        Command::new(folder, folder.join("scratch")).args(["-I", "-S", "-c", code]).writable(folder);
    sandbox.run(command, &CancellationToken::new()).await.unwrap()
}

fn owner(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().uid()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_that_share_a_folder_can_both_write_to_it_until_the_last_is_over() {
    let Some(sandbox) = with_users(Level::Landlock).await else { return };
    let folder = tempfile::tempdir().unwrap();
    // The first leaves when it has seen the second, which goes on writing.
    let first = "
import os, time
open('first', 'w').close()
while not os.path.exists('second'): time.sleep(0.005)
print(os.getuid())
";
    let second = "
import os, time
while not os.path.exists('first'): time.sleep(0.005)
open('second', 'w').close()
while not os.path.exists('go'): time.sleep(0.005)
open('first', 'a').close()
os.mkdir('later')
print(os.getuid())
";
    let leaving = async {
        let finished = run_in(&sandbox, folder.path(), first).await;
        std::fs::write(folder.path().join("go"), "").unwrap();
        finished
    };
    let (one, other) = tokio::join!(leaving, run_in(&sandbox, folder.path(), second));
    assert_eq!((one.exit, other.exit), (Exit::Code(0), Exit::Code(0)), "{} {}", one.stderr(), other.stderr());
    assert_eq!(one.stdout(), other.stdout());
    for name in ["first", "second", "later", "."] {
        assert_eq!(owner(&folder.path().join(name)), 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_in_different_folders_are_different_users() {
    let Some(sandbox) = with_users(Level::Limits).await else { return };
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // Each waits for the other, so that both run at the same time.
    let code = |own: &Path, other: &Path| {
        format!(
            "import os, time\nopen({:?}, 'w').close()\n\
             while not os.path.exists({:?}): time.sleep(0.005)\nprint(os.getuid())",
            own.join("here"),
            other.join("here"),
        )
    };
    let (one, other) = (code(here.path(), there.path()), code(there.path(), here.path()));
    let (one, other) =
        tokio::join!(run_in(&sandbox, here.path(), &one), run_in(&sandbox, there.path(), &other));
    let (one, other) = (one.stdout(), other.stdout());
    assert!(one != other && ![&*one, &*other].contains(&"0\n"), "{one}{other}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_a_file_has_outside_is_not_given_away() {
    let Some(sandbox) = with_users(Level::Limits).await else { return };
    let (outside, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = outside.path().join("file");
    std::fs::write(&file, "ours").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::hard_link(&file, folder.path().join("file")).unwrap();
    std::os::unix::fs::symlink(&file, folder.path().join("link")).unwrap();

    let code = "
for name in ('file', 'link'):
    try:
        open(name, 'w')
        print('written')
    except PermissionError:
        print('refused')
";
    let finished = run_in(&sandbox, folder.path(), code).await;
    assert_eq!(finished.stdout(), "refused\nrefused\n", "{}", finished.stderr());
    assert_eq!((owner(&file), std::fs::read_to_string(&file).unwrap().as_str()), (0, "ours"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_nobody_else_may_read_are_the_childs_while_it_runs() {
    let Some(sandbox) = with_users(Level::Landlock).await else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("private");
    std::fs::write(&file, "mine").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let code = "import os; print(open('private').read(), os.stat('private').st_uid == os.getuid())";
    let finished = run_in(&sandbox, folder.path(), code).await;
    assert_eq!(finished.stdout(), "mine True\n", "{}", finished.stderr());
    assert_eq!(owner(&file), 0);
}

/// Where processes with networks of their own see which users are taken.
const LOCKS: &str = "/run/openhands-testgen";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_that_a_process_with_another_network_has_taken_is_nobody_elses() {
    let Some(sandbox) = with_users(Level::Limits).await else { return };
    let Ok(taken) = take_every_second_user() else {
        eprintln!("NOT TESTED: nothing can be written to {LOCKS}");
        return;
    };
    // Each takes one at random: that all pass over the others by chance does not happen.
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let finished = run_in(&sandbox, folder.path(), "import os; print(os.getuid())").await;
        let user: u32 = finished.stdout().trim().parse().unwrap();
        assert_eq!(user % 2, 1, "{user} is taken");
    }
    drop(taken);
}

/// Takes the even ones, as another process does, but those that are taken already.
fn take_every_second_user() -> std::io::Result<Vec<std::fs::File>> {
    std::fs::create_dir_all(LOCKS)?;
    let mut locks = Vec::new();
    for user in (60_706..=61_183).step_by(2) {
        let mut how = std::fs::OpenOptions::new();
        how.write(true).create(true).truncate(false);
        let file = how.open(Path::new(LOCKS).join(user.to_string()))?;
        if file.try_lock().is_ok() {
            locks.push(file);
        }
    }
    Ok(locks)
}
