//! Would pytest still collect the user's tests? Two test files of one name, both in folders that are no packages,
//! are one module to it, and it refuses them all.

use cap_std::fs::Dir;

use crate::sandbox::ProjectPath;
use crate::task::{ErrorKind, Failure};

/// Where the import mode may be set to one that does not mind.
const SETTINGS: [&str; 5] = ["pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg"];
/// So many entries are looked at; a tests folder has fewer.
const MOST: usize = 20_000;

/// Refuses an output that has a namesake among the tests.
pub(super) fn refuse(root: &Dir, output: &ProjectPath) -> Result<(), Failure> {
    let Some(folder) = output.parent() else { return Ok(()) };
    if root.exists(output) || is_package(root, &folder) || imports_by_path(root) {
        return Ok(());
    }
    let Some(tests) = output.names().next() else { return Ok(()) };
    let mut looked = 0;
    let Some(namesake) = find(root, tests, output, &mut looked) else { return Ok(()) };
    let stem = folder.names().skip(1).collect::<Vec<_>>().join("_");
    let other = output.file_name().replacen("test_", &format!("test_{stem}_"), 1);
    let message = format!(
        "output {output} would keep pytest from collecting {namesake}, which has the same name: pass another \
         `output_path` (`--output`), such as {folder}/{other}, or set `--import-mode=importlib` in the project's \
         pytest options"
    );
    Err(Failure::new(ErrorKind::Config, message))
}

fn is_package(root: &Dir, folder: &ProjectPath) -> bool {
    root.is_file(folder.as_path().join("__init__.py"))
}

fn imports_by_path(root: &Dir) -> bool {
    SETTINGS.iter().any(|file| root.read_to_string(file).is_ok_and(|text| text.contains("importlib")))
}

/// A file of the output's name below `folder`, in a folder that is no package.
fn find(root: &Dir, folder: &str, output: &ProjectPath, looked: &mut usize) -> Option<String> {
    let entries = root.read_dir(folder).ok()?;
    let mut folders = Vec::new();
    for entry in entries.flatten() {
        *looked += 1;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{folder}/{name}");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !name.starts_with('.') && *looked < MOST => folders.push(path),
            Ok(kind)
                if kind.is_file()
                    && name == output.file_name()
                    && path != output.as_str()
                    && !root.is_file(format!("{folder}/__init__.py")) =>
            {
                return Some(path);
            }
            _ => {}
        }
    }
    folders.into_iter().find_map(|folder| find(root, &folder, output, looked))
}
