//! How does one see all that was changed in a copy? By a second one of the same moment, in which nobody works.

use super::copy::copy;
use super::survey::survey;
use super::workspace::blocking;
use super::{Attempt, Project, SandboxError, Workspace};

/// A copy to work in, and what it was before anybody did.
#[derive(Debug)]
pub struct Twins {
    /// As it was.
    pub base: Workspace,
    /// Where somebody works.
    pub desk: Workspace,
}

const BASE: &str = "base";
const DESK: &str = "agent";

impl Attempt {
    /// Fresh twins: of the project, or of nothing.
    pub async fn twins(&self, is_empty: bool) -> Result<Twins, SandboxError> {
        let base = if is_empty { self.empty(BASE).await? } else { self.copy(BASE).await? };
        let desk = self.empty(DESK).await?;
        if !is_empty {
            desk.become_copy_of(&base).await?;
        }
        Ok(Twins { base, desk })
    }

    /// The twins as an earlier attempt left them; `None` where one of them is not there.
    pub fn kept_twins(&self) -> Result<Option<Twins>, SandboxError> {
        let twins = Twins { base: self.workspace(BASE), desk: self.workspace(DESK) };
        let is_there = twins.base.root().is_dir() && twins.desk.root().is_dir();
        if is_there {
            let scratch = twins.desk.scratch();
            std::fs::create_dir_all(scratch).map_err(|source| SandboxError::file(scratch, source))?;
        }
        Ok(is_there.then_some(twins))
    }

    /// An empty folder to work in.
    pub async fn empty(&self, name: &str) -> Result<Workspace, SandboxError> {
        let workspace = self.workspace(name);
        blocking(move || workspace.make_folders().map(|_| workspace)).await
    }
}

impl Workspace {
    /// Has what another copy has, and nothing else.
    pub async fn become_copy_of(&self, other: &Self) -> Result<(), SandboxError> {
        let dir = self.make_folders()?;
        let original = Project::open(other.root(), self.root())?;
        blocking(move || copy(&original, &survey(&original)?, &dir)).await
    }
}
