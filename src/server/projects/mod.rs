//! The routes of projects: which there are, and what their documents hold.

mod content;
mod files;
mod folder;
mod list;

pub(super) use content::{__path_content, content};
pub(super) use files::{__path_files, files};
pub(super) use folder::{ArtifactList, PlainPath, Shelf, no_artifact};
pub(super) use list::{__path_list, list};
