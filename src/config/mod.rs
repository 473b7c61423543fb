//! Which settings hold? Every setting, its default, range and variable stand in one table; [`load`] reads the
//! layers (argument > environment > `.env` > `pyproject.toml` > default), checks what won, and remembers where
//! it came from.

mod address;
mod agent;
mod chat;
mod env_file;
mod environment;
mod error;
mod inputs;
mod layer;
mod llm;
mod load;
mod model;
mod offers;
mod project;
mod pyproject;
mod rule;
mod setting;
mod settings;
mod sources;
mod store;
mod table;
mod transfer;

pub use address::Address;
pub use agent::{AgentChoice, EffectiveAgent, FilesChoice};
pub use chat::Chat;
pub use environment::process_environment;
pub use error::ConfigError;
pub use inputs::{Inputs, Overrides};
pub use llm::Llm;
pub use load::{load, load_arguments};
pub use model::ModelPreset;
pub use offers::{Lack, Lookout, Offer, Offers};
pub use rule::Rule;
pub(crate) use rule::without_password;
pub use setting::Setting;
pub use settings::Settings;
pub use sources::{SourceEntry, Sources};
pub use store::MigrateChoice;
pub use table::SETTINGS;
