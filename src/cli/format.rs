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

/// For whom is asked. Read before the rest: a command line that makes no sense has an answer too.
pub(super) fn asked(arguments: &[OsString]) -> OutputFormat {
    let mut before = None;
    arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .find_map(|argument| {
            let is_format = before.replace(argument).is_some_and(|option| option == "--output-format");
            let text = argument.to_str()?;
            match text.strip_prefix("--output-format=").unwrap_or(if is_format { text } else { "" }) {
                "json" => Some(OutputFormat::Json),
                "github" => Some(OutputFormat::Github),
                _ => (text == "--json").then_some(OutputFormat::Json),
            }
        })
        .unwrap_or(OutputFormat::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> OutputFormat {
        asked(&line.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn programs_are_known_by_their_option() {
        for line in ["status nope --json", "--json frobnicate", "generate a.py --output-format json"] {
            assert_eq!(of(line), OutputFormat::Json);
        }
        for line in ["generate a.py --output-format github", "workflow --output-format=github"] {
            assert_eq!(of(line), OutputFormat::Github);
        }
        for line in ["generate json", "generate --output json", "status nope", "generate -- --json"] {
            assert_eq!(of(line), OutputFormat::Text);
        }
        assert_eq!(of("generate --json.py --output-format github=json"), OutputFormat::Text);
    }
}
