//! The settings: which value wins, what is refused, and with which words.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod agents;
mod chat;
mod env_file;
mod errors;
mod precedence;
mod project;
mod pyproject;
mod ranges;
mod secrets;
mod sources;

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use _core::config::{
    ConfigError, Inputs, Lookout, Offers, Overrides, Settings, Sources, load, load_arguments,
};
use serde_json::Value;
use tempfile::TempDir;

/// A folder to work in, and what the settings are read from.
struct Place {
    folder: TempDir,
    inputs: Inputs,
}

impl Place {
    /// A project with an empty `pyproject.toml` and an interpreter that runs us.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let running_python = executable(&root.join("running/python"));
        fs::write(root.join("pyproject.toml"), "").unwrap();
        let inputs = Inputs {
            overrides: Overrides::new(),
            environment: HashMap::new(),
            working_directory: root,
            running_python: Some(running_python),
            ..Inputs::default()
        };
        Self { folder, inputs }
    }

    /// The project root, without links.
    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    fn argument(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.inputs.overrides.set(name, value);
        self
    }

    fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.inputs.environment.insert(name.to_owned(), value.into());
        self
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn folder(self, name: &str) -> Self {
        fs::create_dir_all(self.root().join(name)).unwrap();
        self
    }

    fn pyproject(self, table: &str) -> Self {
        self.file("pyproject.toml", format!("[tool.openhands-testgen]\n{table}\n"))
    }

    /// On a machine that has this.
    fn machine(mut self, offers: Offers) -> Self {
        self.inputs.lookout = Lookout::new(move |_| offers.clone());
        self
    }

    fn load(&self) -> Result<(Settings, Sources), ConfigError> {
        load(&self.inputs)
    }

    fn settings(&self) -> Settings {
        self.load().unwrap().0
    }

    fn sources(&self) -> Sources {
        self.load().unwrap().1
    }

    /// The message of the error, with `ROOT` in place of the folder's own path.
    fn error(&self) -> String {
        let error = self.load().map(|(settings, _)| settings).unwrap_err().to_string();
        error.replace(self.root().to_str().unwrap(), "ROOT")
    }
}

fn executable(path: &Path) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "#!/bin/sh\n").unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_owned()
}
