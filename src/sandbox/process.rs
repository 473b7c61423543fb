//! How is a child started, watched and ended? On a thread of its own, from start to burial.
//!
//! The thread that starts a child must outlive it: the kernel's parent-death signal fires when the starting
//! *thread* ends. So no pool: one thread per child, which starts it, reads its output, keeps its limits, kills all
//! that it left behind, and only then answers.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{ChildStderr, ChildStdout, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};
use rustix::process::{Pid, WaitId, WaitIdOptions, setpriority_process, waitid};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::fence::Fence;
use super::orphans::{self, COOKIE_VARIABLE};
use super::output::Tail;
use super::question::Question;
use super::starter::{NotStarted, Starter};
use super::tree::Tree;
use super::watchdog::{Allowance, Watchdog};
use super::{Exit, Finished, SandboxError};

/// How often the thread looks at the clock and the token.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };
/// How much sooner than a child its watcher gets the processor, where that is permitted.
const PRIORITY: i32 = -10;

/// A child that is ready to be started.
#[derive(Debug)]
pub(super) struct Child {
    /// Program, arguments, environment, folder.
    pub(super) command: std::process::Command,
    /// A file that it finds open, beside its standard input and outputs.
    pub(super) inherited: Option<OwnedFd>,
    /// What it loses before it starts.
    pub(super) fence: Option<Arc<Fence>>,
    /// What is its standard input.
    pub(super) input: Input,
    /// What it may use with all that it starts.
    pub(super) allowance: Allowance,
    /// How long it may take.
    pub(super) wall: Duration,
    /// How much of each output is kept.
    pub(super) output_bytes: usize,
}

/// What a child has as its standard input.
#[derive(Debug)]
pub(super) enum Input {
    /// Nothing to read.
    Nothing,
    /// Our answer to its question whether we live, which it asks before it begins, as the launcher does.
    Question,
    /// A conversation. Such a child makes a session of its own at once, where the others lead a group.
    Socket(OwnedFd),
}

impl Child {
    /// Runs it to its end. When this future is dropped, or the token is cancelled, the child is killed.
    pub(super) async fn run(self, cancel: &CancellationToken) -> Result<Finished, SandboxError> {
        let stop = cancel.child_token();
        let _kill_when_dropped = stop.clone().drop_guard();
        let program = self.program();
        let (sender, receiver) = oneshot::channel();
        std::thread::Builder::new()
            .name("otg-child".into())
            .spawn(move || sender.send(self.supervise(&stop)))
            .map_err(|source| SandboxError::Process { program, source })?;
        receiver.await.unwrap_or_else(|_| Err(SandboxError::Internal("a child's thread panicked".into())))
    }

    fn program(&self) -> PathBuf {
        PathBuf::from(self.command.get_program())
    }

    /// Starts it, and lets go of what only the child is to hold.
    fn start(&mut self, cookie: &str) -> Result<Started, NotStarted> {
        let mut command = std::mem::replace(&mut self.command, std::process::Command::new(""));
        command.env(COOKIE_VARIABLE, cookie).stdout(Stdio::piped()).stderr(Stdio::piped());
        let question = match std::mem::replace(&mut self.input, Input::Nothing) {
            Input::Nothing => {
                command.stdin(Stdio::null()).process_group(0);
                Question::none()
            }
            Input::Question => {
                let (question, input) = Question::expected()?;
                command.stdin(input).process_group(0);
                question
            }
            Input::Socket(socket) => {
                command.stdin(socket);
                Question::none()
            }
        };
        let Some(fence) = &self.fence else {
            let inherited = self.inherited.take();
            // Another thread may start something meanwhile, and leave the file open there: no harm.
            inherited
                .as_ref()
                .map(|file| fcntl_setfd(file, FdFlags::empty()))
                .transpose()
                .map_err(io::Error::from)?;
            return Ok(Started { child: command.spawn()?, question, starter: None });
        };
        fence.hand_over()?;
        let (child, starter) = Starter::start(command, Arc::clone(fence))?;
        Ok(Started { child, question, starter: Some(starter) })
    }

    fn supervise(mut self, stop: &CancellationToken) -> Result<Finished, SandboxError> {
        let finished = self.run_to_its_end(stop);
        if let Some(fence) = &self.fence {
            fence.take_back();
        }
        finished
    }

    fn run_to_its_end(&mut self, stop: &CancellationToken) -> Result<Finished, SandboxError> {
        let program = self.program();
        let wrap = |source| SandboxError::Process { program: program.clone(), source };
        let begin = Instant::now();
        let cookie = orphans::cookie();
        let Started { mut child, question, starter } = self.start(&cookie).map_err(|error| match error {
            NotStarted::Fence(reason) => SandboxError::Setup(reason),
            NotStarted::System(source) => wrap(source),
        })?;
        let root = Pid::from_child(&child);
        let _ = setpriority_process(None, PRIORITY); // of this thread; only root may
        let mut run = Run {
            root,
            question,
            tree: Tree::new(root, &cookie, self.fence.clone()),
            deadline: begin + self.wall,
            stdout: Pipe::new(child.stdout.take(), self.output_bytes),
            stderr: Pipe::new(child.stderr.take(), self.output_bytes),
        };
        let forced = run.watch(Watchdog::new(self.allowance.clone()), stop);
        let survivors = run.tree.kill();
        let status = child.wait().map_err(wrap)?;
        drop(starter);
        run.take_output();
        if survivors > 0 {
            return Err(SandboxError::Survivors(survivors));
        }
        let ended = status.signal().map_or_else(|| Exit::Code(status.code().unwrap_or(-1)), Exit::Signal);
        Ok(Finished {
            exit: forced.map_err(wrap)?.unwrap_or(ended),
            stdout_tail: run.stdout.tail.into_bytes(),
            stderr_tail: run.stderr.tail.into_bytes(),
            duration: begin.elapsed(),
        })
    }
}

/// A child that was started.
struct Started {
    child: std::process::Child,
    question: Question,
    /// `None` where this very thread started it.
    starter: Option<Starter>,
}

/// A child that runs.
struct Run {
    root: Pid,
    question: Question,
    tree: Tree,
    deadline: Instant,
    stdout: Pipe<ChildStdout>,
    stderr: Pipe<ChildStderr>,
}

impl Run {
    /// Waits for the end of the root process, or for a reason to end it. The root is not reaped, so that its id
    /// stays its own until all are dead.
    fn watch(&mut self, mut watchdog: Watchdog, stop: &CancellationToken) -> io::Result<Option<Exit>> {
        let exit_signal = ExitSignal::of(self.root);
        loop {
            self.wait_for_news(&exit_signal)?;
            if self.question.is_asked() {
                self.tree.end_first();
                self.question.answer();
            }
            self.take_output();
            if has_ended(self.root)? {
                return Ok(None);
            }
            if stop.is_cancelled() {
                return Ok(Some(Exit::Cancelled));
            }
            if Instant::now() >= self.deadline {
                return Ok(Some(Exit::TimedOut));
            }
            if let Some(exit) = watchdog.objection(&mut self.tree) {
                return Ok(Some(exit));
            }
        }
    }

    fn wait_for_news(&self, exit_signal: &ExitSignal) -> io::Result<()> {
        let mut descriptors: Vec<PollFd<'_>> = Vec::with_capacity(4);
        descriptors.extend(self.stdout.poll());
        descriptors.extend(self.stderr.poll());
        descriptors.extend(exit_signal.poll());
        descriptors.extend(self.question.poll());
        match poll(&mut descriptors, Some(&TICK)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn take_output(&mut self) {
        self.stdout.take();
        self.stderr.take();
    }
}

fn has_ended(pid: Pid) -> io::Result<bool> {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    Ok(waitid(WaitId::Pid(pid), look)?.is_some())
}

/// One output of a child.
struct Pipe<S> {
    stream: Option<S>,
    tail: Tail,
}

impl<S: AsFd + io::Read> Pipe<S> {
    fn new(stream: Option<S>, limit: usize) -> Self {
        let stream = stream.filter(|stream| ioctl_fionbio(stream, true).is_ok());
        Self { stream, tail: Tail::new(limit) }
    }

    fn poll(&self) -> Option<PollFd<'_>> {
        self.stream.as_ref().map(|stream| PollFd::new(stream, PollFlags::IN))
    }

    fn take(&mut self) {
        if let Some(stream) = &mut self.stream
            && !self.tail.take_from(stream)
        {
            self.stream = None;
        }
    }
}

/// Becomes readable when a process ends, where the system has such a thing; else the tick finds out.
struct ExitSignal {
    #[cfg(target_os = "linux")]
    descriptor: Option<std::os::fd::OwnedFd>,
}

#[cfg(target_os = "linux")]
impl ExitSignal {
    fn of(pid: Pid) -> Self {
        use rustix::process::{PidfdFlags, pidfd_open};

        Self { descriptor: pidfd_open(pid, PidfdFlags::empty()).ok() }
    }

    fn poll(&self) -> Option<PollFd<'_>> {
        self.descriptor.as_ref().map(|descriptor| PollFd::new(descriptor, PollFlags::IN))
    }
}

#[cfg(not(target_os = "linux"))]
impl ExitSignal {
    fn of(_pid: Pid) -> Self {
        Self {}
    }

    fn poll(&self) -> Option<PollFd<'_>> {
        None
    }
}
