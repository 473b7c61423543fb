//! Where does something lie that may take a password? An address that `Debug` shows without it.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::rule::without_password;

/// An address as it was given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Deref for Address {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Address {
    /// All of it, the password too.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&without_password(&self.0), formatter)
    }
}
