//! Do the tests hold? Runs what an agent wrote, three times, in a fresh copy; measures; runs it once more against a
//! module that refuses to work; takes out what does not hold; puts the rest in its place.
//!
//! [`Candidate::collect`] takes from the agent's workspace what may be taken, [`Verification::run`] makes a
//! [`Verdict`] of it, [`publish`] writes that into the project.

mod candidate;
mod command;
mod coverage;
mod error;
mod existing;
mod faults;
mod inspect;
mod journal;
mod measure;
mod mutation;
mod ownership;
mod publish;
mod pytest;
mod record;
mod refusal;
mod round;
mod session;
mod temporary;
mod traces;
mod verdict;
mod verification;

pub use candidate::{Candidate, Helper};
pub use coverage::{Coverage, CoverageCounts};
pub use error::VerifyError;
pub use existing::{Existing, Outcome, Ran};
pub use mutation::Mutation;
pub use ownership::{HEADER, Ownership, ownership, with_header};
pub use publish::{
    PublishError, Published, check_output, publish, publish_files, published_digest, verified_files,
};
pub(crate) use temporary::{Temporary, open_folder, sync_folder};
pub use verdict::{Judged, Judgement, Removed, Verdict};
pub use verification::{Verification, VerifyLimits};
