//! Files of tests as agents may write them, in the folders `cheats` and `good`: no cheat is a success, and says why;
//! every good one is kept as it is.
//!
//! A cheat begins with a line that says what it does, and one with what must be said of it: parts of the error,
//! between semicolons. Lines `# ---- PATH` begin further files that the agent leaves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use _core::sandbox::{ModuleLayout, Sandbox};
use _core::verify::{Candidate, Verdict, Verification, VerifyError, VerifyLimits};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::bench::MODULE;
use crate::sandbox::ground::{Ground, interpreter, probe, with_plugins, write_files};

const FEWEST: usize = 40;
const SUBJECT: &str = include_str!("subject.py");

/// A file of one of the folders.
#[derive(Clone)]
struct Sample {
    name: String,
    text: String,
}

/// The files of a folder; only that of this name where `OTG_SAMPLE` has one.
fn samples(folder: &str) -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rust/verify").join(folder);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "py"));
    files.sort();
    assert!(files.len() >= FEWEST, "{} files", files.len());
    let only = std::env::var("OTG_SAMPLE").unwrap_or_default();
    let sample = |file: &PathBuf| Sample {
        name: file.file_stem().unwrap().to_string_lossy().into_owned(),
        text: std::fs::read_to_string(file).unwrap(),
    };
    files.iter().map(sample).filter(|sample| sample.name.contains(&only)).collect()
}

impl Sample {
    /// What stands behind a word at the begin of one of the first lines.
    fn note(&self, word: &str) -> &str {
        let line = self.text.lines().take(2).find_map(|line| line.strip_prefix(word));
        line.unwrap_or_else(|| panic!("{} has no line `{word}`", self.name)).trim()
    }

    /// The files that it consists of, each with its path; the first is the test file.
    fn files<'a>(&'a self, output: &'a str) -> Vec<(&'a str, &'a str)> {
        let mut parts = self.text.split("# ---- ");
        let first = (output, parts.next().unwrap());
        [first].into_iter().chain(parts.map(|part| part.split_once('\n').unwrap())).collect()
    }

    /// How long each of its tests may take. On a busy machine an honest one takes long: only for a cheat that never
    /// ends the time is short.
    fn limit(&self) -> Duration {
        Duration::from_secs(if self.text.contains("# Expected: took longer") { 10 } else { 120 })
    }

    /// Verifies it as what an agent has left.
    async fn verify(&self, sandbox: &Sandbox, module: &str, source: &str) -> Result<Verdict, VerifyError> {
        let output = module.replace("shop/", "tests/shop/test_");
        let ground = Ground::of(&[("shop/__init__.py", ""), (module, source)]).await;
        let workspace = ground.attempt.copy("agent").await.unwrap();
        write_files(workspace.root(), &self.files(&output));
        let (module, output) = (ground.path(module), ground.path(&output));
        let layout = ModuleLayout::find(ground.project.dir(), &module);
        let verification = Verification {
            sandbox,
            attempt: &ground.attempt,
            module: &module,
            layout: &layout,
            output: &output,
            limits: VerifyLimits { test: self.limit(), ..VerifyLimits::default() },
            mutate: false,
        };
        let candidate = Candidate::collect(&workspace, &output).await?;
        verification.run(candidate, &CancellationToken::new(), &|_| {}).await
    }
}

/// Judges all files of a folder, as many at once as there are processors; what is said of those that are wrong.
async fn wrong<F>(folder: &str, judge: impl Fn(Sample, Sandbox) -> F) -> Vec<String>
where
    F: Future<Output = Option<String>> + Send + 'static,
{
    let bare = Sandbox::detect(interpreter().await, &probe()).await.unwrap();
    let with_plugins = with_plugins(&bare).await;
    let places = Arc::new(Semaphore::new(std::thread::available_parallelism().unwrap().get()));
    let mut running = JoinSet::new();
    for sample in samples(folder) {
        let places = Arc::clone(&places);
        let name = sample.name.clone();
        let sandbox = if sample.text.contains("hypothesis") { &with_plugins } else { &bare };
        let judging = judge(sample, sandbox.clone());
        running.spawn(async move {
            let _place = places.acquire().await.unwrap();
            judging.await.map(|what| format!("{name}: {what}"))
        });
    }
    running.join_all().await.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_cheat_is_a_success_and_each_says_why() {
    let wrong = wrong("cheats", |sample, sandbox| async move {
        let said = match sample.verify(&sandbox, "shop/cart.py", MODULE).await {
            Ok(verdict) => return Some(format!("{:?} held, without {:?}", verdict.tests, verdict.removed)),
            Err(error) => error.to_string(),
        };
        assert!(!sample.note("#").is_empty());
        let expected = sample.note("# Expected:").split("; ");
        let missing: Vec<&str> = expected.filter(|part| !said.contains(part)).collect();
        (!missing.is_empty()).then(|| format!("{said}\n    does not say {missing:?}"))
    })
    .await;
    assert!(wrong.is_empty(), "{} cheats:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_good_file_is_kept_as_it_is() {
    let wrong = wrong("good", |sample, sandbox| async move {
        match sample.verify(&sandbox, "shop/orders.py", SUBJECT).await {
            Ok(verdict) if !verdict.removed.is_empty() => Some(format!("{:?}", verdict.removed)),
            Ok(verdict) if verdict.test_source != sample.text => Some("it was changed".to_owned()),
            Ok(verdict) if verdict.coverage.percent < 10.0 => Some(format!("{:?}", verdict.coverage)),
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        }
    })
    .await;
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
}
