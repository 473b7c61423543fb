//! What are the settings read from? Everything comes in as a value, so that nothing here depends on the process.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

use super::offers::Lookout;

/// What [`super::load`] reads.
#[derive(Clone, Default)]
pub struct Inputs {
    /// What the caller gave, by setting name.
    pub overrides: Overrides,
    /// The environment; see [`super::process_environment`].
    pub environment: HashMap<String, String>,
    /// Where the search for the project and for `.env` begins, absolute.
    pub working_directory: PathBuf,
    /// The interpreter that runs us, if one does: the last choice for the project's.
    pub running_python: Option<PathBuf>,
    /// Looks what this machine has for an agent of OpenHands.
    pub lookout: Lookout,
}

impl fmt::Debug for Inputs {
    /// Without the environment, which may hold keys.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Inputs")
            .field("overrides", &self.overrides)
            .field("working_directory", &self.working_directory)
            .field("running_python", &self.running_python)
            .finish_non_exhaustive()
    }
}

/// Arguments by setting name. A null counts as not given.
#[derive(Clone, Default, PartialEq)]
pub struct Overrides(BTreeMap<String, Value>);

impl Overrides {
    /// No arguments.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same arguments and this one.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Adds an argument, or replaces it.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// What was given.
    pub(super) fn given(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.as_str(), value))
    }
}

impl FromIterator<(String, Value)> for Overrides {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(arguments: I) -> Self {
        Self(arguments.into_iter().collect())
    }
}

impl fmt::Debug for Overrides {
    /// Names only: a value may be a key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
