//! The words of the errors.

use super::*;

#[test]
fn a_value_out_of_range_names_setting_range_value_and_source() {
    assert_eq!(
        Place::new().variable("OPENHANDS_TIMEOUT", "5").error(),
        "default_timeout_seconds must be between 10 and 3600, not 5 (set by environment variable OPENHANDS_TIMEOUT)"
    );
    assert_eq!(
        Place::new().argument("max_retries", 11).error(),
        "max_retries must be between 0 and 10, not 11 (set by argument)"
    );
    assert_eq!(
        Place::new().file(".env", "OPENHANDS_WORKERS=-1\n").error(),
        "workers must be between 0 and 256, not -1 (set by .env (ROOT/.env))"
    );
}

#[test]
fn a_boolean_that_is_none_is_refused() {
    assert_eq!(
        Place::new().variable("OPENHANDS_REQUIRE_SANDBOX", "maybe").error(),
        "require_sandbox must be true or false, not \"maybe\" \
         (set by environment variable OPENHANDS_REQUIRE_SANDBOX)"
    );
}

#[test]
fn an_unknown_model_says_how_to_take_another() {
    assert_eq!(
        Place::new().variable("OPENHANDS_MODEL", "gpt-5").error(),
        "model_preset must be one of deepseek-v3, mistral-small, gemini-flash, llama-scout, deepseek-r1, \
         not \"gpt-5\" (set by environment variable OPENHANDS_MODEL); for any other model set custom_model_id \
         (OPENHANDS_CUSTOM_MODEL_ID)"
    );
}

#[test]
fn an_unknown_agent_is_refused() {
    assert_eq!(
        Place::new().argument("agent", "robot").error(),
        "agent must be one of auto, local, server, docker, not \"robot\" (set by argument); use `local`, `docker`, or \
         `server` with server_url or openhands_python"
    );
}

#[test]
fn a_server_that_was_named_says_what_it_needs() {
    assert_eq!(
        Place::new().argument("agent", "server").error(),
        "agent \"server\" needs server_url: set OPENHANDS_SERVER_URL to where the agent server answers, such as \
         http://127.0.0.1:8000, or OPENHANDS_PYTHON to an interpreter that has openhands-agent-server, for one of our \
         own"
    );
    assert_eq!(
        Place::new().argument("agent", "docker").error(),
        "agent \"docker\" needs a model key: set LLM_API_KEY with LLM_MODEL, or OPENROUTER_API_KEY; a model without \
         a key needs LLM_BASE_URL"
    );
    assert_eq!(
        Place::new().argument("agent", "server").argument("server_url", "http://127.0.0.1:8000").error(),
        "agent \"server\" needs a model key: set LLM_API_KEY with LLM_MODEL, or OPENROUTER_API_KEY; a model without \
         a key needs LLM_BASE_URL"
    );
}

#[test]
fn an_unknown_argument_is_refused_with_the_nearest_name() {
    assert_eq!(
        Place::new().argument("wokers", 3).error(),
        "\"wokers\" in the arguments is not a setting: did you mean workers?"
    );
}

#[test]
fn empty_text_is_refused_where_somebody_gave_it() {
    for name in ["api_key", "custom_model_id", "store", "workspace_root", "project_root", "python"] {
        let error = Place::new().argument(name, "").error();
        assert!(error.starts_with(&format!("{name} must be text that is not empty")), "{error}");
    }
}

#[test]
fn a_nul_character_is_refused() {
    for name in ["store", "workspace_root", "project_root", "python", "docker_image"] {
        let error = Place::new().argument(name, "a\0b").error();
        assert!(error.starts_with(&format!("{name} must be text without a NUL character")), "{error}");
    }
}

#[test]
fn a_url_needs_scheme_and_host() {
    for url in ["openrouter.ai", "ftp://host", "https://", "https:///path", "http://a b"] {
        let error = Place::new().argument("base_url", url).error();
        assert!(
            error.starts_with("base_url must be an address that begins with https:// or http://"),
            "{error}"
        );
    }
}

#[test]
fn a_root_or_interpreter_that_is_not_there_is_refused() {
    assert_eq!(
        Place::new().argument("project_root", "missing").error(),
        "project_root must be an existing folder, not \"missing\" (set by argument)"
    );
    assert_eq!(
        Place::new().argument("python", "running").error(),
        "python must be an executable file, or a command on PATH, not \"running\" (set by argument)"
    );
}

#[test]
fn the_workspace_may_not_hold_the_project() {
    for path in [".", "..", "/", "./"] {
        let error = Place::new().argument("workspace_root", path).error();
        assert!(error.starts_with("workspace_root must be a folder of its own"), "{path}: {error}");
    }
    let error = Place::new().argument("workspace_root", "pyproject.toml").error();
    assert_eq!(error, "workspace_root must be a folder, not \"pyproject.toml\" (set by argument)");
}

#[test]
fn a_working_directory_that_is_gone_is_named() {
    let mut place = Place::new();
    place.inputs.working_directory = place.root().join("gone");
    assert!(place.error().starts_with("cannot use the working directory \"ROOT/gone\": No such file"));
}

#[test]
fn a_long_value_is_cut_and_kept_on_one_line() {
    let error = Place::new().argument("base_url", format!("x\n{}", "y".repeat(500))).error();
    assert!(error.len() < 250 && !error.contains('\n'), "{error}");
}
