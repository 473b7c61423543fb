//! What does a user show? `otg_<id>_<secret>`, of which only a digest is kept.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::key::Digest;

/// What every key begins with.
const PREFIX: &str = "otg_";
/// How many characters of an id there are.
const ID: usize = 12;

/// A key as its user has it. Shown once, when it is made.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    id: String,
    secret: String,
}

impl Secret {
    /// A fresh key, its secret drawn from the system's randomness: 256 bits.
    #[must_use]
    pub fn fresh() -> Self {
        let id = Uuid::new_v4().simple().to_string()[..ID].to_owned();
        // Three draws have more than 256 random bits.
        let mut hasher = Sha256::new();
        for _ in 0..3 {
            hasher.update(Uuid::new_v4().as_bytes());
        }
        Self { id, secret: hex(&hasher.finalize()) }
    }

    /// A key as it was shown; `None` where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let holds = id.len() == ID && secret.len() == 64 && is_hex(id) && is_hex(secret);
        holds.then(|| Self { id: id.to_owned(), secret: secret.to_owned() })
    }

    /// Whether a text looks like a key, or like a part of one.
    #[must_use]
    pub fn is_alike(text: &str) -> bool {
        text.contains(PREFIX)
    }

    /// The public half.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is kept of the other half. A plain digest is enough: nobody guesses 256 random bits.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.secret.as_bytes()).into())
    }

    /// The whole key, for the one who asked for it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}{}_***", self.id)
    }
}

/// Bytes as two digits each.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_shown() {
        let secret = Secret::fresh();
        assert_eq!(Secret::parse(&secret.reveal()), Some(secret.clone()));
        assert_ne!(Secret::fresh(), secret);
    }

    #[test]
    fn a_key_never_prints_its_secret() {
        let secret = Secret::fresh();
        assert_eq!(format!("{secret:?}"), format!("otg_{}_***", secret.id()));
    }

    #[test]
    fn what_is_no_key_is_told_at_once() {
        let good = Secret::fresh().reveal();
        for text in
            ["", "otg_", "otg__", "otg_a_b", &good[1..], &good[..good.len() - 1], &good.to_uppercase()]
        {
            assert_eq!(Secret::parse(text), None, "{text:?}");
        }
    }
}
