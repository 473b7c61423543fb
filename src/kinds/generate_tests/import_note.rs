//! Will the user's own pytest find the module? Verification puts the import root on the path itself; where nothing
//! in the project does, the result says what to add.

use super::preparation::Preparation;

/// Where pytest's `pythonpath` may stand.
const SETTINGS: [&str; 5] = ["pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg"];

/// What to add so that plain pytest can import the module; `None` where it can, as far as can be seen.
pub(super) fn import_note(prepared: &Preparation) -> Option<String> {
    let import_root = prepared.layout.import_root.as_ref()?;
    let project = prepared.project();
    let editable = prepared.sandbox.interpreter().editable_paths(project.root());
    let is_set =
        |file: &&str| project.dir().read_to_string(file).is_ok_and(|text| text.contains("pythonpath"));
    if editable.iter().any(|path| path == import_root.as_path()) || SETTINGS.iter().any(is_set) {
        return None;
    }
    Some(format!(
        "pytest finds {} only with `pythonpath = [\"{import_root}\"]` under [tool.pytest.ini_options], or with the \
         project installed (`pip install -e .`)",
        prepared.layout.module_name
    ))
}
