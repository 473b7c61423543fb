//! Which order is carried out? One handler for all of them.

use std::sync::Arc;

use serde_json::Value;

use super::asking::Asking;
use super::{analysis, matrix, module_run, test_cases};
use crate::agent::ChatModel;
use crate::kinds::{Attempt, Handler, HandlerFuture};
use crate::sandbox::ProbeDir;
use crate::task::{Documents, ErrorKind, Failure, Order, Work};

/// Works on the documents of projects.
#[derive(Debug)]
pub struct DocumentsHandler {
    probe: ProbeDir,
    model: Option<ChatModel>,
}

impl DocumentsHandler {
    /// A handler that takes the embedded way.
    #[must_use]
    pub fn new(probe: ProbeDir) -> Self {
        Self { probe, model: None }
    }

    /// The same with a model, for tasks that ask for one.
    #[must_use]
    pub fn with_model(self, model: ChatModel) -> Self {
        Self { model: Some(model), ..self }
    }

    async fn work(&self, attempt: &Attempt, documents: &Documents) -> Result<Arc<Value>, Failure> {
        let asking = match (documents.chat(), &self.model) {
            (None, _) => None,
            (Some(terms), Some(model)) => Some(Asking { attempt, model, terms }),
            (Some(_), None) => {
                let message =
                    "the task asks for a model, and this process has none: set LLM_MODEL and LLM_API_KEY";
                return Err(Failure::new(ErrorKind::Config, message));
            }
        };
        let result = match &documents.order {
            Order::GenerateRtm(order) => matrix::generate(attempt, documents, order, asking).await?,
            Order::GenerateTestCases(order) => {
                test_cases::generate(attempt, documents, order, asking, &self.probe).await?
            }
            Order::CoverageAnalysis(order) => match &order.file_path {
                None => analysis::analyse(attempt, documents, &self.probe).await?,
                Some(file) => module_run::measure(attempt, documents, order, file, &self.probe).await?,
            },
        };
        Ok(Arc::new(result))
    }
}

impl Handler for DocumentsHandler {
    fn run<'a>(&'a self, attempt: &'a Attempt) -> HandlerFuture<'a> {
        Box::pin(async move {
            match &attempt.task.new.work {
                Work::Documents(documents) => self.work(attempt, documents).await,
                Work::GenerateTests(_)
                | Work::AgentTask(_)
                | Work::Planning(_)
                | Work::Webhook(_)
                | Work::Noop
                | Work::Custom(_) => {
                    Err(Failure::new(ErrorKind::Internal, "this handler works on documents only"))
                }
            }
        })
    }
}
