//! What must a worker be able to do to run a task? A lane: the kind of work, the agent that does it, and the labels
//! that it requires.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::{Kind, Labels};

/// `kind` or `kind/agent`, and `+label` for each label: workers claim by lane, so that a process never takes what
/// it cannot run. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(Arc<str>);

impl Lane {
    /// The lane of a kind that needs no agent.
    #[must_use]
    pub fn of_kind(kind: &Kind) -> Self {
        match kind {
            Kind::Custom(name) => Self(name.shared()),
            ours => Self(ours.as_str().into()),
        }
    }

    /// The lane of a kind done by a named agent.
    #[must_use]
    pub fn of_agent(kind: &Kind, agent: &str) -> Self {
        /// That of nearly every submission, made once.
        static USUAL: LazyLock<Lane> = LazyLock::new(|| Lane("generate_tests/local".into()));

        if (kind, agent) == (&Kind::GenerateTests, "local") {
            return USUAL.clone();
        }
        Self(format!("{kind}/{agent}").into())
    }

    /// The lane of the same work where it requires these labels.
    #[must_use]
    pub fn requiring(&self, labels: &Labels) -> Self {
        if labels.is_empty() {
            return self.without_labels();
        }
        let mut text = self.split().0.to_owned();
        for label in labels.iter() {
            text.push('+');
            text.push_str(label);
        }
        Self(text.into())
    }

    /// The lane of the same work wherever it is done.
    #[must_use]
    pub fn without_labels(&self) -> Self {
        match self.split() {
            (_, None) => self.clone(),
            (work, Some(_)) => Self(work.into()),
        }
    }

    /// The labels that its work requires.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.split().1.into_iter().flat_map(|labels| labels.split('+'))
    }

    /// Whether it is for work of this kind.
    #[must_use]
    pub fn is_of(&self, kind: &Kind) -> bool {
        self.kind() == kind.as_str()
    }

    /// The name of the kind of its work.
    #[must_use]
    pub fn kind(&self) -> &str {
        let work = self.split().0;
        work.split_once('/').map_or(work, |(kind, _)| kind)
    }

    /// The agent that does its work, where one does.
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        self.split().0.split_once('/').map(|(_, agent)| agent)
    }

    /// The lane as it stands in the store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The work, and the labels where there are any.
    fn split(&self) -> (&str, Option<&str>) {
        self.0.split_once('+').map_or((&self.0, None), |(work, labels)| (work, Some(labels)))
    }
}

impl From<String> for Lane {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_with_labels_is_of_the_same_work() {
        let plain = Lane::of_agent(&Kind::GenerateTests, "server");
        let labelled = plain.requiring(&"linux,gpu".parse().unwrap());
        assert_eq!(labelled.as_str(), "generate_tests/server+gpu+linux");
        assert_eq!(labelled.labels().collect::<Vec<_>>(), ["gpu", "linux"]);
        assert_eq!(labelled.without_labels(), plain);
        assert_eq!(labelled.agent(), Some("server"));
        assert!(labelled.is_of(&Kind::GenerateTests));
        assert_eq!(labelled.requiring(&Labels::default()), plain);
    }

    #[test]
    fn a_lane_without_labels_requires_none() {
        assert_eq!(Lane::of_kind(&Kind::Noop).labels().count(), 0);
    }
}
