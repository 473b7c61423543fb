//! A model that is asked directly, in the way of `OpenAI`: one question, one answer of a known form.
//!
//! [`ChatModel::ask`] sends a [`Question`], waits where the provider throttles, reads the answer as JSON of the form that
//! was asked for, and asks once more where it is none.

mod answer;
mod chat;
mod error;
mod throttle;

pub use answer::{Asked, Question};
pub(crate) use answer::{parse, prompt};
pub use chat::ChatModel;
pub use throttle::Throttle;
