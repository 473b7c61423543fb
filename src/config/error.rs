//! What can be wrong with the settings? Each message names the setting, the value, where it stands, and the
//! remedy.

use std::path::PathBuf;

use thiserror::Error;

/// Why the settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The value is of the wrong type or out of its range.
    #[error("{setting} must be {expected}, not {value} (set by {origin}){hint}")]
    Invalid {
        /// The setting.
        setting: &'static str,
        /// What it must be.
        expected: String,
        /// What it is, as a message may quote it.
        value: String,
        /// Where it stands.
        origin: String,
        /// What to do, with `; ` before it; may be empty.
        hint: String,
    },
    /// A model that takes over belongs to another provider.
    #[error(
        "llm_fallback_models names {model:?}, which is of another provider than the first model: the key is not for it; \
         name models of one provider (LLM_FALLBACK_MODELS)"
    )]
    Stranger {
        /// The model.
        model: String,
    },
    /// The agent that was named lacks what it needs.
    #[error("agent {agent:?} needs {missing}: {hint}")]
    Incomplete {
        /// The agent.
        agent: &'static str,
        /// What is not there.
        missing: &'static str,
        /// Which variable to set.
        hint: &'static str,
    },
    /// No setting goes by this name.
    #[error("{name:?} in {origin} is not a setting: {hint}")]
    Unknown {
        /// The name.
        name: String,
        /// Where it stands.
        origin: String,
        /// The nearest known name, or where the names are listed.
        hint: String,
    },
    /// The setting does not belong into a file that is shared.
    #[error("{setting} must not stand in {origin}: set the environment variable {variable} instead")]
    Misplaced {
        /// The setting.
        setting: &'static str,
        /// The file.
        origin: String,
        /// Where it may stand.
        variable: &'static str,
    },
    /// A file with settings cannot be read.
    #[error("cannot read {origin}: {reason}")]
    Unreadable {
        /// The file.
        origin: String,
        /// What is wrong with it, and the remedy.
        reason: String,
    },
    /// A path or a variable is not Unicode, and could be neither stored nor shown.
    #[error("{what} is not valid Unicode: use one that is")]
    NotUnicode {
        /// The path or the variable.
        what: String,
    },
    /// There is no interpreter to run the project with.
    #[error(
        "no Python interpreter was found for the project: set python (OPENHANDS_PROJECT_PYTHON) to one that has \
         pytest and coverage"
    )]
    NoInterpreter,
    /// The folder in which we work is gone.
    #[error("cannot use the working directory {path:?}: {reason}")]
    WorkingDirectory {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
}
