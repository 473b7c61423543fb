//! A verified file goes to its place whole or not at all, and never over a foreign one.

use std::process::Command;

use _core::sandbox::{Level, Project};
use _core::task::{ErrorKind, Failure};
use _core::verify::{
    Coverage, CoverageCounts, HEADER, Helper, Ownership, PublishError, Verdict, check_output, ownership,
    publish,
};

use crate::sandbox::ground::{Ground, write_files};

const SOURCE: &str = "def test_a():\n    assert 1 + 1 == 2\n";

fn verdict(helpers: Vec<Helper>) -> Verdict {
    Verdict {
        test_source: SOURCE.into(),
        helpers,
        tests: vec!["test_a".into()],
        removed: vec![],
        discarded: vec![],
        coverage: Coverage {
            percent: 100.0,
            line_percent: 100.0,
            branch_percent: 100.0,
            covered_lines: vec![1],
            missing_lines: vec![],
            missing_branches: vec![],
            counts: CoverageCounts { statements: 1, covered_statements: 1, branches: 0, covered_branches: 0 },
        },
        mutation: None,
        runs: 3,
        sandbox: Level::Limits,
        command: String::new(),
    }
}

/// Everything below the project but for the workspace root.
fn files(project: &Project) -> Vec<String> {
    let walk = ignore::WalkBuilder::new(project.root()).standard_filters(false).build();
    let mut files: Vec<String> = walk
        .flatten()
        .map(|entry| entry.path().strip_prefix(project.root()).unwrap().display().to_string())
        .filter(|path| !path.is_empty() && !path.starts_with("openhands_workspace"))
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_new_file_says_whose_it_is_and_makes_its_folders() {
    let ground = Ground::of(&[]).await;
    let output = ground.path("tests/a/test_b.py");
    let helper = Helper { path: ground.path("tests/a/helper.py"), source: "x = 1\n".into() };
    let published = publish(&ground.project, &output, &verdict(vec![helper]), false).unwrap();
    assert_eq!(files(&ground.project), ["tests", "tests/a", "tests/a/helper.py", "tests/a/test_b.py"]);
    let content = std::fs::read_to_string(ground.project.root().join("tests/a/test_b.py")).unwrap();
    let (first, rest) = content.split_once('\n').unwrap();
    assert!(first.starts_with(HEADER) && first.len() == HEADER.len() + 64);
    assert_eq!(rest, SOURCE);
    assert_eq!(ownership(ground.project.dir(), &output).unwrap(), Ownership::Ours);
    let sum =
        Command::new("sha256sum").arg(ground.project.root().join("tests/a/test_b.py")).output().unwrap();
    assert!(String::from_utf8(sum.stdout).unwrap().starts_with(&published.test_sha256));
}

#[tokio::test]
async fn ours_is_replaced_and_foreign_or_edited_files_are_not() {
    let ground = Ground::of(&[("tests/test_a.py", "# mine\n")]).await;
    let (project, output) = (&ground.project, ground.path("tests/test_a.py"));
    let refused = |error: PublishError| {
        assert!(matches!(error, PublishError::Foreign(_)), "{error}");
        assert!(error.to_string().contains("tests/test_a.py exists"), "{error}");
        assert_eq!(Failure::from(error).kind, ErrorKind::Config);
    };
    refused(check_output(project, &output, false).unwrap_err());
    refused(publish(project, &output, &verdict(vec![]), false).unwrap_err());
    assert_eq!(std::fs::read_to_string(project.root().join("tests/test_a.py")).unwrap(), "# mine\n");

    check_output(project, &output, true).unwrap();
    publish(project, &output, &verdict(vec![]), true).unwrap();
    check_output(project, &output, false).unwrap();
    publish(project, &output, &verdict(vec![]), false).unwrap();

    let file = project.root().join("tests/test_a.py");
    let edited = std::fs::read_to_string(&file).unwrap() + "# edited\n";
    std::fs::write(&file, edited).unwrap();
    refused(publish(project, &output, &verdict(vec![]), false).unwrap_err());
    assert_eq!(files(project), ["tests", "tests/test_a.py"]);
}

#[tokio::test]
async fn what_is_no_test_is_never_replaced() {
    let sources = ["handlers.py", "src/shop/cart.py", "conftest.py"];
    let tests = ["test_a.py", "src/shop/cart_test.py", "tests/cases.py", "src/shop/tests/all.py"];
    let files: Vec<(&str, &str)> = sources.iter().chain(&tests).map(|path| (*path, "# mine\n")).collect();
    let ground = Ground::of(&files).await;
    for path in sources {
        let output = ground.path(path);
        let error = check_output(&ground.project, &output, true).unwrap_err();
        assert!(matches!(error, PublishError::NoTest(_)), "{error}");
        assert!(error.to_string().starts_with(&format!("{path} exists")), "{error}");
        publish(&ground.project, &output, &verdict(vec![]), true).unwrap_err();
        assert_eq!(std::fs::read_to_string(ground.project.root().join(path)).unwrap(), "# mine\n");
    }
    for path in tests {
        publish(&ground.project, &ground.path(path), &verdict(vec![]), true).unwrap();
    }
}

#[tokio::test]
async fn a_foreign_helper_refuses_the_whole_and_nothing_new_is_left() {
    let ground = Ground::of(&[("tests/helper.py", "# mine\n")]).await;
    let helpers = vec![
        Helper { path: ground.path("tests/new/one.py"), source: "x = 1\n".into() },
        Helper { path: ground.path("tests/helper.py"), source: "x = 1\n".into() },
    ];
    let output = ground.path("tests/new/test_a.py");
    let error = publish(&ground.project, &output, &verdict(helpers), false).unwrap_err();
    assert!(matches!(error, PublishError::Foreign(_)), "{error}");
    assert_eq!(files(&ground.project), ["tests", "tests/helper.py"]);
}

#[tokio::test]
async fn a_folder_a_file_on_the_way_and_a_link_out_are_refused() {
    let ground = Ground::of(&[("tests/folder/keep", ""), ("tests/file", "")]).await;
    let outside = tempfile::tempdir().unwrap();
    write_files(outside.path(), &[("target.py", "secret")]);
    let link = |name: &str, to: &std::path::Path| {
        std::os::unix::fs::symlink(to, ground.project.root().join(name)).unwrap();
    };
    link("out", outside.path());
    link("tests/test_link.py", &outside.path().join("target.py"));
    let cases = [
        ("tests/folder", "is a folder"),
        ("tests/file/test_a.py", "a part of the path is a file"),
        ("out/test_a.py", "leads out of the project"),
        ("tests/test_link.py", "leads out of the project"),
    ];
    for (path, expected) in cases {
        let error = publish(&ground.project, &ground.path(path), &verdict(vec![]), true).unwrap_err();
        assert!(error.to_string().contains(expected), "{path}: {error}");
        assert_eq!(Failure::from(error).kind, ErrorKind::Config);
    }
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read_to_string(outside.path().join("target.py")).unwrap(), "secret");
}

/// Publishes into a folder on a file system of its own; `None`, said aloud, where mounting is not permitted.
async fn publish_into_mount(options: &str, fill: bool) -> Option<(PublishError, Vec<String>)> {
    let ground = Ground::of(&[("tests/sub/keep", "")]).await;
    let mount = ground.project.root().join("tests/sub");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "otg-test"]).arg(&mount).output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("NOT TESTED: publishing on a file system with {options} (mounting is not permitted)");
        return None;
    }
    if fill {
        let _ = std::fs::write(mount.join("filler"), vec![0; 1 << 20]);
    }
    let output = ground.path("tests/sub/new/test_a.py");
    let error = publish(&ground.project, &output, &verdict(vec![]), false).unwrap_err();
    let left = files(&ground.project);
    assert!(Command::new("umount").arg(&mount).status().unwrap().success());
    Some((error, left))
}

#[tokio::test]
async fn a_full_disk_leaves_nothing_half_written() {
    if let Some((error, left)) = publish_into_mount("size=64k", true).await {
        assert!(matches!(error, PublishError::DiskFull(_)), "{error}");
        assert_eq!(left, ["tests", "tests/sub", "tests/sub/filler"]);
        assert_eq!(Failure::from(error).kind, ErrorKind::Environment);
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said() {
    if let Some((error, left)) = publish_into_mount("ro", false).await {
        assert!(matches!(error, PublishError::NotWritable { .. }), "{error}");
        assert!(error.to_string().contains("tests/sub/new/test_a.py cannot be written"), "{error}");
        assert_eq!(left, ["tests", "tests/sub"]);
        assert_eq!(Failure::from(error).kind, ErrorKind::Environment);
    }
}
