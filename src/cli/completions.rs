//! `completions`: a script that a shell reads to complete our command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::arguments::{Arguments, NAME};
use super::error::CommandError;
use super::exit::Exit;
use super::output;

/// `completions`.
pub(super) fn run(shell: Shell) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
    output::print_raw(script.trim_ascii_end())?;
    Ok(Exit::Done)
}
