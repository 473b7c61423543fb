//! For whom is standard output? For people, for programs, or for the checks of a pull request.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

/// For people, programs, or the checks of a pull request.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Format {
    /// How results are printed on standard output [default: text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    output_format: Option<OutputFormat>,
    /// Print one JSON document, as `--output-format json`
    #[arg(long, conflicts_with = "output_format")]
    json: bool,
}

/// What standard output is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// Lines for people
    Text,
    /// One JSON document
    Json,
    /// Annotations of GitHub Actions, and a table in the summary of the job
    Github,
}

impl Format {
    /// What was chosen.
    pub(super) fn chosen(self) -> OutputFormat {
        let json = if self.json { OutputFormat::Json } else { OutputFormat::Text };
        self.output_format.unwrap_or(json)
    }
}

/// Whether JSON is asked for. Read before the rest: a command line that makes no sense has an answer too.
pub(super) fn is_for_programs(arguments: &[OsString]) -> bool {
    let mut before = None;
    arguments.iter().take_while(|argument| *argument != "--").any(|argument| {
        let is_format = before.replace(argument).is_some_and(|option| option == "--output-format");
        argument == "--json" || argument == "--output-format=json" || (is_format && argument == "json")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(line: &str) -> bool {
        is_for_programs(&line.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn programs_are_known_by_their_option() {
        assert!(asks("status nope --json") && asks("--json frobnicate"));
        assert!(asks("generate a.py --output-format json") && asks("generate --output-format=json"));
        assert!(!asks("generate json") && !asks("generate --output-format github --output json"));
        assert!(!asks("status nope") && !asks("generate -- --json") && !asks("generate --json.py"));
    }
}
