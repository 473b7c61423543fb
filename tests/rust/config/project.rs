//! The project root, its interpreter, and the paths that are taken from it.

use super::*;

#[test]
fn the_root_is_the_nearest_folder_that_looks_like_a_project() {
    for mark in ["pyproject.toml", "setup.cfg", "setup.py", ".git/HEAD"] {
        let mut place = Place::new().file(&format!("inner/{mark}"), "").folder("inner/src/package");
        place.inputs.working_directory = place.root().join("inner/src/package");
        assert_eq!(place.settings().project_root, place.root().join("inner"), "{mark}");
    }
}

#[test]
fn a_git_worktree_marks_a_root_by_a_file() {
    let mut place = Place::new().file("tree/.git", "gitdir: elsewhere\n").folder("tree/a");
    place.inputs.working_directory = place.root().join("tree/a");
    assert_eq!(place.settings().project_root, place.root().join("tree"));
}

#[test]
fn a_root_that_is_set_is_taken_from_the_working_directory_and_made_plain() {
    let mut place =
        Place::new().folder("apps/shop").folder("work").argument("project_root", "../apps/./shop");
    place.inputs.working_directory = place.root().join("work");
    assert_eq!(place.settings().project_root, place.root().join("apps/shop"));
}

#[test]
fn a_link_to_the_project_is_the_project() {
    let place = Place::new().folder("real");
    std::os::unix::fs::symlink(place.root().join("real"), place.root().join("link")).unwrap();
    let place = place.variable("OPENHANDS_PROJECT_ROOT", "link");
    assert_eq!(place.settings().project_root, place.root().join("real"));
}

#[test]
fn the_interpreter_is_found_in_a_fixed_order() {
    let place = Place::new();
    let running = place.root().join("running/python");
    assert_eq!(place.settings().python, running);
    let in_project = executable(&place.root().join(".venv/bin/python"));
    assert_eq!(place.settings().python, in_project);
    let active = executable(&place.root().join("active/bin/python"));
    let place = place.variable("VIRTUAL_ENV", active.ancestors().nth(2).unwrap().to_str().unwrap());
    assert_eq!(place.settings().python, active);
    let place = place.argument("python", "running/python");
    assert_eq!(place.settings().python, running);
}

#[test]
fn an_environment_that_is_gone_is_passed_over() {
    let place = Place::new().variable("VIRTUAL_ENV", "/nowhere/at/all");
    assert_eq!(place.settings().python, place.root().join("running/python"));
}

#[test]
fn the_link_of_an_environment_is_not_followed() {
    let place = Place::new().folder(".venv/bin");
    let link = place.root().join(".venv/bin/python");
    std::os::unix::fs::symlink(place.root().join("running/python"), &link).unwrap();
    assert_eq!(place.settings().python, link);
}

#[test]
fn an_interpreter_may_be_a_command_on_the_search_path() {
    let place = Place::new();
    let python = executable(&place.root().join("bin/python3.12"));
    let folder = place.root().join("bin");
    let place = place.variable("PATH", folder.to_str().unwrap()).argument("python", "python3.12");
    assert_eq!(place.settings().python, python);
}

#[test]
fn without_any_interpreter_the_remedy_is_named() {
    let mut place = Place::new();
    place.inputs.running_python = None;
    assert_eq!(
        place.error(),
        "no Python interpreter was found for the project: set python (OPENHANDS_PROJECT_PYTHON) to one that has \
         pytest and coverage"
    );
}

#[test]
fn a_subfolder_sees_the_same_workspace_and_store() {
    let mut place = Place::new().folder("src/deep");
    let from_root = place.settings();
    place.inputs.working_directory = place.root().join("src/deep");
    let from_below = place.settings();
    assert_eq!(from_root.workspace_root, place.root().join("openhands_workspace"));
    assert_eq!(from_below.workspace_root, from_root.workspace_root);
    let store = format!("sqlite:{}/openhands_workspace/tasks.db", place.root().display());
    assert_eq!((from_below.store.as_str(), from_root.store.as_str()), (store.as_str(), store.as_str()));
}

#[test]
fn the_default_store_follows_the_workspace() {
    let place = Place::new().variable("OPENHANDS_WORKSPACE_ROOT", "./arbeit/ä b");
    let settings = place.settings();
    assert_eq!(settings.workspace_root, place.root().join("arbeit/ä b"));
    assert_eq!(*settings.store, format!("sqlite:{}/arbeit/ä b/tasks.db", place.root().display()));
    assert_eq!(place.argument("store", "memory:").settings().store.as_str(), "memory:");
}

#[test]
fn reading_the_settings_creates_nothing() {
    let place = Place::new();
    let _ = place.settings();
    assert!(!place.root().join("openhands_workspace").exists());
}
