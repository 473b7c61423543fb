//! Which modules are meant? Files as they are named, folders as every module below them.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::CommandError;

/// Where paths of the command line begin.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Where the user is.
    pub(super) working_directory: PathBuf,
    /// The project under test.
    pub(super) project_root: PathBuf,
    /// Never searched for modules.
    pub(super) workspace_root: PathBuf,
}

/// What the command line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    /// The modules, each once, in the order of the command line; those of a folder sorted.
    pub(super) modules: Vec<String>,
    /// The test file, if one is named.
    pub(super) output: Option<String>,
    /// How many files of folders have nothing to test.
    pub(super) left_out: usize,
}

/// What a folder holds.
#[derive(Debug, Default)]
struct Found {
    modules: Vec<PathBuf>,
    /// Modules with nothing to test.
    left_out: Vec<PathBuf>,
}

/// The modules that these arguments name, and the test file taken from the same folder as they.
///
/// A path is taken from the working directory; where nothing is there, from the project root. What exists in
/// neither is passed on as it is: its task will say that it is missing.
pub(super) fn choose(
    arguments: &[PathBuf],
    output: Option<&Path>,
    place: &Place,
) -> Result<Chosen, CommandError> {
    let mut modules = Vec::new();
    let mut left_out = HashSet::new();
    let mut base = place.project_root.as_path();
    for argument in arguments {
        let Some((folder, path)) = find(argument, place) else {
            modules.push(text(argument)?);
            continue;
        };
        base = folder;
        if path.is_dir() {
            let found = modules_below(&path, place)?;
            left_out.extend(texts(&found.left_out)?);
            modules.extend(texts(&found.modules)?);
        } else {
            modules.push(text(&inside(&path, &place.project_root))?);
        }
    }
    let mut seen = HashSet::new();
    modules.retain(|module| seen.insert(module.clone()));
    let output = output.map(|path| output_text(path, base, modules.len())).transpose()?;
    // Whoever names one of them wants it.
    let left_out = left_out.difference(&seen).count();
    Ok(Chosen { modules, output, left_out })
}

/// Where the path exists, and from which folder it was taken.
fn find<'a>(argument: &Path, place: &'a Place) -> Option<(&'a Path, PathBuf)> {
    let inside = place.working_directory.starts_with(&place.project_root);
    let own = inside.then_some(place.working_directory.as_path());
    let folders = own.into_iter().chain([place.project_root.as_path()]);
    // Component by component, so that `./a.py` and `a.py` are one.
    let joined = |folder: &'a Path| (folder, folder.join(argument).components().collect::<PathBuf>());
    folders.map(joined).find(|(_, path)| path.exists())
}

/// The same file by a path inside the root, where only the way there goes by a link.
fn inside(path: &Path, root: &Path) -> PathBuf {
    if path.starts_with(root) {
        return path.to_owned();
    }
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

fn output_text(output: &Path, base: &Path, modules: usize) -> Result<String, CommandError> {
    if modules != 1 {
        return Err(CommandError::Usage {
            message: format!("--output names one test file, but there are {modules} modules"),
            hint: "leave it out (tests/ mirrors the package), or generate one module at a time".to_owned(),
        });
    }
    text(&base.join(output))
}

fn modules_below(folder: &Path, place: &Place) -> Result<Found, CommandError> {
    let real = folder.canonicalize().map_err(|error| unreadable(folder, &error))?;
    if !real.starts_with(&place.project_root) {
        return Err(CommandError::Usage {
            message: format!(
                "{} is outside of the project {}",
                folder.display(),
                place.project_root.display()
            ),
            hint: "name another project by `--project-root`".to_owned(),
        });
    }
    let mut found = Found::default();
    walk(&real, &place.workspace_root, &mut found)?;
    if found.modules.is_empty() {
        return Err(CommandError::Usage {
            message: format!("no Python modules found in {}", folder.display()),
            hint: "tests, conftest.py, __main__.py, files that define nothing, hidden folders and virtual \
                   environments are left out"
                .to_owned(),
        });
    }
    Ok(found)
}

/// Collects modules below a folder, sorted by name; links are not followed.
fn walk(folder: &Path, workspace_root: &Path, found: &mut Found) -> Result<(), CommandError> {
    let entries: io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
    let mut entries = entries.map_err(|error| unreadable(folder, &error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name();
        let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
        if kind.is_dir() && path != workspace_root && is_source_folder(&path, &name.to_string_lossy()) {
            walk(&path, workspace_root, found)?;
        } else if kind.is_file() && is_module(&name.to_string_lossy()) {
            let list = if has_nothing_to_test(&path) { &mut found.left_out } else { &mut found.modules };
            list.push(path);
        }
    }
    Ok(())
}

fn is_source_folder(path: &Path, name: &str) -> bool {
    let is_hidden = name.starts_with('.');
    let is_environment = path.join("pyvenv.cfg").exists();
    !is_hidden && name != "__pycache__" && name != "node_modules" && !is_environment
}

fn is_module(name: &str) -> bool {
    let is_python = Path::new(name).extension().is_some_and(|extension| extension == "py");
    is_python && !name.starts_with('.') && !name.starts_with("test_") && name != "conftest.py"
}

/// Whether it surely has nothing to test: it defines no function and no class, or runs when it is imported. A module
/// that is named is never passed over.
fn has_nothing_to_test(path: &Path) -> bool {
    if path.ends_with("__main__.py") {
        return true;
    }
    let Ok(source) = fs::read_to_string(path) else { return false };
    let defines = |line: &str| ["def ", "async def ", "class "].iter().any(|word| line.starts_with(word));
    !source.lines().map(str::trim).any(defines)
}

fn texts(paths: &[PathBuf]) -> Result<Vec<String>, CommandError> {
    paths.iter().map(|path| text(path)).collect()
}

fn text(path: &Path) -> Result<String, CommandError> {
    path.to_str().map(str::to_owned).ok_or_else(|| CommandError::Usage {
        message: format!("the path {} is not valid Unicode", path.display()),
        hint: "rename it: a task keeps paths as text".to_owned(),
    })
}

fn unreadable(path: &Path, error: &io::Error) -> CommandError {
    CommandError::Usage {
        message: format!("cannot read {}: {error}", path.display()),
        hint: "name the modules one by one, or make the folder readable".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A project with these files, seen from its root.
    fn project(files: &[&str]) -> (tempfile::TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for file in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "def answer() -> int:\n    return 42\n").unwrap();
        }
        let workspace_root = root.join("openhands_workspace");
        (folder, Place { working_directory: root.clone(), project_root: root, workspace_root })
    }

    /// The chosen modules, relative to the project.
    fn names(arguments: &[&str], place: &Place) -> Vec<String> {
        let arguments: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
        let chosen = choose(&arguments, None, place).unwrap();
        let below = |module: &String| module.replace(&format!("{}/", place.project_root.display()), "");
        chosen.modules.iter().map(below).collect()
    }

    fn refusal(arguments: &[&str], output: Option<&str>, place: &Place) -> String {
        let arguments: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
        choose(&arguments, output.map(Path::new), place).unwrap_err().to_string()
    }

    #[test]
    fn a_folder_means_every_module_below_it_sorted() {
        let (_folder, place) = project(&[
            "src/b.py",
            "src/a.py",
            "src/deep/c.py",
            "src/test_a.py",
            "src/conftest.py",
            "src/notes.txt",
            "src/__pycache__/a.py",
            "src/.hidden/d.py",
            "src/.e.py",
            "src/environment/lib/f.py",
            "src/environment/pyvenv.cfg",
            "openhands_workspace/g.py",
        ]);
        fs::write(place.project_root.join("src/__init__.py"), "# nothing\n\n").unwrap();
        let expected = ["src/a.py", "src/b.py", "src/deep/c.py"];
        assert_eq!(names(&["src"], &place), expected);
        assert_eq!(names(&["."], &place), expected);
    }

    #[test]
    fn files_of_a_folder_with_nothing_to_test_are_left_out_and_counted() {
        let (_folder, place) = project(&["src/a.py", "src/shape.py", "src/job.py", "src/__main__.py"]);
        for (file, source) in [
            ("src/__init__.py", ""),
            ("src/constants.py", "# the def of all\nANSWER = 42\nUNDEFINED = \"class\"\n"),
            ("src/shape.py", "if True:\n    class Shape:\n        pass\n"),
            ("src/job.py", "async def job() -> None:\n    pass\n"),
        ] {
            fs::write(place.project_root.join(file), source).unwrap();
        }
        assert_eq!(names(&["src"], &place), ["src/a.py", "src/job.py", "src/shape.py"]);
        let left_out = |arguments: &[&str]| {
            let arguments: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
            choose(&arguments, None, &place).unwrap().left_out
        };
        assert_eq!(left_out(&["src"]), 3);
        assert_eq!(left_out(&["src", "."]), 3, "each once");
        assert_eq!(left_out(&["src", "src/constants.py"]), 2, "not the one that is named");
        assert_eq!(left_out(&["src/a.py"]), 0);
    }

    #[test]
    fn a_module_that_is_named_is_never_left_out() {
        let (_folder, place) = project(&["src/__main__.py"]);
        assert_eq!(names(&["src/__main__.py"], &place), ["src/__main__.py"]);
        assert!(refusal(&["src"], None, &place).contains("no Python modules found in"));
    }

    #[test]
    fn each_module_is_chosen_once() {
        let (_folder, place) = project(&["src/a.py", "src/b.py"]);
        assert_eq!(names(&["src/b.py", "src", "./src/b.py"], &place), ["src/b.py", "src/a.py"]);
    }

    #[test]
    fn a_missing_module_is_passed_on_for_its_task_to_fail() {
        let (_folder, place) = project(&[]);
        assert_eq!(names(&["src/gone.py"], &place), ["src/gone.py"]);
    }

    #[test]
    fn paths_begin_where_the_user_is_and_else_at_the_root() {
        let (_folder, mut place) = project(&["src/a.py", "top.py"]);
        place.working_directory = place.project_root.join("src");
        assert_eq!(names(&["a.py", "top.py", "src/a.py"], &place), ["src/a.py", "top.py"]);
        let output = |module: &str| {
            let chosen = choose(&[PathBuf::from(module)], Some(Path::new("t.py")), &place).unwrap();
            PathBuf::from(chosen.output.unwrap())
        };
        assert_eq!(output("a.py"), place.working_directory.join("t.py"));
        assert_eq!(output("top.py"), place.project_root.join("t.py"));
    }

    #[test]
    fn a_test_file_is_for_one_module() {
        let (_folder, place) = project(&["src/a.py", "src/b.py"]);
        let message = refusal(&["src"], Some("tests/test_all.py"), &place);
        assert!(message.contains("2 modules"), "{message}");
        assert!(choose(&["src/a.py".into()], Some(Path::new("tests/test_a.py")), &place).is_ok());
    }

    #[test]
    fn a_folder_without_modules_and_one_outside_are_refused() {
        let (_folder, place) = project(&["docs/readme.txt"]);
        assert!(refusal(&["docs"], None, &place).contains("no Python modules found in"));
        assert!(refusal(&["/"], None, &place).contains("outside of the project"));
    }
}
