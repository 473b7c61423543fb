//! Tasks within this process, for as long as it lives: one lock over one state.

mod admission;
mod claim;
mod dependencies;
mod feeds;
mod hasher;
mod index;
mod owners;
mod parcels;
mod queues;
mod sequence;
mod shelves;
mod state;
mod store;

pub use store::MemoryStore;
