//! How do children run, and how do they end?

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use _core::sandbox::{Command, Exit, Finished, Limits, Sandbox};
use tokio_util::sync::CancellationToken;

use super::ground::{probe, python};
use crate::at_each_level;

/// Runs a few lines of Python in a folder of their own.
async fn run(sandbox: &Sandbox, code: &str) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    run_in(sandbox, folder.path(), code, Limits::default(), &CancellationToken::new()).await
}

async fn run_in(
    sandbox: &Sandbox,
    folder: &Path,
    code: &str,
    limits: Limits,
    cancel: &CancellationToken,
) -> Finished {
    let folder = folder.canonicalize().unwrap();
    let command = Command::new(&folder, folder.join("scratch"))
        .args(["-c", code])
        .writable(&folder)
        .env("OTG_TEST_FOLDER", &folder)
        .limits(limits);
    sandbox.run(command, cancel).await.unwrap()
}

/// Waits until a file has something in it, and answers that.
async fn content_of(file: &Path) -> String {
    for _ in 0..2_000 {
        if let Ok(text) = std::fs::read_to_string(file)
            && text.ends_with('\n')
        {
            return text.trim().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{} is not written", file.display());
}

/// Whether a process lives that has this text in its command line.
fn lives(mark: &str) -> bool {
    std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let status = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        !status.contains(") Z ") && String::from_utf8_lossy(&line).contains(mark)
    })
}

/// A process that leaves its session and parent, and would go on for a minute.
fn orphan(mark: &str) -> String {
    format!(
        r#"
import os, subprocess, sys, time
subprocess.Popen(
    [sys.executable, "-c", "import os, time; os.setsid() if os.fork() == 0 else os._exit(0); time.sleep(60)", "{mark}"],
    start_new_session=True,
).wait()
print("ready", file=open(os.environ["OTG_TEST_FOLDER"] + "/ready", "w"))
"#
    )
}

at_each_level! {
    async fn output_and_exit_code_come_back(sandbox: Sandbox) {
        let finished = run(&sandbox, "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)").await;
        assert_eq!(finished.exit, Exit::Code(7));
        assert_eq!((finished.stdout().as_str(), finished.stderr().as_str()), ("out\n", "err\n"));
    }

    async fn a_signal_is_told_from_an_exit_code(sandbox: Sandbox) {
        let finished = run(&sandbox, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)").await;
        assert_eq!(finished.exit, Exit::Signal(11));
    }

    async fn much_output_neither_blocks_nor_fills_memory(sandbox: Sandbox) {
        let code = "import sys\nfor _ in range(200): sys.stdout.write('x' * 1_000_000)\nprint('end')";
        let finished = run(&sandbox, code).await;
        assert_eq!(finished.exit, Exit::Code(0));
        assert_eq!(finished.stdout_tail.len(), Limits::default().output_bytes);
        assert!(finished.stdout().ends_with("xend\n"));
    }

    async fn what_takes_too_long_is_ended(sandbox: Sandbox) {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { wall: Duration::from_millis(700), ..Limits::default() };
        let begin = Instant::now();
        let code = "while True: print('x' * 10_000)";
        let finished = run_in(&sandbox, folder.path(), code, limits, &CancellationToken::new()).await;
        assert_eq!(finished.exit, Exit::TimedOut);
        assert!(begin.elapsed() < Duration::from_secs(10));
    }

    async fn cpu_time_memory_and_file_size_are_limited(sandbox: Sandbox) {
        let folder = tempfile::tempdir().unwrap();
        let cancel = CancellationToken::new();
        let limits = Limits { cpu_seconds: 1, ..Limits::default() };
        let finished = run_in(&sandbox, folder.path(), "while True: pass", limits, &cancel).await;
        assert!(matches!(finished.exit, Exit::Signal(24 | 9)), "{:?}", finished.exit);
        let finished = run(&sandbox, "bytearray(5 << 30)").await;
        assert!(finished.stderr().contains("MemoryError"), "{}", finished.stderr());
        let limits = Limits { file_bytes: 1000, ..Limits::default() };
        let code = "open('big', 'wb', 0).write(b'x' * 5000); open('big', 'ab', 0).write(b'x')";
        let finished = run_in(&sandbox, folder.path(), code, limits, &cancel).await;
        assert!(finished.stderr().contains("File too large"), "{}", finished.stderr());
    }

    async fn an_orphan_in_its_own_session_dies_with_the_run(sandbox: Sandbox) {
        let mark = format!("otg-orphan-{}", uuid::Uuid::new_v4());
        let finished = run(&sandbox, &orphan(&mark)).await;
        assert_eq!(finished.exit, Exit::Code(0), "{}", finished.stderr());
        assert!(!lives(&mark));
    }

    async fn after_cancellation_no_process_is_left(sandbox: Sandbox) {
        let mark = format!("otg-orphan-{}", uuid::Uuid::new_v4());
        let folder = tempfile::tempdir().unwrap();
        let cancel = CancellationToken::new();
        let code = format!("{}\ntime.sleep(60)", orphan(&mark));
        let run = run_in(&sandbox, folder.path(), &code, Limits::default(), &cancel);
        let cancelling = async {
            content_of(&folder.path().join("ready")).await;
            assert!(lives(&mark));
            cancel.cancel();
        };
        let (finished, ()) = tokio::join!(run, cancelling);
        assert_eq!(finished.exit, Exit::Cancelled);
        assert!(!lives(&mark));
        assert!(finished.duration < Duration::from_secs(30));
    }

    async fn a_run_that_nobody_waits_for_any_more_is_killed(sandbox: Sandbox) {
        let mark = format!("otg-orphan-{}", uuid::Uuid::new_v4());
        let folder = tempfile::tempdir().unwrap();
        let code = format!("{}\ntime.sleep(60)", orphan(&mark));
        let cancel = CancellationToken::new();
        let ready = folder.path().join("ready");
        tokio::select! {
            _ = run_in(&sandbox, folder.path(), &code, Limits::default(), &cancel) => unreachable!(),
            _ = content_of(&ready) => {}
        }
        for _ in 0..2_000 {
            if !lives(&mark) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the orphan lives on");
    }

    async fn a_fork_bomb_is_stopped(sandbox: Sandbox) {
        // Each generation leaves its session. It ends by itself after ten doublings: the machine is shared.
        let mark = format!("otg-bomb-{}", uuid::Uuid::new_v4());
        let code = format!(
            "
import os, time
mark = '{mark}'
for generation in range(10):
    if os.fork() == 0:
        os.setsid()
time.sleep(20)
"
        );
        let finished = run(&sandbox, &code).await;
        assert_eq!(finished.exit, Exit::TooManyProcesses);
        assert!(!lives(&mark));
    }

    async fn our_environment_is_not_seen(sandbox: Sandbox) {
        // CARGO_MANIFEST_DIR is set by cargo for this very process.
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        let code = "import os; print(sorted(os.environ))";
        let finished = run(&sandbox, code).await;
        let expected =
            "['HOME', 'LANG', 'OTG_SANDBOX_COOKIE', 'OTG_TEST_FOLDER', 'PATH', 'PWD', 'TMPDIR']\n";
        let optional = ["LC_CTYPE", "LD_LIBRARY_PATH"];
        let seen = optional.iter().fold(finished.stdout(), |seen, name| seen.replace(&format!("'{name}', "), ""));
        assert!(seen == expected || seen == expected.replace("'PWD', ", ""), "{seen}");
    }
}

#[test]
fn a_child_whose_parent_died_while_it_was_started_does_not_begin() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("begun");
    let launch = |input: UnixStream| {
        let begin = format!("open({file:?}, 'w')");
        std::process::Command::new(python())
            .args(["-I", "-S", probe().launch().to_str().unwrap()])
            .args(["300", "4294967296", "200000000", "0", "0", "--"])
            .arg(python())
            .args(["-c", &begin])
            .stdin(std::os::fd::OwnedFd::from(input))
            .status()
            .unwrap();
        file.exists()
    };
    // It asks before it begins, and the dead do not answer.
    let (parent, input) = UnixStream::pair().unwrap();
    drop(parent);
    assert!(!launch(input));
    let (mut parent, input) = UnixStream::pair().unwrap();
    parent.write_all(b"!").unwrap();
    assert!(launch(input));
}
