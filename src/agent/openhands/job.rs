//! What is a conversation about? Tests or an errand: what the agent is told, and what of its work comes home.

use super::errand;
use super::feedback;
use super::files::{self, Fault, Place};
use super::haul;
use super::http::Http;
use super::instruction::instruction;
use crate::agent::{Brief, Engagement, Errand, LeftOut};
use crate::redact::Redactor;
use crate::sandbox::ProjectPath;
use crate::task::Failure;

/// The work of one iteration.
#[derive(Clone, Copy)]
pub(super) enum Job<'a> {
    /// Write tests.
    Tests(&'a Brief<'a>),
    /// Do what an instruction says.
    Errand(&'a Errand<'a>),
}

impl<'a> Job<'a> {
    /// The terms.
    pub(super) fn engagement(self) -> &'a Engagement<'a> {
        match self {
            Self::Tests(brief) => &brief.engagement,
            Self::Errand(errand) => &errand.engagement,
        }
    }

    /// The first message of a conversation, for an agent that works in `folder`.
    pub(super) fn opening(self, folder: &str) -> String {
        match self {
            Self::Tests(brief) => {
                let text = instruction(brief, folder);
                match brief.feedback {
                    Some(feedback) => format!("{text}\n{}", feedback::message(brief, feedback)),
                    None => text,
                }
            }
            Self::Errand(errand) => errand::instruction(errand, folder),
        }
    }

    /// The message with which a conversation goes on.
    pub(super) fn next(self) -> String {
        match self {
            Self::Tests(brief) => feedback::message(brief, &brief.feedback.cloned().unwrap_or_default()),
            Self::Errand(errand) => errand::go_on(errand),
        }
    }

    /// The one file that is to be written, where that is known.
    pub(super) fn output(self) -> Option<&'a ProjectPath> {
        match self {
            Self::Tests(brief) => Some(brief.output),
            Self::Errand(_) => None,
        }
    }

    /// Has the workspace as it was at the beginning, for a conversation that knows nothing of the one before. Tests
    /// are begun with what is there: only their file counts.
    pub(super) async fn begin_again(self) -> Result<(), Failure> {
        match self {
            Self::Tests(_) => Ok(()),
            Self::Errand(errand) => Ok(errand.engagement.workspace.become_copy_of(errand.base).await?),
        }
    }

    /// Brings what was written into the workspace, where the agent wrote it elsewhere, without keys; answers what
    /// did not come.
    pub(super) async fn bring_home(
        self,
        place: &Place,
        http: &Http,
        redactor: &Redactor,
    ) -> Result<Vec<LeftOut>, Fault> {
        match self {
            Self::Tests(brief) => {
                let workspace = brief.engagement.workspace;
                place.fetch(http, workspace, brief.output).await?;
                files::clean_changes(workspace, redactor).await
            }
            Self::Errand(errand) => haul::bring(errand, place, http, redactor).await,
        }
    }

    /// Whether what the agent said last is of interest.
    pub(super) fn wants_message(self) -> bool {
        matches!(self, Self::Errand(_))
    }

    /// Why the agent was stopped whose time was up.
    pub(super) fn out_of_time(self) -> &'static str {
        match self {
            Self::Tests(_) => {
                "the agent was stopped: the time of the attempt was needed for verification; raise `timeout`"
            }
            Self::Errand(_) => {
                "the agent was stopped: the rest of the attempt's time was needed to bring its work home; raise \
                 `timeout`"
            }
        }
    }
}
