//! The routes of projects: which there are, and what their documents hold.

mod add;
mod content;
mod files;
mod folder;
mod list;
mod remove;
mod show;
mod view;

pub(super) use add::{__path_add, add};
pub(super) use content::{__path_content, content};
pub(super) use files::{__path_files, files};
pub(super) use folder::{ArtifactList, PlainPath, Shelf, no_artifact};
pub(super) use list::{__path_list, list};
pub(super) use remove::{__path_remove, remove};
pub(super) use show::{__path_show, show};
