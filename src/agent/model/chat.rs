//! How is a model asked? One request in the way of `OpenAI`, tried again where the provider throttles, with the next model
//! where one is not to be had.

use std::fmt;
use std::time::Duration;

use reqwest::{Client, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::error::{ChatError, detail_of, shortened};
use super::throttle::Throttle;
use crate::agent::openhands::http::{innermost, install_tls, retry_after};
use crate::config::Chat;
use crate::redact::{Redactor, known};
use crate::task::{ChatTerms, ErrorKind, Failure, Usage};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// Until a question is answered as a whole.
const ANSWER: Duration = Duration::from_mins(3);
/// The longest answer that is read.
const MOST_BYTES: usize = 4 << 20;

/// One line of a conversation.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Message {
    pub(super) role: &'static str,
    pub(super) content: String,
}

/// What a model said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) model: String,
    pub(super) usage: Usage,
}

/// A provider of models, with its key.
#[derive(Clone)]
pub struct ChatModel {
    chat: Chat,
    throttle: Throttle,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: &'a [Message],
    temperature: f32,
}

#[derive(Deserialize)]
struct Answer {
    choices: Vec<Choice>,
    usage: Option<Used>,
}

#[derive(Deserialize)]
struct Choice {
    message: Words,
}

#[derive(Deserialize)]
struct Words {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Used {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

impl ChatModel {
    /// The model of these settings. Opens no connection.
    #[must_use]
    pub fn new(chat: Chat) -> Self {
        Self { chat, throttle: Throttle::default() }
    }

    /// The same with other pauses.
    #[must_use]
    pub fn throttled(self, throttle: Throttle) -> Self {
        Self { throttle, ..self }
    }

    /// Sends a conversation to the models of a task, the first that answers; never to another address than that of the key.
    pub(super) async fn say(
        &self,
        terms: &ChatTerms,
        messages: &[Message],
        cancel: &CancellationToken,
    ) -> Result<Said, Failure> {
        let own = &self.chat.terms.address;
        if terms.address != *own {
            let message = format!(
                "the task asks for a model at {}, and the key of this process is for {own}: submit it again under the \
                 settings that hold now",
                terms.address
            );
            return Err(Failure::new(ErrorKind::Config, message));
        }
        let client = client()?;
        let mut last = None;
        for model in &terms.models {
            match self.patiently(&client, model, messages, cancel).await {
                Ok(said) => return Ok(said),
                Err(error) => {
                    let may_go_on = error.is_of_the_model();
                    last = Some(error.into_failure(model, own));
                    if !may_go_on {
                        break;
                    }
                }
            }
        }
        Err(last.unwrap_or_else(|| Failure::new(ErrorKind::Config, "no model is named: set LLM_MODEL")))
    }

    /// Tries again where the provider throttles.
    async fn patiently(
        &self,
        client: &Client,
        model: &str,
        messages: &[Message],
        cancel: &CancellationToken,
    ) -> Result<Said, ChatError> {
        for tries in 1.. {
            let asked = tokio::select! {
                () = cancel.cancelled() => return Err(ChatError::Cancelled),
                asked = self.once(client, model, messages) => asked,
            };
            let error = match asked {
                Ok(said) => return Ok(said),
                Err(error) => error,
            };
            let pause =
                error.is_throttling().then(|| self.throttle.pause(tries, error.retry_after())).flatten();
            let Some(pause) = pause else { return Err(error) };
            tracing::info!(
                model,
                seconds = pause.as_secs_f64(),
                "the model's provider throttles; asking again"
            );
            tokio::select! {
                () = cancel.cancelled() => return Err(ChatError::Cancelled),
                () = tokio::time::sleep(pause) => {}
            }
        }
        Err(ChatError::Cancelled)
    }

    async fn once(&self, client: &Client, model: &str, messages: &[Message]) -> Result<Said, ChatError> {
        let url = format!("{}/chat/completions", self.chat.address.trim_end_matches('/'));
        let mut request = client.post(url).json(&Request { model, messages, temperature: 0.0 });
        if let Some(key) = &self.chat.api_key {
            request = request.bearer_auth(key.expose_secret());
        }
        let response = request.send().await.map_err(|error| ChatError::Unreachable(innermost(&error)))?;
        let (status, retry_after) = (response.status(), retry_after(&response));
        let body = body(response).await?;
        if !status.is_success() {
            let detail = self.shown(&detail_of(&body));
            return Err(ChatError::Refused { status: status.as_u16(), detail, retry_after });
        }
        let answer: Answer = serde_json::from_slice(&body).map_err(|error| {
            ChatError::Malformed(self.shown(&format!("answered what is no chat completion: {error}")))
        })?;
        let usage = answer.usage.map(|used| Usage {
            cost_usd: None,
            prompt_tokens: used.prompt_tokens,
            completion_tokens: used.completion_tokens,
        });
        let text = answer.choices.into_iter().next().and_then(|choice| choice.message.content);
        let text = text.ok_or_else(|| ChatError::Malformed("answered nothing".to_owned()))?;
        Ok(Said { text, model: model.to_owned(), usage: usage.unwrap_or_default() })
    }

    /// A text of the provider's without keys.
    pub(super) fn shown(&self, text: &str) -> String {
        let keys: Vec<&SecretString> = self.chat.api_key.iter().collect();
        shortened(&known().text(&Redactor::new(keys).text(text)))
    }
}

fn client() -> Result<Client, Failure> {
    install_tls();
    Client::builder()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        // A key must not follow a pointer to somewhere else.
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| {
            Failure::new(ErrorKind::Config, format!("no model can be asked: {}", innermost(&error)))
        })
}

async fn body(mut response: Response) -> Result<Vec<u8>, ChatError> {
    let mut bytes = Vec::new();
    let lost = |error: reqwest::Error| ChatError::Unreachable(innermost(&error));
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(ChatError::Malformed("gave an answer that is too large".to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

impl fmt::Debug for ChatModel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ChatModel").field("chat", &self.chat).finish_non_exhaustive()
    }
}
