//! What must never be shown? Known keys, whatever form they come in: as they are, in base64, in an address, in JSON.

mod known;
mod panics;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::task::Failure;

pub use known::{known, remember};
pub use panics::{panic_message, tell_panics};

/// What stands in place of a key.
const MASK: &str = "**********";
/// A shorter text is no key, and would be found everywhere.
const SHORTEST: usize = 6;

/// Takes known keys out of texts. Cheap to clone.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Every form of every key, the longest first, so that none is left half.
    forms: Arc<[SecretString]>,
}

impl Redactor {
    /// One that knows these keys.
    #[must_use]
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut forms: Vec<String> = keys
            .into_iter()
            .flat_map(|key| forms(key.expose_secret()))
            .filter(|form| form.len() >= SHORTEST)
            .collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Self { forms: forms.into_iter().map(SecretString::from).collect() }
    }

    /// The text without keys.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.forms.iter().fold(Cow::Borrowed(text), |text, form| {
            let form = form.expose_secret();
            if text.contains(form) { Cow::Owned(text.replace(form, MASK)) } else { text }
        })
    }

    /// The same failure without keys, in its message and in what it has to show.
    #[must_use]
    pub fn failure(&self, failure: Failure) -> Failure {
        Failure {
            message: self.text(&failure.message).into_owned(),
            result: failure.result.map(|result| self.value(result)),
            ..failure
        }
    }

    /// The same value without keys in its texts and names.
    #[must_use]
    pub fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.text(&text).into_owned()),
            Value::Array(values) => values.into_iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, value)| (self.text(&name).into_owned(), self.value(value)))
                .collect(),
            other => other,
        }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Redactor").finish_non_exhaustive()
    }
}

/// What most programs escape in an address: all but letters, digits and these.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The ways in which a key may be written down.
fn forms(key: &str) -> Vec<String> {
    let in_json = Value::from(key).to_string();
    let mut forms = vec![
        key.to_owned(),
        utf8_percent_encode(key, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(key, &UNRESERVED).to_string(),
        in_json.trim_matches('"').to_owned(),
        key.escape_debug().to_string(),
    ];
    forms.extend([STANDARD, URL_SAFE].iter().flat_map(|alphabet| in_base64(key, alphabet)));
    forms
}

/// The key in base64, wherever it begins in what was encoded with it: the digits that it alone decides.
fn in_base64(key: &str, alphabet: &Alphabet) -> Vec<String> {
    let engine = GeneralPurpose::new(alphabet, NO_PAD);
    (0..3)
        .map(|offset| {
            let bytes = [&[0; 2][..offset], key.as_bytes()].concat();
            let encoded = engine.encode(&bytes);
            // Digits that hold bits of what stands before or behind the key.
            let first = [0, 2, 3][offset];
            let last = encoded.len() - usize::from(bytes.len() % 3 != 0);
            encoded[first.min(last)..last].to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "sk-or-v1/ge+heim&\"1234";

    fn redactor() -> Redactor {
        Redactor::new([&SecretString::from(KEY)])
    }

    #[test]
    fn a_key_is_found_in_every_form() {
        let standard = base64::engine::general_purpose::STANDARD;
        for text in [
            format!("key {KEY}."),
            format!("{:?}", format!("key {KEY}")),
            Value::from(KEY).to_string(),
            format!("https://host/?key={}", utf8_percent_encode(KEY, NON_ALPHANUMERIC)),
            standard.encode(KEY),
            standard.encode(format!("me:{KEY}")),
            base64::engine::general_purpose::URL_SAFE.encode(format!("user:{KEY}:more")),
        ] {
            let shown = redactor().text(&text).into_owned();
            assert!(shown.contains(MASK), "{text} -> {shown}");
            assert!(!shown.contains(KEY), "{shown}");
        }
    }

    #[test]
    fn what_has_no_key_stays_as_it_is() {
        assert!(matches!(redactor().text("nothing secret"), Cow::Borrowed("nothing secret")));
        let short = Redactor::new([&SecretString::from("abc")]);
        assert_eq!(short.text("abcdef"), "abcdef");
    }

    #[test]
    fn a_value_is_cleaned_in_depth() {
        let value = serde_json::json!({KEY: [1, {"text": format!("a {KEY}")}]});
        assert!(!redactor().value(value).to_string().contains("geheim"));
    }

    proptest! {
        #[test]
        fn nothing_that_decodes_to_a_key_is_left(before in "[a-z]{0,9}", key in "[a-zA-Z0-9/+_-]{12,40}", after in "[a-z]{0,9}") {
            let redactor = Redactor::new([&SecretString::from(key.clone())]);
            let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{before}{key}{after}"));
            let shown = redactor.text(&encoded).into_owned();
            prop_assert!(shown.contains(MASK), "{} -> {}", encoded, shown);
        }
    }
}
