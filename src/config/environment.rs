//! What does the environment of this process say?

use std::collections::HashMap;

use super::error::ConfigError;
use super::table::SETTINGS;

/// The variables of this process. Those that are not Unicode are left out, unless one of them is a setting.
pub fn process_environment() -> Result<HashMap<String, String>, ConfigError> {
    let mut environment = HashMap::new();
    for (name, value) in std::env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(value) => {
                environment.insert(name, value);
            }
            Err(_) if SETTINGS.iter().any(|setting| setting.variable == name) => {
                return Err(ConfigError::NotUnicode { what: format!("the environment variable {name}") });
            }
            Err(_) => {}
        }
    }
    Ok(environment)
}
