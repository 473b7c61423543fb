//! Files that fail on demand. What stands between `SQLite` and the system counts the calls that it makes of files
//! below a folder, and lets the n-th fail once; every other file of this process is left alone.
//!
//! `plan` decides which call fails and how, in safe Rust; `vfs` is the table of functions that `SQLite` calls;
//! `trial` tries one operation with each of its calls failing, and `records` tells what a file holds.

mod plan;
mod records;
mod trial;
mod vfs;

pub(crate) use plan::{Fault, FaultyFolder};
pub(crate) use records::copy_files;
pub(crate) use trial::{Ground, closing_withstands, opening_withstands, withstands};
