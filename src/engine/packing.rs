//! How does a project that travels get into the store? Packed when a task is submitted, once for as long as none of its
//! files is written.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use super::error::{EngineError, InvalidRequest};
use super::shared::Shared;
use crate::sandbox::{Outline, Parcel, Project, SandboxError};
use crate::store::Store;
use crate::task::{Context, NewTask, ParcelId, TaskId, Travel, Work};

/// What was packed last of each project. Held for a look or a replacement.
#[derive(Debug, Default)]
pub(super) struct Packed(Mutex<HashMap<PathBuf, (Outline, ParcelId)>>);

/// Sees to it that the project of a task that travels is in the store before the task is.
pub(super) async fn pack(shared: &Shared, mut task: NewTask) -> Result<NewTask, EngineError> {
    let id = task.id;
    refuse_application(&task.work)?;
    if let Some(context) = task.work.context_mut() {
        match context.travel {
            Travel::Shared => {}
            Travel::ToBePacked { limit } => {
                let parcel = send(shared, context, limit, id).await?;
                *context = Arc::new(Context { travel: Travel::Packed(parcel), ..Context::clone(context) });
            }
            Travel::Packed(parcel) => {
                if !shared.store.keep_parcel(parcel, id, None).await? {
                    let message =
                        "its packed project is not in the store any more: submit it from the project again";
                    return Err(InvalidRequest::new("task_id", message).into());
                }
            }
        }
    }
    Ok(task)
}

/// Nobody where the task runs has the project to change.
fn refuse_application(work: &Work) -> Result<(), InvalidRequest> {
    match work {
        Work::AgentTask(request) if request.apply && request.context.travel != Travel::Shared => {
            let message = "the project travels as a snapshot (`project_transfer`): leave it out, and apply the `patch` \
                           of the result";
            Err(InvalidRequest::new("apply", message))
        }
        _ => Ok(()),
    }
}

/// Brings the project as it is now to the store, unless it is there.
async fn send(shared: &Shared, context: &Context, limit: u64, task: TaskId) -> Result<ParcelId, EngineError> {
    let root = context.project_root.clone();
    let (project, outline) = {
        let (root, workspace_root) = (root.clone(), context.workspace_root.clone());
        on_a_thread(move || {
            let project = Project::open(&root, &workspace_root)?;
            Outline::of(&project).map(|outline| (project, outline))
        })
        .await?
    };
    let known = shared.packed.0.lock().get(&root).copied();
    if let Some((_, parcel)) = known.filter(|(before, _)| *before == outline)
        && shared.store.keep_parcel(parcel, task, None).await?
    {
        return Ok(parcel);
    }
    let parcel = on_a_thread(move || Parcel::pack(&project, limit)).await?;
    if !shared.store.keep_parcel(parcel.id, task, None).await? {
        shared.store.keep_parcel(parcel.id, task, Some(parcel.contents)).await?;
    }
    shared.packed.0.lock().insert(root, (outline, parcel.id));
    Ok(parcel.id)
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SandboxError> + Send + 'static,
) -> Result<T, EngineError> {
    let refused = |message: String| EngineError::from(InvalidRequest::new("project_root", message));
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(|error| refused(error.to_string())),
        Err(error) => Err(refused(format!("packing ended early: {error}"))),
    }
}
