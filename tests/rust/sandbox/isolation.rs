//! What does bubblewrap keep from a child?

use std::path::Path;
use std::sync::Arc;

use _core::sandbox::{Command, Exit, Finished, Interpreter, Level, Limits, Sandbox};
use _core::task::{ErrorKind, Failure};
use tokio_util::sync::CancellationToken;

use super::ground::{Ground, interpreter, probe, python, sandbox, write_files};

async fn run_in(sandbox: &Sandbox, folder: &Path, code: &str) -> Finished {
    let folder = folder.canonicalize().unwrap();
    let command = Command::new(&folder, folder.join("scratch")).args(["-c", code]).limits(Limits::default());
    sandbox.run(command, &CancellationToken::new()).await.unwrap()
}

/// What a few lines of Python print inside bubblewrap; `None` where there is none.
async fn said(code: &str) -> Option<String> {
    let sandbox = sandbox(Level::Bubblewrap).await?;
    let folder = tempfile::tempdir().unwrap();
    let finished = run_in(&sandbox, folder.path(), code).await;
    assert_eq!(finished.exit, Exit::Code(0), "{}", finished.stderr());
    Some(finished.stdout())
}

#[tokio::test]
async fn the_network_is_refused() {
    let code = "
import socket
try:
    socket.create_connection(('1.1.1.1', 53), timeout=3)
    print('connected')
except OSError as error:
    print(error.strerror)
";
    if let Some(said) = said(code).await {
        assert_eq!(said, "Network is unreachable\n");
    }
}

#[tokio::test]
async fn home_run_var_and_the_machines_tmp_are_empty() {
    let mark = tempfile::NamedTempFile::new_in("/tmp").unwrap();
    let code = format!(
        "import os, pathlib; print([os.listdir(p) for p in ('/run', '/var', '/home') if os.path.exists(p)], \
         os.path.exists({:?}), os.path.exists('/root/.bashrc'), os.path.exists('/etc/shadow'))",
        mark.path()
    );
    if let Some(said) = said(&code).await {
        assert!(said.starts_with("[[], []") && said.ends_with("False False False\n"), "{said}");
    }
}

#[tokio::test]
async fn no_secret_of_ours_is_in_proc() {
    // Every process that is seen inside, and what its environment holds.
    let code = "
import os
print({p: open(f'/proc/{p}/environ').read().count('CARGO_MANIFEST_DIR') for p in os.listdir('/proc') if p.isdigit()})
";
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    if let Some(said) = said(code).await {
        assert!(said.starts_with("{'1': 0") && !said.contains(": 1"), "{said}");
    }
}

#[tokio::test]
async fn the_system_and_the_working_folder_are_read_only() {
    let code = "
for path in ('/usr/x', 'x', '/etc/x'):
    try:
        open(path, 'w')
        print('written', path)
    except OSError as error:
        pass
";
    if let Some(sandbox) = sandbox(Level::Bubblewrap).await {
        let folder = tempfile::tempdir().unwrap();
        let finished = run_in(&sandbox, folder.path(), code).await;
        assert!(!finished.stdout().contains("/usr/x"), "{}", finished.stdout());
        assert!(!folder.path().join("x").exists());
        assert!(!Path::new("/etc/x").exists());
    }
}

#[tokio::test]
async fn the_project_itself_is_out_of_sight_of_its_copy() {
    let Some(sandbox) = sandbox(Level::Bubblewrap).await else { return };
    let ground = Ground::of(&[("a.py", "a")]).await;
    write_files(ground.project.root(), &[(".env", "KEY=secret")]);
    let workspace = ground.attempt.copy("agent").await.unwrap();
    let root = ground.project.root().display();
    let code = format!(
        "import os; print(os.path.exists('a.py'), os.path.exists('{root}/.env'), os.listdir('{root}'))"
    );
    let command = Command::in_workspace(&workspace).args(["-c", code.as_str()]);
    let finished = sandbox.run(command, &CancellationToken::new()).await.unwrap();
    assert_eq!(finished.stdout(), "True False ['openhands_workspace']\n", "{}", finished.stderr());
}

/// As uv and pyenv lay them out: the environment's `python` is a link to a link in a folder that is a link.
#[tokio::test]
async fn an_interpreter_behind_several_links_works() {
    let Some(known) = sandbox(Level::Limits).await else { return };
    let folder = tempfile::tempdir().unwrap();
    let ask = "import sys, sysconfig; print(sys.base_prefix); print(sysconfig.get_path('purelib'))";
    let answer = std::process::Command::new(python()).args(["-c", ask]).output().unwrap();
    let answer = String::from_utf8(answer.stdout).unwrap();
    let (base, packages) = answer.trim().split_once('\n').unwrap();
    std::os::unix::fs::symlink(base, folder.path().join("current")).unwrap();
    std::os::unix::fs::symlink("current/bin/python3", folder.path().join("python")).unwrap();
    let environment = folder.path().join("environment");
    let made = std::process::Command::new(folder.path().join("current/bin/python3"))
        .args(["-m", "venv", "--without-pip"])
        .arg(&environment)
        .status();
    assert!(made.unwrap().success());
    let link = environment.join("bin/python");
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("../../python", &link).unwrap();
    let site = std::fs::read_dir(environment.join("lib")).unwrap().next().unwrap().unwrap().path();
    write_files(&site, &[("site-packages/other.pth", packages)]);

    let interpreter = Interpreter::probe(&link, known.probe()).await.unwrap();
    for level in Level::ALL {
        let Some(known) = super::ground::sandbox(level).await else { continue };
        let sandbox = Sandbox::at_level(Arc::clone(&interpreter), known.probe(), level);
        let code = "import pytest, coverage, sys; print(sys.prefix)";
        // The first leaves the links in its `/tmp`, which is that of the second too.
        for _ in 0..2 {
            let finished = run_in(&sandbox, folder.path(), code).await;
            let said = finished.stdout();
            assert_eq!(said.trim(), environment.to_str().unwrap(), "{level}: {}", finished.stderr());
        }
    }
}

#[tokio::test]
async fn the_reached_level_is_told_with_its_reason() {
    let best = Sandbox::detect(interpreter().await, &probe()).await.unwrap();
    let level = best.isolation().level;
    assert_eq!(best.isolation().reason.is_none(), level == Level::Bubblewrap);
    let required = Sandbox::require(interpreter().await, &probe()).await;
    if level.is_sandbox() {
        assert_eq!(required.unwrap().isolation().level, level);
    } else {
        let failure = Failure::from(required.unwrap_err());
        assert_eq!(failure.kind, ErrorKind::Environment);
        assert!(failure.message.contains("install bubblewrap"), "{failure}");
    }
}
