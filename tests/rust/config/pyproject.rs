//! The table `[tool.openhands-testgen]` of the project's `pyproject.toml`.

use super::*;

#[test]
fn the_table_of_the_project_root_is_read_from_a_subfolder_too() {
    let mut place =
        Place::new().pyproject("max_iterations = 5\nmodel_preset = \"llama-scout\"").folder("src/a");
    place.inputs.working_directory = place.root().join("src/a");
    let settings = place.settings();
    assert_eq!(settings.max_iterations, 5);
    assert_eq!(settings.model_id(), "openrouter/meta-llama/llama-4-scout:free");
}

#[test]
fn a_project_without_the_file_or_the_table_has_defaults() {
    let place = Place::new().file("pyproject.toml", "[tool.other]\nworkers = 9\n");
    assert_eq!(place.settings().workers, 3);
    fs::remove_file(place.root().join("pyproject.toml")).unwrap();
    assert_eq!(place.settings().workers, 3);
}

#[test]
fn broken_toml_is_named_with_its_line() {
    let error = Place::new().file("pyproject.toml", "[project]\nname = \"a\"\nversion = \n").error();
    assert!(error.starts_with("cannot read pyproject.toml (ROOT/pyproject.toml): line 3: "), "{error}");
    assert!(!error.contains('\n'), "{error}");
}

#[test]
fn a_file_that_is_not_utf_8_is_named() {
    let error = Place::new().file("pyproject.toml", b"name = \"\xff\"").error();
    assert_eq!(error, "cannot read pyproject.toml (ROOT/pyproject.toml): it is not UTF-8");
}

#[test]
fn an_unknown_key_is_an_error_with_the_nearest_name() {
    for (written, meant) in
        [("worker", "workers"), ("max-retries", "max_retries"), ("modle_preset", "model_preset")]
    {
        assert_eq!(
            Place::new().pyproject(&format!("{written} = 1")).error(),
            format!(
                "{written:?} in pyproject.toml (ROOT/pyproject.toml) is not a setting: did you mean {meant}?"
            )
        );
    }
}

#[test]
fn an_unknown_key_like_none_of_ours_is_sent_to_the_list() {
    assert_eq!(
        Place::new().pyproject("'überraschung' = 1").error(),
        "\"überraschung\" in pyproject.toml (ROOT/pyproject.toml) is not a setting: \
         `openhands-testgen config show` lists them all"
    );
}

#[test]
fn a_wrong_type_is_an_error() {
    assert_eq!(
        Place::new().pyproject("workers = \"4\"").error(),
        "workers must be a whole number between 0 and 256, not \"4\" \
         (set by pyproject.toml (ROOT/pyproject.toml))"
    );
    let date = Place::new().pyproject("default_timeout_seconds = 2026-01-01").error();
    assert!(
        date.starts_with("default_timeout_seconds must be a number between 10 and 3600, not \"2026-01-01\"")
    );
    let infinite = Place::new().pyproject("default_timeout_seconds = inf").error();
    assert!(
        infinite.starts_with("default_timeout_seconds must be a number between 10 and 3600, not \"inf\"")
    );
    let array = Place::new().pyproject("store = [\"memory:\"]").error();
    assert!(array.starts_with("store must be text, not an array"), "{array}");
}

#[test]
fn our_name_that_is_not_a_table_is_an_error() {
    assert_eq!(
        Place::new().file("pyproject.toml", "[tool]\nopenhands-testgen = 3\n").error(),
        "cannot read pyproject.toml (ROOT/pyproject.toml): tool.openhands-testgen is not a table"
    );
}

#[test]
fn a_key_and_the_root_itself_do_not_stand_in_a_shared_file() {
    let error = Place::new().pyproject("api_key = \"sk-secret\"").error();
    assert_eq!(
        error,
        "api_key must not stand in pyproject.toml (ROOT/pyproject.toml): set the environment variable \
         OPENROUTER_API_KEY instead"
    );
    assert!(Place::new().pyproject("project_root = \"..\"").error().contains("OPENHANDS_PROJECT_ROOT"));
}
