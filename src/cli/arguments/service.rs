//! The verbs of whoever offers tasks to others: `serve`, `mcp`, `keys` and `projects`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Json;
use super::serving::Worker;
use crate::access::{ProjectId, Role, UserName};

/// `serve`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Serve {
    /// The address to listen on; others than this machine's are for users with keys only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(in crate::cli) host: String,
    /// The port; 0 takes any that is free
    #[arg(long, value_name = "NUMBER", default_value_t = 8000)]
    pub(in crate::cli) port: u16,
    /// How many tasks to run at once; 0 leaves them to `worker` processes [default: setting `workers`]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(0..=256))]
    pub(in crate::cli) workers: Option<u32>,
    /// A Python module whose functions marked with `@handler(KIND)` run tasks of kinds of your own
    #[arg(long, value_name = "PACKAGE.MODULE")]
    pub(in crate::cli) handlers: Vec<String>,
    /// Ask for a key on this machine too
    #[arg(long)]
    pub(in crate::cli) require_keys: bool,
    /// A name under which browsers reach the service, behind a proxy for instance
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) allow_host: Vec<String>,
}

impl Serve {
    /// What it runs, as a worker does.
    pub(in crate::cli) fn as_worker(&self) -> Worker {
        worker(self.workers, &self.handlers)
    }
}

/// `mcp`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Mcp {
    /// How many tasks to run at once; 0 leaves them to `worker` processes [default: setting `workers`]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(0..=256))]
    pub(in crate::cli) workers: Option<u32>,
    /// A Python module whose functions marked with `@handler(KIND)` run tasks of kinds of your own
    #[arg(long, value_name = "PACKAGE.MODULE")]
    pub(in crate::cli) handlers: Vec<String>,
}

impl Mcp {
    /// What it runs, as a worker does.
    pub(in crate::cli) fn as_worker(&self) -> Worker {
        worker(self.workers, &self.handlers)
    }
}

fn worker(concurrency: Option<u32>, handlers: &[String]) -> Worker {
    Worker {
        concurrency,
        kinds: Vec::new(),
        handlers: handlers.to_vec(),
        labels: None,
        exit_when_idle: false,
        detached: false,
    }
}

/// `keys …`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Keys {
    /// Make a key for a user, and print it: this once
    Create(CreateKey),
    /// All keys: whose, for what and until when
    List(Json),
    /// Give a key a fresh secret that signs its webhooks, beside the one before
    WebhookSecret {
        /// The id of a key: what stands between `otg_` and its secret
        #[arg(value_name = "ID")]
        id: String,
    },
    /// End a key for good
    Revoke {
        /// The id of a key: what stands between `otg_` and its secret
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// `keys create`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CreateKey {
    /// The user: 1 to 64 of a-z, A-Z, 0-9, `.`, `_`, `-` and `@`
    #[arg(value_name = "USER")]
    pub(in crate::cli) user: UserName,
    /// What it allows: admin, user or read-only
    #[arg(long, value_name = "ROLE", default_value = "user")]
    pub(in crate::cli) role: Role,
    /// For how many days it holds
    #[arg(long, value_name = "NUMBER", default_value_t = 365, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(1..=3650))]
    pub(in crate::cli) days: i64,
    /// What you call it
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(in crate::cli) label: String,
    /// Where the end of its tasks is told that name nobody themselves
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) callback_url: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}

/// `projects …`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Projects {
    /// Add a project, in the place of the one that had its id
    Add(AddProject),
    /// All projects: where each lies, and who may work on it
    List(Json),
    /// Forget a project; its files stay
    Remove {
        /// The id of a project
        #[arg(value_name = "ID")]
        id: ProjectId,
    },
}

/// `projects add`.
#[derive(Debug, Args)]
pub(in crate::cli) struct AddProject {
    /// What everybody calls it by: a letter or digit, then letters, digits, `-`, `_` and `.`
    #[arg(value_name = "ID")]
    pub(in crate::cli) id: ProjectId,
    /// The folder of its code
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: PathBuf,
    /// The user who looks after it, besides admins: may work on it, and forget it
    #[arg(long, value_name = "USER")]
    pub(in crate::cli) owner: Option<UserName>,
    /// A user who may work on it, besides admins
    #[arg(long = "member", value_name = "USER")]
    pub(in crate::cli) members: Vec<UserName>,
    #[command(flatten)]
    pub(in crate::cli) format: Json,
}
