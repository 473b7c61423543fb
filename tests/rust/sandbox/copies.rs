//! What is in a copy of a project, and what becomes of it?

use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use _core::sandbox::{Attempt, ChangeKind, Project, SandboxError};
use _core::store::{SqliteStore, Store};
use _core::task::{ErrorKind, Failure};

use super::ground::{Ground, write_files};

#[tokio::test]
async fn a_copy_leaves_the_store_of_this_process_alone_which_would_lose_its_locks() {
    let ground = Ground::of(&[("pkg/mod.py", "x = 1"), ("data/theirs.db", "")]).await;
    let root = ground.project.root().to_owned();
    let database = root.join("data/tasks.db");
    let store = SqliteStore::open(&database).await.unwrap();
    std::fs::hard_link(&database, root.join("data/other-name")).unwrap();
    let locks_before = locks_of_this_process(&database);
    assert!(!locks_before.is_empty() || cfg!(not(target_os = "linux")));

    let workspace = ground.attempt.copy("agent").await.unwrap();

    let mut copied: Vec<_> = std::fs::read_dir(workspace.root().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    copied.sort();
    assert_eq!(copied, ["theirs.db"]);
    assert_eq!(locks_of_this_process(&database), locks_before);
    store.close().await;
}

/// The POSIX locks that this process holds on a file, as the kernel lists them; none where it does not.
fn locks_of_this_process(file: &Path) -> Vec<String> {
    let node = std::fs::metadata(file).unwrap().ino().to_string();
    let process = std::process::id().to_string();
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    let ours = |line: &&str| {
        line.contains("POSIX")
            && line.contains(&format!(":{node} "))
            && line.contains(&format!(" {process} "))
    };
    locks.lines().filter(ours).map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

#[tokio::test]
async fn a_copy_leaves_out_version_control_environments_caches_and_secrets() {
    let ground = Ground::of(&[
        ("pkg/mod.py", "x = 1"),
        ("pkg/fast.so", "binary"),
        ("pkg/id_rsa_format.py", "y = 1"),
        (".gitignore", "pkg/generated.py"),
        ("pkg/generated.py", "z = 1"),
        (".git/config", ""),
        ("env/pyvenv.cfg", ""),
        ("env/bin/python", ""),
        ("pkg/__pycache__/mod.pyc", ""),
        ("node_modules/a/index.js", ""),
        ("target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"),
        ("target/big", ""),
        (".env", "KEY=1"),
        (".env.local", "KEY=1"),
        ("certs/server.pem", ""),
        ("id_rsa", ""),
        (".netrc", ""),
        ("openhands_workspace/tasks.db", ""),
    ])
    .await;
    let workspace = ground.attempt.copy("agent").await.unwrap();
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(workspace.root()).standard_filters(false).build().flatten() {
        if entry.file_type().unwrap().is_file() {
            files.push(entry.path().strip_prefix(workspace.root()).unwrap().display().to_string());
        }
    }
    files.sort();
    let kept = [".gitignore", "pkg/fast.so", "pkg/generated.py", "pkg/id_rsa_format.py", "pkg/mod.py"];
    assert_eq!(files, kept);
}

#[tokio::test]
async fn links_are_copied_unless_they_leave_the_project() {
    let outside = tempfile::tempdir().unwrap();
    write_files(outside.path(), &[("secret", "s")]);
    let ground = Ground::of(&[("data/real.txt", "real")]).await;
    let root = ground.folder.path();
    symlink("real.txt", root.join("data/near")).unwrap();
    symlink(ground.project.root().join("data/real.txt"), root.join("data/absolute")).unwrap();
    symlink(outside.path(), root.join("out")).unwrap();
    symlink("../../../../../etc/passwd", root.join("data/up")).unwrap();
    symlink("nowhere", root.join("broken")).unwrap();
    let workspace = ground.attempt.copy("agent").await.unwrap();
    let copy = workspace.root();
    assert_eq!(std::fs::read_to_string(copy.join("data/near")).unwrap(), "real");
    assert_eq!(std::fs::read_link(copy.join("data/absolute")).unwrap().to_str(), Some("../data/real.txt"));
    for gone in ["out", "data/up", "broken"] {
        assert!(std::fs::symlink_metadata(copy.join(gone)).is_err(), "{gone} was copied");
    }
}

#[tokio::test]
async fn too_large_a_project_is_refused_and_the_largest_part_named() {
    let ground = Ground::of(&[("pkg/mod.py", ""), ("data/models/small.bin", "x")]).await;
    let large = std::fs::File::create(ground.folder.path().join("data/models/large.bin")).unwrap();
    large.set_len(300_000_000).unwrap();
    let error = ground.attempt.copy("agent").await.unwrap_err();
    let message = error.to_string();
    assert!(message.contains("300.0 MB in 3 files"), "{message}");
    assert!(message.contains("largest part is data/models/large.bin (300.0 MB in 1 files)"), "{message}");
    assert_eq!(Failure::from(error).kind, ErrorKind::Environment);
}

#[tokio::test]
async fn too_many_files_are_refused_and_their_folder_named() {
    let ground = Ground::of(&[("pkg/mod.py", ""), ("many/of/them/first", "")]).await;
    for number in 0..20_001 {
        std::fs::write(ground.folder.path().join(format!("many/of/them/{number}")), "").unwrap();
    }
    let message = ground.attempt.copy("agent").await.unwrap_err().to_string();
    assert!(message.contains("largest part is many/of/them ("), "{message}");
}

#[tokio::test]
async fn changes_since_the_copy_are_found() {
    let ground = Ground::of(&[("a.py", "a"), ("b.py", "b"), ("c.py", "c"), ("d.py", "d")]).await;
    let workspace = ground.attempt.copy("agent").await.unwrap();
    assert_eq!(workspace.changes().await.unwrap(), []);
    write_files(workspace.root(), &[("a.py", "A"), ("c.py", "c"), ("new/e.py", ""), ("__pycache__/x", "")]);
    std::fs::remove_file(workspace.root().join("b.py")).unwrap();
    let changes = workspace.changes().await.unwrap();
    let found: Vec<(&str, ChangeKind)> =
        changes.iter().map(|change| (change.path.as_str(), change.kind)).collect();
    let expected = [
        ("a.py", ChangeKind::Modified),
        ("b.py", ChangeKind::Removed),
        ("new", ChangeKind::Added),
        ("new/e.py", ChangeKind::Added),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_attempt_leaves_nothing_behind() {
    let ground = Ground::of(&[("a.py", "a")]).await;
    let root = ground.folder.path().join("openhands_workspace");
    let workspace = ground.attempt.copy("agent").await.unwrap();
    assert!(workspace.root().starts_with(root.canonicalize().unwrap().join(".attempts/task-1")));
    assert_eq!(std::fs::read_to_string(root.join(".gitignore")).unwrap(), "*\n");
    drop(workspace);
    ground.attempt.remove().await.unwrap();
    assert_eq!(std::fs::read_dir(root.join(".attempts")).unwrap().count(), 0);
}

#[tokio::test]
async fn an_attempt_that_is_dropped_is_removed_with_its_last_copy() {
    let Ground { folder, attempt, .. } = Ground::of(&[("a.py", "a")]).await;
    let attempts = folder.path().join("openhands_workspace/.attempts");
    let workspace = attempt.copy("agent").await.unwrap();
    drop(attempt);
    assert!(workspace.root().exists());
    drop(workspace);
    assert_eq!(std::fs::read_dir(attempts).unwrap().count(), 0);
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_left_half_written() {
    let disk = tempfile::tempdir().unwrap();
    let options = ["-t", "tmpfs", "-o", "size=256k", "otg-test"];
    let mounted = Command::new("mount").args(options).arg(disk.path()).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("NOT TESTED: a full disk (mounting a small one is not permitted)");
        return;
    }
    let project_folder = tempfile::tempdir().unwrap();
    write_files(project_folder.path(), &[("a.py", "a"), ("data.bin", &"x".repeat(600_000))]);
    let project = Arc::new(Project::open(project_folder.path(), &disk.path().join("work")).unwrap());
    let attempt = Attempt::begin(project, "task-1").await.unwrap();
    let error = attempt.copy("agent").await.unwrap_err();
    let left = disk.path().join("work/.attempts/task-1");
    let entries = std::fs::read_dir(&left).unwrap().count();
    drop(attempt);
    let unmounted = Command::new("umount").arg(disk.path()).status().unwrap();
    assert!(matches!(error, SandboxError::DiskFull { .. }), "{error}");
    assert!(error.to_string().contains("no space left"), "{error}");
    assert_eq!(entries, 0);
    assert!(unmounted.success());
}
