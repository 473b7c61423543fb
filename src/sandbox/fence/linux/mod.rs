//! The fence of Linux: `fence` is the order in which things are given up, each other file one of them.

mod calls;
mod fence;
mod files;
mod handover;
mod program;
mod reservation;
mod rights;
mod tenants;
mod user;

pub(in crate::sandbox) use fence::Fence;
pub(in crate::sandbox) use program::file_for_bubblewrap;
