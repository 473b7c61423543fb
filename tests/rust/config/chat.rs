//! Which model work on documents asks, and where; a key only goes where it belongs.

use secrecy::ExposeSecret as _;

use super::*;

/// The first model, where it answers, and the key, by these variables.
fn chat(variables: &[(&str, &str)]) -> Option<(String, String, Option<String>)> {
    let place = variables.iter().fold(Place::new(), |place, (name, value)| place.variable(name, *value));
    let chat = place.settings().chat()?;
    let key = chat.api_key.as_ref().map(|key| key.expose_secret().to_owned());
    Some((chat.terms.models[0].clone(), chat.address, key))
}

fn known(model: &str, address: &str, key: Option<&str>) -> (String, String, Option<String>) {
    (model.to_owned(), address.to_owned(), key.map(str::to_owned))
}

#[test]
fn a_model_is_asked_where_its_provider_answers_in_the_way_of_openai() {
    let gpt = [("LLM_MODEL", "openai/gpt"), ("LLM_API_KEY", "sk-own")];
    assert_eq!(chat(&gpt), Some(known("gpt", "https://api.openai.com/v1", Some("sk-own"))));
    let own = [("LLM_MODEL", "openai/tiny"), ("LLM_BASE_URL", "http://127.0.0.1:8000/v1")];
    assert_eq!(chat(&own), Some(known("tiny", "http://127.0.0.1:8000/v1", None)));
    let ollama = [("LLM_MODEL", "ollama/qwen"), ("LLM_BASE_URL", "http://127.0.0.1:11434")];
    assert_eq!(chat(&ollama), Some(known("qwen", "http://127.0.0.1:11434/v1", None)));
    let (model, address, key) = chat(&[("OPENROUTER_API_KEY", "sk-or")]).unwrap();
    assert!(!model.starts_with("openrouter/"), "{model}");
    assert_eq!((address.as_str(), key.as_deref()), ("https://openrouter.ai/api/v1", Some("sk-or")));
}

#[test]
fn without_a_model_that_can_be_asked_the_embedded_way_is_taken() {
    assert_eq!(chat(&[]), None);
    assert_eq!(chat(&[("OPENHANDS_AGENT", "local"), ("OPENROUTER_API_KEY", "sk-or")]), None);
    assert_eq!(chat(&[("OPENHANDS_ENABLE_REAL_AGENT", "false"), ("OPENROUTER_API_KEY", "sk-or")]), None);
    // Its provider has a way of its own.
    assert_eq!(chat(&[("LLM_MODEL", "anthropic/claude"), ("LLM_API_KEY", "sk-own")]), None);
}

#[test]
fn what_a_task_carries_holds_no_key_and_no_password() {
    let place = Place::new()
        .variable("LLM_MODEL", "openai/tiny")
        .variable("LLM_API_KEY", "sk-own-Geheim")
        .variable("LLM_BASE_URL", "http://user:Geheim@127.0.0.1:8000/v1");
    let settings = place.settings();

    let carried = serde_json::to_string(&settings.context().chat).unwrap();

    assert!(carried.contains("127.0.0.1:8000") && !carried.contains("Geheim"), "{carried}");
    assert!(!format!("{:?}", settings.chat()).contains("Geheim"));
}
