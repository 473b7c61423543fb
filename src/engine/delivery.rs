//! How do the tests of a project that travelled come back? By whoever has the project and reads the result: the files of
//! the result are put there, once.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::outcome::Finished;
use super::shared::Shared;
use crate::kinds::Home;
use crate::sandbox::{Project, SandboxError, workspace_folder};
use crate::store::Store;
use crate::task::{ErrorKind, Failure, GenerateTests, Task, TaskId, Travel, Work};
use crate::verify::{Helper, publish_files};

/// How long it is remembered that something was delivered; longer than tasks are usually kept.
const REMEMBERED: Duration = Duration::from_hours(24 * 60);

/// The projects that this process has, with the workspace root of each. Held for a look or an insertion.
#[derive(Debug, Default)]
pub(super) struct Homes(Mutex<HashMap<PathBuf, PathBuf>>);

impl Homes {
    /// This process has a project.
    pub(super) fn add(&self, project_root: &Path, home: &Home) {
        let mut homes = self.0.lock();
        if !homes.contains_key(project_root) {
            homes.insert(project_root.to_owned(), home.workspace_root.clone());
        }
    }

    fn workspace_root(&self, project_root: &Path) -> Option<PathBuf> {
        self.0.lock().get(project_root).cloned()
    }
}

/// The request of a task whose project travelled.
fn travelled(task: &Task) -> Option<&GenerateTests> {
    match &task.new.work {
        Work::GenerateTests(request) if request.context.travel != Travel::Shared => Some(request),
        _ => None,
    }
}

/// Whether the result of a task is to be delivered by whoever has its project.
pub(super) fn is_due(task: &Task) -> bool {
    travelled(task).is_some()
}

/// Waits for the end of a task that was submitted here, and delivers what it left.
pub(super) fn await_delivery(shared: &Arc<Shared>, id: TaskId) {
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let mut ticket = shared.waiters.register(id);
        let ended = match shared.store.get(id).await {
            Ok(Some(task)) if task.status().is_final() => Some(task),
            _ => ticket.completion().await,
        };
        let Some(task) = ended else { return };
        // What does not succeed now is done by whoever reads the result.
        let Ok(result) = shared.store.result(id).await else { return };
        if let Some(failure) = deliver(&shared, Finished::new(task, result)).await.undelivered {
            tracing::warn!(task = %id, "its tests could not be put into the project: {failure}");
        }
    });
}

/// Puts the files of a result where they belong, if this process has the project and nobody has done so before. What
/// hinders that is the failure of the answer.
pub(super) async fn deliver(shared: &Shared, finished: Finished) -> Finished {
    let Some(request) = travelled(&finished.task) else { return finished };
    let root = request.context.project_root.clone();
    let Some(workspace_root) = shared.homes.workspace_root(&root) else { return finished };
    let files = finished.result.as_ref().and_then(|result| result.get("files")).cloned();
    let Some(files) = files else { return finished };
    let (id, overwrite) = (finished.task.id(), request.overwrite);
    let delivering = tokio::task::spawn_blocking(move || {
        let files: Vec<Helper> = serde_json::from_value(files)
            .map_err(|error| Failure::new(ErrorKind::Internal, format!("files of task {id}: {error}")))?;
        deliver_once(&root, &workspace_root, id, &files, overwrite)
    });
    let outcome = delivering.await.unwrap_or_else(|error| {
        Err(Failure::new(ErrorKind::Internal, format!("the delivery ended early: {error}")))
    });
    match outcome {
        Ok(()) => finished,
        Err(failure) => Finished { undelivered: Some(Arc::new(failure)), ..finished },
    }
}

fn deliver_once(
    root: &Path,
    workspace_root: &Path,
    id: TaskId,
    files: &[Helper],
    overwrite: bool,
) -> Result<(), Failure> {
    let receipts = workspace_folder(workspace_root, ".delivered")?;
    let receipt = receipts.join(id.to_string());
    let wrap = |source| SandboxError::file(&receipts, source);
    // One after the other, in all processes: two would take each other's file for somebody's own.
    let turn = File::create(receipts.join(".turn")).map_err(wrap)?;
    turn.lock().map_err(wrap)?;
    if receipt.exists() {
        return Ok(());
    }
    publish_files(&Project::open(root, workspace_root)?, files, overwrite)?;
    forget_old(&receipts);
    std::fs::write(&receipt, "").map_err(wrap)?;
    Ok(())
}

fn forget_old(receipts: &Path) {
    for entry in std::fs::read_dir(receipts).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        if modified.is_ok_and(|then| then.elapsed().is_ok_and(|age| age > REMEMBERED)) {
            // What cannot be removed now is tried again with the next delivery.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
