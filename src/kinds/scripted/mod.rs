//! Kind `generate_tests` as a script has it, for tests of what stands around the engine: who submits, waits, retries,
//! cancels. The task, its states, retries and events are the engine's own; only the attempt is played.

mod handler;
mod outcome;
mod result;
mod script;
mod typist;

pub use handler::ScriptedHandler;
pub use outcome::{Act, Ending, Figures, Outcome};
pub use script::{Roll, Script};
