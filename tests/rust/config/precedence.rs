//! Argument > environment > `.env` > `pyproject.toml` > default, for each pair of neighbours.

use super::*;

#[test]
fn a_default_holds_where_nothing_is_set() {
    let settings = Place::new().settings();
    assert_eq!(settings.workers, 3);
    assert_eq!(settings.max_iterations, 3);
    assert_eq!(settings.max_retries, 3);
    assert!((settings.default_timeout_seconds - 300.0).abs() < f64::EPSILON);
    assert!((settings.resume_max_age_seconds - 3600.0).abs() < f64::EPSILON);
    assert!((settings.retention_seconds - 86_400.0).abs() < f64::EPSILON);
    assert_eq!(settings.base_url, "https://openrouter.ai/api/v1");
    assert_eq!(settings.model_id(), "openrouter/google/gemini-2.0-flash-exp:free");
    assert!(settings.api_key.is_none() && settings.custom_model_id.is_none());
    assert!(!settings.require_sandbox && !settings.use_docker_runtime && !settings.fallback_to_mock);
    assert!(settings.workspace_isolation && settings.circuit_breaker_enabled && settings.enable_real_agent);
}

#[test]
fn each_layer_stands_above_the_one_below() {
    let place = Place::new().pyproject("workers = 4");
    assert_eq!(place.settings().workers, 4);
    let place = place.file(".env", "OPENHANDS_WORKERS=5\n");
    assert_eq!(place.settings().workers, 5);
    let place = place.variable("OPENHANDS_WORKERS", "6");
    assert_eq!(place.settings().workers, 6);
    let place = place.argument("workers", 7);
    assert_eq!(place.settings().workers, 7);
}

#[test]
fn a_null_argument_counts_as_not_given() {
    let place = Place::new().variable("OPENHANDS_WORKERS", "6").argument("workers", Value::Null);
    assert_eq!(place.settings().workers, 6);
}

#[test]
fn a_blank_variable_counts_as_not_set_but_hides_the_env_file() {
    let place = Place::new().pyproject("workers = 4").file(".env", "OPENHANDS_WORKERS=5\n");
    for blank in ["", "  "] {
        let place = place.inputs.clone();
        let mut inputs = place;
        inputs.environment.insert("OPENHANDS_WORKERS".to_owned(), blank.to_owned());
        assert_eq!(load(&inputs).unwrap().0.workers, 4);
    }
}

#[test]
fn a_bad_value_that_does_not_win_does_no_harm() {
    let place = Place::new().variable("OPENHANDS_TIMEOUT", "5").argument("default_timeout_seconds", 60);
    assert!((place.settings().default_timeout_seconds - 60.0).abs() < f64::EPSILON);
}

#[test]
fn a_configuration_made_by_keywords_reads_neither_environment_nor_files() {
    let place = Place::new()
        .pyproject("max_retries = 1")
        .file(".env", "OPENHANDS_MAX_ITERATIONS=9\n")
        .variable("OPENHANDS_WORKERS", "6")
        .argument("default_timeout_seconds", 60);
    let (settings, sources) = load_arguments(&place.inputs).unwrap();
    assert_eq!((settings.max_retries, settings.max_iterations, settings.workers), (3, 3, 3));
    assert_eq!(sources.get("default_timeout_seconds").unwrap().source, "argument");
    assert_eq!(sources.get("workers").unwrap().source, "default");
}

#[test]
fn a_custom_model_stands_above_the_preset() {
    let place = Place::new().variable("OPENHANDS_MODEL", "deepseek-r1");
    assert_eq!(place.settings().model_id(), "openrouter/deepseek/deepseek-r1-0528-qwen3-8b:free");
    let place = place.argument("custom_model_id", "openrouter/x/y");
    assert_eq!(place.settings().model_id(), "openrouter/x/y");
}

#[test]
fn without_a_choice_the_local_agent_serves_with_a_warning_that_says_how_to_choose() {
    let agent = Place::new().settings().effective_agent();
    assert_eq!(agent.name, "local");
    assert!(agent.reason.unwrap().contains("OPENHANDS_AGENT=local"));
    let with_key = Place::new().variable("OPENROUTER_API_KEY", "sk").settings().effective_agent();
    assert!(with_key.reason.unwrap().contains("OPENHANDS_SERVER_URL"));
    let with_server =
        Place::new().variable("OPENHANDS_SERVER_URL", "http://host").settings().effective_agent();
    assert_eq!(with_server.name, "local");
    assert!(with_server.reason.unwrap().contains("LLM_API_KEY"));
}

#[test]
fn a_choice_of_the_local_agent_is_not_warned_about() {
    assert_eq!(Place::new().argument("agent", "local").settings().effective_agent().reason, None);
    let no_real_agent = Place::new().argument("enable_real_agent", false).settings();
    assert_eq!(no_real_agent.effective_agent().reason, None);
}

#[test]
fn the_context_carries_what_shapes_an_attempt() {
    let place = Place::new().argument("require_sandbox", true);
    let context = place.settings().context();
    assert_eq!(context.project_root, place.root());
    assert_eq!(context.python, place.root().join("running/python"));
    assert_eq!(context.workspace_root, place.root().join("openhands_workspace"));
    assert_eq!(context.agent, "local");
    assert!(context.require_sandbox);
}
