//! How do we talk with a child, and how does it end?

use std::process::Command;
use std::time::Duration;

use _core::sandbox::{Exit, Finished, Partner, SandboxError};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::ground::python;

/// What each child begins with: a session, and the socket as a file in both directions.
const HEAD: &str = "import os, socket, subprocess, sys, time\nos.setsid()\n\
                    line = socket.socket(fileno=os.dup(0)).makefile('rw')\n";

type Running = JoinHandle<Result<Finished, SandboxError>>;

/// Starts a few lines of Python.
fn start(code: &str, wall: Duration, cancel: &CancellationToken) -> (Running, UnixStream) {
    let mut command = Command::new(python());
    command.args(["-c", &format!("{HEAD}{code}")]);
    let (partner, socket) = Partner::new(command, wall).unwrap();
    let cancel = cancel.clone();
    (tokio::spawn(async move { partner.run(&cancel).await }), socket)
}

fn long() -> Duration {
    Duration::from_mins(1)
}

#[tokio::test]
async fn what_each_side_says_reaches_the_other_and_output_stays_apart() {
    let code = "text = line.readline()\nprint('printed')\nline.write(text.upper())\nsys.exit(3)";
    let (running, mut socket) = start(code, long(), &CancellationToken::new());

    let said = "word ".repeat(100_000) + "\n"; // more than a socket takes at once
    let (mut listen, mut speak) = socket.split();
    let mut heard = String::new();
    let (spoken, listened) =
        tokio::join!(speak.write_all(said.as_bytes()), listen.read_to_string(&mut heard));
    spoken.unwrap();
    listened.unwrap();

    assert_eq!(heard, said.to_uppercase());
    let finished = running.await.unwrap().unwrap();
    assert_eq!((finished.exit, finished.stdout().as_str()), (Exit::Code(3), "printed\n"));
}

#[tokio::test]
async fn a_child_learns_that_we_are_gone() {
    let code = "print('ready', file=line, flush=True)\nline.read()\nsys.exit(4)";
    let (running, socket) = start(code, long(), &CancellationToken::new());
    let mut socket = BufReader::new(socket);
    socket.read_line(&mut String::new()).await.unwrap();

    drop(socket);

    assert_eq!(running.await.unwrap().unwrap().exit, Exit::Code(4));
}

#[tokio::test]
async fn cancelling_kills_the_session_and_what_left_it() {
    let code = "code = 'import os, time; os.setsid(); print(flush=True); time.sleep(60)'\n\
                child = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE)\n\
                child.stdout.readline()\nprint(child.pid, file=line, flush=True)\ntime.sleep(60)";
    let cancel = CancellationToken::new();
    let (running, socket) = start(code, long(), &cancel);
    let mut pid = String::new();
    BufReader::new(socket).read_line(&mut pid).await.unwrap();
    assert!(lives(pid.trim()));

    cancel.cancel();

    assert_eq!(running.await.unwrap().unwrap().exit, Exit::Cancelled);
    assert!(!lives(pid.trim()));
}

#[tokio::test]
async fn a_child_that_takes_too_long_is_ended() {
    let (running, _socket) = start("time.sleep(60)", Duration::from_millis(100), &CancellationToken::new());

    assert_eq!(running.await.unwrap().unwrap().exit, Exit::TimedOut);
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let (partner, _socket) = Partner::new(Command::new("/no/such/program"), long()).unwrap();

    let error = partner.run(&CancellationToken::new()).await.unwrap_err();

    assert!(error.to_string().contains("/no/such/program"), "{error}");
}

/// Whether a process runs; one that is dead and not buried does not.
fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}
