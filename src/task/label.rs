//! What must a machine have for a task? Labels: plain words that a task requires and a worker has.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The labels of a worker, or those that a task requires: sorted, each once, at most [`Labels::MOST`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Labels(BTreeSet<Box<str>>);

impl Labels {
    /// A worker looks at the heads of as many queues as its labels have subsets.
    pub const MOST: usize = 6;
    /// The longest label, in bytes.
    const LONGEST: usize = 32;

    /// The labels of these words, if all are such.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let labels: BTreeSet<Box<str>> =
            words.into_iter().map(|word| checked(word).map(Box::from)).collect::<Result<_, _>>()?;
        if labels.len() > Self::MOST {
            return Err(format!("{} labels are too many: at most {} count", labels.len(), Self::MOST));
        }
        Ok(Self(labels))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|label| &**label)
    }

    /// Everything that a task may require of who has these: nothing first.
    pub fn subsets(&self) -> impl Iterator<Item = Self> + '_ {
        (0..1_u32 << self.0.len()).map(|chosen| {
            let is_chosen = |place: &usize| chosen >> place & 1 == 1;
            let labels = self.0.iter().enumerate().filter(|(place, _)| is_chosen(place));
            Self(labels.map(|(_, label)| label.clone()).collect())
        })
    }
}

fn checked(word: &str) -> Result<&str, String> {
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    if !word.is_empty() && word.len() <= Labels::LONGEST && word.bytes().all(is_plain) {
        return Ok(word);
    }
    let shown: String = word.chars().take(Labels::LONGEST).collect();
    Err(format!("{shown:?} is no label: 1 to {} of a-z, 0-9, `-`, `_` and `.`", Labels::LONGEST))
}

impl fmt::Display for Labels {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, label) in self.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(formatter, "{comma}{label}")?;
        }
        Ok(())
    }
}

impl FromStr for Labels {
    type Err = String;

    /// Labels with commas between them.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::of(text.split(',').map(str::trim).filter(|word| !word.is_empty()))
    }
}

impl serde::Serialize for Labels {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_sorted_and_counted_once() {
        let labels: Labels = "gpu, linux,gpu".parse().unwrap();
        assert_eq!(labels.to_string(), "gpu,linux");
    }

    #[test]
    fn what_is_no_label_is_named() {
        for (text, reason) in [
            ("GPU", "\"GPU\" is no label"),
            ("a+b", "\"a+b\" is no label"),
            ("a/b", "\"a/b\" is no label"),
            ("a,b,c,d,e,f,g", "7 labels are too many: at most 6 count"),
        ] {
            let error = text.parse::<Labels>().unwrap_err();
            assert!(error.starts_with(reason), "{text}: {error}");
        }
        let long = "a".repeat(33);
        assert!(Labels::of([long.as_str()]).is_err());
    }

    #[test]
    fn who_has_two_labels_may_run_what_requires_none_one_or_both() {
        let labels: Labels = "gpu,linux".parse().unwrap();
        let subsets: Vec<String> = labels.subsets().map(|subset| subset.to_string()).collect();
        assert_eq!(subsets, ["", "gpu", "linux", "gpu,linux"]);
    }
}
