//! How does the receiver of a webhook know that we sent it? By a signature as Standard Webhooks have it, made with a
//! secret that both know.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What every secret begins with.
const PREFIX: &str = "whsec_";
/// How long a secret may be, in bytes, by the standard.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// Who is told of the end of the tasks of a key, and how that is signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KeyWebhooks {
    /// Where its tasks are told that name nobody themselves.
    pub callback_url: Option<String>,
    /// All of them sign, the newest first. A key from before there were webhooks has none.
    #[serde(skip)]
    pub secrets: Vec<WebhookSecret>,
}

/// A secret that signs webhooks. Unlike that of a key it is kept as it is: whoever signs must have it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// A fresh one, drawn from the system's randomness: 256 bits.
    #[must_use]
    pub fn fresh() -> Self {
        let mut hasher = Sha256::new();
        // Three draws have more than 256 random bits.
        for _ in 0..3 {
            hasher.update(Uuid::new_v4().as_bytes());
        }
        Self(hasher.finalize().to_vec())
    }

    /// A secret as it was shown; `None` where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        LENGTHS.contains(&bytes.len()).then_some(Self(bytes))
    }

    /// The secret as receivers are given it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// What tells it from others, and nothing of it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::new().chain_update("fingerprint of ").chain_update(&self.0).finalize();
        digest.iter().take(8).fold(String::new(), |mut text, byte| {
            // invariant: writing to a text does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The signature of a message that is sent at this time, in seconds since 1970.
    #[must_use]
    pub fn sign(&self, message: &str, timestamp: i64, body: &[u8]) -> String {
        // invariant: HMAC takes a key of any length.
        let Ok(mut signer) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        signer.update(format!("{message}.{timestamp}.").as_bytes());
        signer.update(body);
        format!("v1,{}", STANDARD.encode(signer.finalize().into_bytes()))
    }

    /// Several as a store keeps them, with spaces between.
    #[must_use]
    pub fn write_all(secrets: &[Self]) -> String {
        secrets.iter().map(Self::reveal).collect::<Vec<_>>().join(" ")
    }

    /// Several as a store has kept them; `None` where one of them is none.
    #[must_use]
    pub fn read_all(text: &str) -> Option<Vec<Self>> {
        text.split_whitespace().map(Self::parse).collect()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own libraries.
    #[test]
    fn a_signature_is_that_of_the_standard() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_are_read_as_they_were_written_and_never_print() {
        let secrets = vec![WebhookSecret::fresh(), WebhookSecret::fresh()];
        assert_eq!(WebhookSecret::read_all(&WebhookSecret::write_all(&secrets)), Some(secrets.clone()));
        assert_eq!(WebhookSecret::read_all(""), Some(Vec::new()));
        for text in ["otg_", "whsec_", "whsec_c2hvcnQ=", "whsec_***"] {
            assert_eq!(WebhookSecret::parse(text), None, "{text:?}");
        }
        assert_eq!(format!("{:?}", secrets[0]), "whsec_***");
    }
}
