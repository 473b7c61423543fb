//! Where is the project of a task that came from elsewhere? Unpacked in the workspace root of this machine, once for all
//! tasks that name the same parcel.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Attempt;
use crate::sandbox::{Parcel, SandboxError, remove_tree, workspace_folder};
use crate::store::Store;
use crate::task::{Context, ErrorKind, Failure, ParcelId, Travel};

/// Where unpacked projects lie in the workspace root.
const PARCELS: &str = ".parcels";
/// How long an unpacked project stays that no task names any more; longer than any attempt.
const KEPT: Duration = Duration::from_hours(48);

/// What a worker has of its own for tasks whose projects travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Where attempts live, and unpacked projects.
    pub workspace_root: PathBuf,
    /// The interpreter, which has what the projects need.
    pub python: PathBuf,
}

/// The context of a task as it holds on this machine. A project that travels is unpacked here; without a home, as on a
/// testbed, it is where the task says.
pub(super) async fn localized(
    attempt: &Attempt,
    context: &Arc<Context>,
    home: Option<&Home>,
) -> Result<Arc<Context>, Failure> {
    let (Travel::Packed(parcel), Some(home)) = (context.travel, home) else {
        return Ok(Arc::clone(context));
    };
    Ok(Arc::new(Context {
        project_root: unpacked(attempt, parcel, home).await?,
        python: home.python.clone(),
        workspace_root: home.workspace_root.clone(),
        ..Context::clone(context)
    }))
}

/// The context in which what an attempt left on this machine is looked for: nothing is unpacked for that.
pub(super) fn left_in(context: &Arc<Context>, home: Option<&Home>) -> Arc<Context> {
    match (context.travel, home) {
        (Travel::Packed(_), Some(home)) => Arc::new(Context {
            project_root: home.workspace_root.clone(),
            workspace_root: home.workspace_root.clone(),
            ..Context::clone(context)
        }),
        _ => Arc::clone(context),
    }
}

/// The folder of an unpacked project.
async fn unpacked(attempt: &Attempt, parcel: ParcelId, home: &Home) -> Result<PathBuf, Failure> {
    let workspace_root = home.workspace_root.clone();
    let parcels = workspace_root.join(PARCELS);
    let folder = parcels.join(parcel.to_string());
    if is_fresh(&folder) {
        return Ok(folder);
    }
    let found = attempt.store().parcel(parcel).await;
    let contents = found.map_err(|error| Failure::new(ErrorKind::Transient, error.to_string()))?;
    let contents = contents.filter(|contents| ParcelId::of(contents) == parcel).ok_or_else(|| {
        let message =
            format!("the packed project {parcel} is not in the store any more: submit the task again");
        Failure::new(ErrorKind::Environment, message)
    })?;
    let unpacking = tokio::task::spawn_blocking(move || {
        workspace_folder(&workspace_root, PARCELS)?;
        forget_old(&parcels);
        unpack(&contents, &parcels, &folder).map(|()| folder)
    });
    match unpacking.await {
        Ok(unpacked) => Ok(unpacked?),
        Err(error) => Err(Failure::new(ErrorKind::Internal, format!("unpacking ended early: {error}"))),
    }
}

/// Whether the folder is there, which then stays for a while.
fn is_fresh(folder: &Path) -> bool {
    std::fs::File::open(folder).and_then(|folder| folder.set_modified(SystemTime::now())).is_ok()
}

/// Unpacks beside its place, and moves it there as a whole.
fn unpack(contents: &[u8], parcels: &Path, folder: &Path) -> Result<(), SandboxError> {
    let wrap = |source| SandboxError::file(parcels, source);
    let beside = tempfile::Builder::new().prefix(".unpacking").tempdir_in(parcels).map_err(wrap)?;
    Parcel::unpack(contents, beside.path())?;
    let beside = beside.keep();
    match std::fs::rename(&beside, folder) {
        Ok(()) => Ok(()),
        Err(error) => {
            let _ = remove_tree(&beside);
            // Another process was faster.
            if is_fresh(folder) { Ok(()) } else { Err(SandboxError::file(folder, error)) }
        }
    }
}

/// Removes what no task has named for long.
fn forget_old(parcels: &Path) {
    let is_old = |path: &Path| {
        let modified = path.symlink_metadata().and_then(|metadata| metadata.modified());
        modified.is_ok_and(|then| then.elapsed().is_ok_and(|age| age > KEPT))
    };
    for entry in std::fs::read_dir(parcels).into_iter().flatten().flatten() {
        if is_old(&entry.path()) {
            // What cannot be removed now is tried again with the next parcel.
            let _ = remove_tree(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_task_has_named_for_two_days_is_forgotten() {
        let parcels = tempfile::tempdir().unwrap();
        let (old, fresh) = (parcels.path().join("old"), parcels.path().join("fresh"));
        for folder in [&old, &fresh] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("file"), "text").unwrap();
            let long_ago = SystemTime::now() - KEPT - Duration::from_mins(1);
            std::fs::File::open(folder).unwrap().set_modified(long_ago).unwrap();
        }
        assert!(is_fresh(&fresh), "a task names it");
        forget_old(parcels.path());
        assert!(!old.exists() && fresh.exists());
    }
}
