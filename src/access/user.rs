//! How are users called? By a short name, which stands with each of their tasks.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// The name of a user: 1 to 64 of `a-z`, `A-Z`, `0-9`, `.`, `_`, `-` and `@`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UserName(Box<str>);

/// The longest name.
const LONGEST: usize = 64;

impl UserName {
    /// What the one user of a service without keys is called. Its tasks are those of nobody, as everything is that the
    /// command and Python programs submit.
    pub const LOCAL: &'static str = "local";

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for UserName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte);
        if name == Self::LOCAL {
            return Err(format!("user {name:?} is who uses a service without keys: choose another name"));
        }
        if (1..=LONGEST).contains(&name.len()) && name.bytes().all(is_plain) {
            return Ok(Self(name.into()));
        }
        let shown: String = name.chars().take(LONGEST).collect();
        Err(format!("user {shown:?} is no name: use 1 to {LONGEST} of a-z, A-Z, 0-9, `.`, `_`, `-` and `@`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for name in ["ada", "ada@example.org", "a.b-c_d", &"a".repeat(64)] {
            assert_eq!(name.parse::<UserName>().map(|user| user.to_string()), Ok(name.to_owned()));
        }
        for name in ["", "local", "ada lovelace", "ada/../bob", "ü", &"a".repeat(65)] {
            assert!(name.parse::<UserName>().is_err(), "{name:?}");
        }
    }
}
