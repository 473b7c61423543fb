//! What is to be done with the documents of a project? One order a kind, and the folder where they lie.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Context, Kind, Lane, Threshold};

/// Work on the documents of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    /// The project whose documents these are.
    pub project: Artifacts,
    /// What is to be done.
    pub order: Order,
    /// The code of the project, its interpreter, and the model that is asked, where one is.
    pub context: Arc<Context>,
}

/// Where the documents of a project lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifacts {
    /// The project by its id.
    pub id: String,
    /// The folder, absolute; made when something is written there.
    pub folder: PathBuf,
}

/// One kind of such work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Requirements into a matrix.
    GenerateRtm(GenerateRtm),
    /// Requirements into test cases.
    GenerateTestCases(GenerateTestCases),
    /// What is covered.
    CoverageAnalysis(CoverageAnalysis),
}

/// Requirements into a matrix.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerateRtm {
    /// The document; `None` for `requirement.md` of the project.
    pub requirements_content: Option<String>,
}

/// Requirements into test cases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerateTestCases {
    /// The matrix or the document; `None` for the matrix of the project.
    pub rtm_content: Option<String>,
    /// Whether cases are wanted of what is refused, and at bounds.
    pub include_negative_tests: bool,
}

/// What is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageAnalysis {
    /// A module of the project whose tests are run; `None` for requirements against test cases.
    pub file_path: Option<String>,
    /// Whether branches count.
    pub include_branch_coverage: bool,
    /// What is to be reached, in percent.
    pub min_coverage_threshold: Threshold,
    /// The tests of the module, files and folders of the project; none for those that are named for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub test_paths: Vec<String>,
}

/// A model that answers in the way of `OpenAI`, and never its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatTerms {
    /// The models as their provider names them; those behind the first take over when it is rate-limited. Never none.
    pub models: Vec<String>,
    /// Where they answer, without a password.
    pub address: String,
    /// Whether the embedded way is taken where they fail.
    pub fallback: bool,
}

impl Documents {
    /// Who works lanes of models in results and lanes.
    pub const MODEL: &str = "model";

    /// What sort of work it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.order {
            Order::GenerateRtm(_) => Kind::GenerateRtm,
            Order::GenerateTestCases(_) => Kind::GenerateTestCases,
            Order::CoverageAnalysis(_) => Kind::CoverageAnalysis,
        }
    }

    /// The model that is asked, if one is.
    #[must_use]
    pub fn chat(&self) -> Option<&ChatTerms> {
        match self.order {
            Order::GenerateRtm(_) | Order::GenerateTestCases(_) => self.context.chat.as_deref(),
            Order::CoverageAnalysis(_) => None,
        }
    }

    /// What a worker must be able to do.
    #[must_use]
    pub fn lane(&self) -> Lane {
        match self.chat() {
            Some(_) => Lane::of_agent(&self.kind(), Self::MODEL),
            None => Lane::of_kind(&self.kind()),
        }
    }
}
