//! The ground on which tests of the sandbox and of verification stand: a small project, an interpreter, a level.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use _core::sandbox::{Attempt, Interpreter, Level, ProbeDir, Project, ProjectPath, Sandbox};

/// A project in a temporary folder, with an attempt under way.
pub struct Ground {
    pub folder: tempfile::TempDir,
    pub project: Arc<Project>,
    pub attempt: Attempt,
}

impl Ground {
    /// A project of these files.
    pub async fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_files(folder.path(), files);
        let workspace_root = folder.path().join("openhands_workspace");
        let project = Arc::new(Project::open(folder.path(), &workspace_root).unwrap());
        let attempt = Attempt::begin(Arc::clone(&project), "task-1").await.unwrap();
        Self { folder, project, attempt }
    }

    pub fn path(&self, text: &str) -> ProjectPath {
        ProjectPath::parse(text, self.project.root()).unwrap()
    }
}

/// Writes files, folders and all.
pub fn write_files(root: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
}

pub fn probe() -> ProbeDir {
    ProbeDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/openhands_testgen/probe"))
}

/// The interpreter with pytest and coverage alone that `make test` names.
pub fn python() -> PathBuf {
    std::env::var_os("OTG_TEST_PYTHON")
        .expect("set OTG_TEST_PYTHON to a Python with pytest and coverage")
        .into()
}

/// The one that has Hypothesis too, and the plug-ins of our own suite.
fn python_with_plugins() -> PathBuf {
    std::env::var_os("OTG_TEST_PYTHON_PLUGINS")
        .expect("set OTG_TEST_PYTHON_PLUGINS to a Python with pytest, coverage and hypothesis")
        .into()
}

pub async fn interpreter() -> Arc<Interpreter> {
    Interpreter::probe(&python(), &probe()).await.unwrap()
}

/// A sandbox at this level; `None`, said aloud, where the machine has it not. With `CI` set that is a failure for
/// bubblewrap, which is a package; for Landlock it is one wherever the kernel has it.
pub async fn sandbox(level: Level) -> Option<Sandbox> {
    let interpreter = interpreter().await;
    if level.is_sandbox()
        && let Err(reason) = Sandbox::try_level(level, &interpreter, &probe()).await
    {
        let is_to_be_had = match level {
            Level::Bubblewrap => std::env::var_os("CI").is_some(),
            Level::Landlock => kernel_has_landlock(),
            Level::Limits => true,
        };
        assert!(!is_to_be_had, "no {level}, though it is to be had: {reason}");
        eprintln!("NOT TESTED at level {level}: {reason}");
        return None;
    }
    Some(Sandbox::at_level(interpreter, &probe(), level))
}

/// The same sandbox around the interpreter with plug-ins.
pub async fn with_plugins(sandbox: &Sandbox) -> Sandbox {
    let interpreter = Interpreter::probe(&python_with_plugins(), &probe()).await.unwrap();
    Sandbox::at_level(interpreter, &probe(), sandbox.isolation().level)
}

/// Whether the kernel has all of Landlock that we need, asked by nothing of ours.
fn kernel_has_landlock() -> bool {
    let ask = "import ctypes; print(ctypes.CDLL(None).syscall(444, None, ctypes.c_long(0), 1))";
    let answer = std::process::Command::new(python()).args(["-c", ask]).output().unwrap();
    String::from_utf8_lossy(&answer.stdout).trim().parse().is_ok_and(|version: i32| version >= 3)
}

/// Runs the same test body at the strongest and at the weakest level.
#[macro_export]
macro_rules! at_both_levels {
    ($($tests:tt)+) => {
        $crate::at_levels!([in_bubblewrap Bubblewrap, within_limits Limits] $($tests)+);
    };
}

/// Runs the same test body once per level.
#[macro_export]
macro_rules! at_each_level {
    ($($tests:tt)+) => {
        $crate::at_levels!([in_bubblewrap Bubblewrap, behind_landlock Landlock, within_limits Limits] $($tests)+);
    };
}

/// Runs each test body at some levels.
#[macro_export]
macro_rules! at_levels {
    ($levels:tt $($(#[$doc:meta])* async fn $name:ident($sandbox:ident: Sandbox) $body:block)+) => {
        $(
            $(#[$doc])*
            mod $name {
                #[allow(unused_imports, reason = "some bodies need nothing of the file")]
                use super::*;

                async fn body($sandbox: _core::sandbox::Sandbox) $body

                $crate::at_level!($levels);
            }
        )+
    };
}

/// The tests of one body, one for each level.
#[macro_export]
macro_rules! at_level {
    ([$($name:ident $level:ident),+]) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(sandbox) = $crate::sandbox::ground::sandbox(_core::sandbox::Level::$level).await {
                    body(sandbox).await;
                }
            }
        )+
    };
}
