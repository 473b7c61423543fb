//! Which agent, which model, which key: what `auto` takes, and that a key only goes where it belongs.

use _core::config::{Lack, Offer};
use secrecy::ExposeSecret as _;

use super::*;

const SERVER: (&str, &str) = ("OPENHANDS_SERVER_URL", "http://127.0.0.1:8000");

fn with(variables: &[(&str, &str)]) -> Settings {
    let place = variables.iter().fold(Place::new(), |place, (name, value)| place.variable(name, *value));
    place.settings()
}

fn key(settings: &Settings) -> Option<String> {
    settings.llm().api_key.map(|key| key.expose_secret().to_owned())
}

#[test]
fn auto_takes_the_server_where_there_is_one_and_a_model_for_it() {
    for model in [
        &[("OPENROUTER_API_KEY", "sk-or")][..],
        &[("LLM_API_KEY", "sk"), ("LLM_MODEL", "openai/gpt")],
        &[("LLM_BASE_URL", "http://127.0.0.1:11434"), ("LLM_MODEL", "ollama/qwen")],
    ] {
        let settings = with(&[&[SERVER], model].concat());
        let agent = settings.effective_agent();
        assert_eq!((agent.name, agent.reason), ("server", None), "{model:?}");
    }
}

fn lack() -> Offer {
    Err(Lack::new("it is not there", "install it"))
}

/// What `auto` takes with a key, or what stands in `variables` too, on a machine that has this.
fn taken(variables: &[(&str, &str)], docker: Option<Offer>, own_server: Option<Offer>) -> &'static str {
    let place = Place::new().variable("OPENROUTER_API_KEY", "sk-or").machine(Offers { docker, own_server });
    let place = variables.iter().fold(place, |place, (name, value)| place.variable(name, *value));
    place.settings().effective_agent().name
}

#[test]
fn auto_takes_a_server_then_docker_then_a_server_of_our_own_then_the_embedded_agent() {
    assert_eq!(taken(&[SERVER], Some(Ok(())), Some(Ok(()))), "server");
    assert_eq!(taken(&[], Some(Ok(())), None), "docker");
    assert_eq!(taken(&[], Some(lack()), Some(Ok(()))), "server");
    assert_eq!(taken(&[], Some(lack()), Some(lack())), "local");
    let nothing = Place::new().variable("OPENROUTER_API_KEY", "sk").machine(Offers::default()).settings();
    let reason = nothing.effective_agent().reason.unwrap();
    for word in ["OPENHANDS_SERVER_URL", "Docker", "OPENHANDS_PYTHON", "doctor"] {
        assert!(reason.contains(word), "{reason}");
    }
}

#[test]
fn the_machine_is_looked_at_once_and_only_where_that_matters() {
    let looks = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = || {
        let looks = std::sync::Arc::clone(&looks);
        Lookout::new(move |_| {
            looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Offers { docker: Some(Ok(())), own_server: None }
        })
    };
    let seen = || looks.load(std::sync::atomic::Ordering::Relaxed);
    for variables in [
        &[][..],
        &[SERVER, ("OPENROUTER_API_KEY", "sk-or")],
        &[("OPENHANDS_AGENT", "local"), ("OPENROUTER_API_KEY", "sk-or")],
        &[("OPENHANDS_AGENT", "docker"), ("OPENROUTER_API_KEY", "sk-or")],
        &[("OPENHANDS_ENABLE_REAL_AGENT", "false"), ("OPENROUTER_API_KEY", "sk-or")],
    ] {
        let mut place = Place::new();
        place.inputs.lookout = counted();
        let place = variables.iter().fold(place, |place, (name, value)| place.variable(name, *value));
        assert_ne!(place.settings().effective_agent().name, "auto");
        assert_eq!(seen(), 0, "{variables:?}");
    }
    let mut place = Place::new().variable("OPENROUTER_API_KEY", "sk-or");
    place.inputs.lookout = counted();
    let settings = place.settings();
    assert_eq!(seen(), 0, "not before somebody asks");
    assert_eq!(settings.clone().effective_agent().name, "docker");
    assert_eq!(settings.effective_agent().name, "docker");
    assert_eq!(settings.context().agent, "docker");
    assert_eq!(seen(), 1);
}

#[test]
fn what_gets_keys_does_not_come_from_a_file_that_is_shared() {
    for name in ["openhands_python", "docker_image"] {
        let error = Place::new().pyproject(&format!("{name} = \"python3\"")).error();
        assert!(error.contains("must not stand in"), "{error}");
    }
}

#[test]
fn no_server_is_taken_where_no_real_agent_may_be() {
    let settings = with(&[
        SERVER,
        ("OPENROUTER_API_KEY", "sk-or"),
        ("OPENHANDS_AGENT", "server"),
        ("OPENHANDS_ENABLE_REAL_AGENT", "false"),
    ]);
    assert_eq!(settings.effective_agent().name, "local");
    assert_eq!(settings.context().remote, None);
}

#[test]
fn the_presets_give_model_key_and_address_where_llm_says_nothing() {
    let settings = with(&[("OPENROUTER_API_KEY", "sk-or"), ("OPENHANDS_MODEL", "deepseek-r1")]);
    let llm = settings.llm();
    assert_eq!(llm.models, ["openrouter/deepseek/deepseek-r1-0528-qwen3-8b:free"]);
    assert_eq!(llm.base_url.as_deref(), Some("https://openrouter.ai/api/v1"));
    assert_eq!(key(&settings).as_deref(), Some("sk-or"));
}

#[test]
fn what_llm_says_stands_above_the_presets() {
    let settings = with(&[
        ("OPENROUTER_API_KEY", "sk-or"),
        ("LLM_API_KEY", "sk-llm"),
        ("LLM_MODEL", "openai/gpt"),
        ("LLM_BASE_URL", "https://host/v1"),
    ]);
    let llm = settings.llm();
    assert_eq!(
        (llm.models.join(",").as_str(), llm.base_url.as_deref()),
        ("openai/gpt", Some("https://host/v1"))
    );
    assert_eq!(key(&settings).as_deref(), Some("sk-llm"));
}

#[test]
fn the_key_of_one_provider_is_never_given_to_another() {
    let elsewhere = with(&[("OPENROUTER_API_KEY", "sk-or"), ("LLM_MODEL", "openai/gpt")]);
    assert_eq!((key(&elsewhere), elsewhere.llm().base_url), (None, None));
    let at_another_address = with(&[("OPENROUTER_API_KEY", "sk-or"), ("LLM_BASE_URL", "https://host/v1")]);
    assert_eq!(key(&at_another_address), None);
    let same = with(&[("OPENROUTER_API_KEY", "sk-or"), ("LLM_MODEL", "openrouter/x/y")]);
    assert_eq!(key(&same).as_deref(), Some("sk-or"));
}

#[test]
fn a_task_carries_model_address_and_limits_and_no_key() {
    let settings = with(&[
        SERVER,
        ("LLM_API_KEY", "sk-geheim"),
        ("LLM_MODEL", "openai/gpt"),
        ("LLM_BASE_URL", "https://me:geheim@host/v1"),
        ("OPENHANDS_MAX_COST_USD", "0.25"),
        ("OPENHANDS_MAX_TOKENS", "5000"),
        ("OPENHANDS_SESSION_API_KEY", "session-geheim"),
    ]);
    let context = settings.context();
    let remote = context.remote.as_deref().unwrap();
    assert_eq!(context.agent, "server");
    assert_eq!(
        (remote.models.join(",").as_str(), remote.max_micro_usd, remote.max_tokens),
        ("openai/gpt", Some(250_000), Some(5000))
    );
    assert_eq!(remote.address.as_deref(), Some("https://**********@host/v1"));
    for text in [serde_json::to_string(&context).unwrap(), format!("{:?}", settings.llm())] {
        assert!(!text.contains("geheim"), "{text}");
    }
}

#[test]
fn an_address_that_gets_keys_does_not_come_from_a_file_that_is_shared() {
    for name in ["server_url", "llm_base_url", "llm_api_key", "session_api_key"] {
        let error = Place::new().pyproject(&format!("{name} = \"http://host\"")).error();
        assert!(error.contains("must not stand in"), "{error}");
    }
}

#[test]
fn models_that_take_over_are_of_the_same_provider() {
    let settings = with(&[("LLM_MODEL", "openai/gpt"), ("LLM_FALLBACK_MODELS", "openai/mini, openai/nano")]);
    assert_eq!(settings.llm().models, ["openai/gpt", "openai/mini", "openai/nano"]);
    let error = Place::new()
        .argument("llm_model", "openai/gpt")
        .argument("llm_fallback_models", "mistral/small")
        .error();
    assert!(error.contains("\"mistral/small\", which is of another provider"), "{error}");
}
