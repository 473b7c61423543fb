//! Which database is meant? An address that is never shown with its password.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;

use crate::task::Program;

/// So many bytes of a name PostgreSQL keeps.
const LONGEST_NAME: usize = 63;

/// The address of a database, as it was given. Neither `Debug` nor `Display` shows its password.
#[derive(Clone)]
pub struct PostgresAddress {
    text: SecretString,
    options: PgConnectOptions,
    is_pooled: bool,
}

impl PostgresAddress {
    /// Reads `postgres://…` or `postgresql://…`; `None` for any other address.
    pub(in crate::store) fn parse(text: &str) -> Option<Result<Self, String>> {
        let is_ours = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        is_ours.then(|| Self::from_str(text))
    }

    /// How a connection is made; what the address leaves open comes from `PGHOST`, `PGUSER`, `PGPASSFILE` and so on.
    /// In `pg_stat_activity` it stands as program, version, host and process, unless the address names it.
    pub(super) fn options(&self) -> PgConnectOptions {
        let options = self.options.clone();
        if options.get_application_name().is_some() {
            options
        } else {
            options.application_name(&application())
        }
    }

    /// The database that is connected to: where none is named, it is called as the user.
    pub(super) fn database(&self) -> &str {
        self.options.get_database().unwrap_or_else(|| self.options.get_username())
    }

    /// Whether a pooler stands before it that pools by transaction and knows nothing of prepared statements.
    pub(super) fn is_pooled(&self) -> bool {
        self.is_pooled
    }

    /// Whether the server is reached by a unix socket.
    pub(super) fn is_socket(&self) -> bool {
        self.options.get_socket().is_some()
    }

    /// Who connects.
    pub(super) fn user(&self) -> &str {
        self.options.get_username()
    }
}

impl FromStr for PostgresAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // What is wrong with it may quote parts of it: only that it is wrong is said.
        let options = PgConnectOptions::from_str(text).map_err(|_| {
            "the store's address cannot be read: write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with \
             special characters of a password percent-encoded"
                .to_owned()
        })?;
        refuse_unknown_parameters(text)?;
        let is_pooled = parameters(text).any(|parameter| parameter == "statement-cache-capacity=0");
        Ok(Self { text: text.to_owned().into(), options, is_pooled })
    }
}

/// What may stand behind the question mark of an address. Anything else would be passed over, and a misspelt sslmode with
/// it.
fn refuse_unknown_parameters(text: &str) -> Result<(), String> {
    const KNOWN: [&str; 19] = [
        "sslmode",
        "ssl-mode",
        "sslrootcert",
        "ssl-root-cert",
        "ssl-ca",
        "sslcert",
        "ssl-cert",
        "sslkey",
        "ssl-key",
        "statement-cache-capacity",
        "host",
        "hostaddr",
        "port",
        "dbname",
        "user",
        "password",
        "application_name",
        "options",
        "",
    ];
    let mut names = parameters(text).map(|parameter| parameter.split('=').next().unwrap_or_default());
    let is_known =
        |name: &str| KNOWN.contains(&name) || name.starts_with("options[") || name.starts_with("options%5B");
    match names.find(|name| !is_known(name)) {
        None => Ok(()),
        Some(name) => {
            let shown: String = name.chars().take(32).collect();
            Err(format!(
                "the store's address has a parameter {shown:?}, which is not known: docs/scaling.md lists those that are"
            ))
        }
    }
}

/// What stands behind the question mark of an address.
fn parameters(text: &str) -> impl Iterator<Item = &str> {
    text.split_once('?').map_or("", |(_, parameters)| parameters).split('&')
}

/// This program, as a database shows it: the process's number is kept whatever the host is called.
fn application() -> String {
    let Program { host, pid, version } = Program::this();
    let (program, process) = (format!("openhands-testgen/{version} "), format!(" {pid}"));
    let room = LONGEST_NAME.saturating_sub(program.len() + process.len());
    let host: String = host.chars().filter(char::is_ascii).take(room).collect();
    format!("{program}{host}{process}")
}

impl PartialEq for PostgresAddress {
    fn eq(&self, other: &Self) -> bool {
        self.text.expose_secret() == other.text.expose_secret()
    }
}

impl Eq for PostgresAddress {}

impl std::hash::Hash for PostgresAddress {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.expose_secret().hash(state);
    }
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "postgres://{}@", self.user())?;
        match self.options.get_socket() {
            Some(socket) => write!(formatter, "{}", socket.display())?,
            None => write!(formatter, "{}:{}", self.options.get_host(), self.options.get_port())?,
        }
        write!(formatter, "/{}", self.database())
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
