//! The way of every run: parse, read settings, do what the verb says, end with an exit code.

use std::ffi::OsString;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use clap::Parser as _;
use tokio::runtime::{Builder, Runtime};

use super::arguments::{Arguments, Config, NAME, SettingArguments, Verb};
use super::error::CommandError;
use super::exit::Exit;
use super::format::{self, OutputFormat};
use super::github;
use super::logs::{self, Detail};
use super::output::Terminal;
use super::report;
use super::session::{Host, Session};
use super::{
    cancel, completions, config, doctor, documents, errand, generate, keys, lines, list, mcp, migrate, plan,
    projects, results, retry, serve, stats, status, submit, worker, workers, workflow,
};

/// The hint for programs where the parser explains itself to people.
const SEE_HELP: &str = "`openhands-testgen --help` lists what can be said";

/// Runs the command line, without the program's name, and answers its exit code. Never panics.
#[must_use]
pub fn run(arguments: Vec<OsString>, host: &Host) -> i32 {
    let format = format::asked(&arguments);
    let outcome = catch_unwind(AssertUnwindSafe(|| parse_and_run(arguments, format, host)));
    outcome.unwrap_or_else(|_| {
        let (message, hint) =
            ("a bug of ours: the command panicked", "please report it with the lines above");
        let terminal = Terminal::new();
        terminal.error(message);
        terminal.hint(hint);
        print_error(format, message, Some(hint), Exit::Internal.code());
        Exit::Internal.code()
    })
}

fn parse_and_run(arguments: Vec<OsString>, format: OutputFormat, host: &Host) -> i32 {
    let arguments = match Arguments::try_parse_from(std::iter::once(NAME.into()).chain(arguments)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nobody reads it: then nobody misses it.
            let _ = error.print();
            if error.use_stderr() {
                print_error(format, &first_line(&error), Some(SEE_HELP), error.exit_code());
            }
            return error.exit_code();
        }
    };
    let terminal = Terminal::new();
    let exit = perform(&arguments.verb, &arguments.settings, host, &terminal).unwrap_or_else(|error| {
        tell(&error, &terminal);
        print_error(format, &error.to_string(), error.hint().as_deref(), error.exit().code());
        error.exit()
    });
    exit.code()
}

/// Says on standard output what went wrong, where that is read by others than people.
fn print_error(format: OutputFormat, message: &str, hint: Option<&str>, exit_code: i32) {
    match format {
        OutputFormat::Text => {}
        OutputFormat::Json => report::print_error(message, hint, exit_code),
        OutputFormat::Github => github::print_error(message),
    }
}

/// What the parser says, without the usage below it.
fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// Says what went wrong and what to do.
pub(super) fn tell(error: &CommandError, terminal: &Terminal) {
    terminal.error(error);
    if let Some(hint) = error.hint() {
        terminal.hint(hint);
    }
}

fn perform(
    verb: &Verb,
    given: &SettingArguments,
    host: &Host,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    if let Verb::Completions { shell } = verb {
        return completions::run(*shell);
    }
    if let Verb::Mcp(command) = verb {
        return mcp::run(command, given, host, terminal);
    }
    let serving;
    let worker = match verb {
        Verb::Worker(worker) => Some(worker),
        Verb::Serve(command) => {
            serving = command.as_worker();
            Some(&serving)
        }
        _ => None,
    };
    let session = Session::load(given, worker, host)?;
    if let Verb::Config(Config::Show(format)) = verb {
        return config::show(*format, &session);
    }
    if let Verb::Workflow(command) = verb {
        return workflow::run(command, &session, host);
    }
    logs::start(terminal, detail(verb));
    in_runtime(attend_to(verb, &session, terminal))
}

async fn attend_to(verb: &Verb, session: &Session, terminal: &Terminal) -> Result<Exit, CommandError> {
    match verb {
        Verb::Generate(command) => generate::run(command, session, terminal).await,
        Verb::Submit(command) => submit::run(command, session, terminal).await,
        Verb::Task(command) => errand::run(command, session, terminal).await,
        Verb::Run(command) => documents::run(command, session, terminal).await,
        Verb::Plan(command) => plan::run(command, session, terminal).await,
        Verb::Status(command) => status::run(command, session).await,
        Verb::Watch(command) => results::watch(command, session, terminal).await,
        Verb::Results(command) => results::run(command, session, terminal).await,
        Verb::Logs(command) => lines::run(command, session, terminal).await,
        Verb::List(command) => list::run(command, session, terminal).await,
        Verb::Workers(format) => workers::run(*format, session, terminal).await,
        Verb::Stats(format) => stats::run(*format, session).await,
        Verb::Cancel(command) => cancel::run(command, session, terminal).await,
        Verb::Retry(command) => retry::run(command, session, terminal).await,
        Verb::Worker(command) => worker::run(command, session, terminal).await,
        Verb::Serve(command) => serve::run(command, session, terminal).await,
        Verb::Keys(command) => keys::run(command, session, terminal).await,
        Verb::Projects(command) => projects::run(command, session, terminal).await,
        Verb::Migrate(command) => migrate::run(command, session, terminal).await,
        Verb::Doctor(format) => doctor::run(*format, session).await,
        // invariant: `perform` has answered these.
        Verb::Config(_) | Verb::Completions { .. } | Verb::Workflow(_) | Verb::Mcp(_) => Ok(Exit::Done),
    }
}

fn detail(verb: &Verb) -> Detail {
    match verb {
        Verb::Worker(_) | Verb::Serve(_) => Detail::Attempts,
        Verb::Generate(_) | Verb::Task(_) | Verb::Run(_) | Verb::Results(_) | Verb::Watch(_) => Detail::Notes,
        _ => Detail::Warnings,
    }
}

/// Runs a verb on threads of its own, which end with it.
#[expect(clippy::disallowed_methods, reason = "the command has no event loop to hold up")]
pub(super) fn in_runtime(
    verb: impl Future<Output = Result<Exit, CommandError>>,
) -> Result<Exit, CommandError> {
    const THREADS: usize = 2;
    const THREADS_END: Duration = Duration::from_secs(2);
    let runtime: Runtime = Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .map_err(|error| CommandError::machine("threads", error.to_string()))?;
    let outcome = runtime.block_on(verb);
    runtime.shutdown_timeout(THREADS_END);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parser_is_told_in_one_line() {
        let error = Arguments::try_parse_from([NAME, "frobnicate"]).unwrap_err();
        assert_eq!(first_line(&error), "unrecognized subcommand 'frobnicate'");
    }
}
