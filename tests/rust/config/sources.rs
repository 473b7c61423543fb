//! `config show`: every setting with its value and where it came from.

use _core::config::SETTINGS;

use super::*;

#[test]
fn every_setting_is_listed_once_in_the_order_of_the_table() {
    let sources = Place::new().sources();
    let listed: Vec<_> = sources.iter().map(|entry| entry.name).collect();
    let table: Vec<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(listed, table);
}

#[test]
fn the_table_and_the_struct_have_the_same_fields() {
    let settings = serde_json::to_value(Place::new().settings()).unwrap();
    let mut fields: Vec<_> = settings.as_object().unwrap().keys().map(String::as_str).collect();
    fields.extend(["api_key", "llm_api_key", "session_api_key"]);
    fields.sort_unstable();
    let mut table: Vec<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    table.sort_unstable();
    assert_eq!(fields, table);
}

#[test]
fn each_layer_is_named() {
    let place = Place::new()
        .pyproject("max_retries = 1")
        .file(".env", "OPENHANDS_MAX_ITERATIONS=9\n")
        .variable("OPENHANDS_WORKERS", "6")
        .argument("agent", "local");
    let sources = place.sources();
    let root = place.root();
    let expected = [
        ("agent", "argument".to_owned()),
        ("workers", "environment variable OPENHANDS_WORKERS".to_owned()),
        ("max_iterations", format!(".env ({}/.env)", root.display())),
        ("max_retries", format!("pyproject.toml ({}/pyproject.toml)", root.display())),
        ("base_url", "default".to_owned()),
        ("api_key", "default".to_owned()),
        ("store", "default".to_owned()),
        ("project_root", "default (the nearest folder with pyproject.toml)".to_owned()),
        ("python", "default (the interpreter that runs openhands-testgen)".to_owned()),
    ];
    for (name, source) in expected {
        assert_eq!(sources.get(name).unwrap().source, source, "{name}");
    }
}

#[test]
fn values_are_shown_as_one_would_write_them() {
    let sources = Place::new().sources();
    let shown = |name: &str| sources.get(name).unwrap().shown();
    assert_eq!(shown("default_timeout_seconds"), "300");
    assert_eq!(shown("workers"), "3");
    assert_eq!(shown("require_sandbox"), "false");
    assert_eq!(shown("model_preset"), "gemini-flash");
    assert_eq!(shown("api_key"), "");
}
