//! Which tests are a module's? Those that are asked for, else the files that are named for it, in the usual places.

use std::collections::HashSet;

use cap_std::fs::Dir;

use crate::sandbox::{ProjectPath, default_output};
use crate::task::{ErrorKind, Failure};

/// The tests of a module, files and folders; there is at least one.
#[derive(Debug)]
pub(super) struct ModuleTests {
    pub(super) first: ProjectPath,
    pub(super) others: Vec<ProjectPath>,
}

impl ModuleTests {
    /// Where they all are.
    pub(super) fn names(&self) -> Vec<&str> {
        [&self.first].into_iter().chain(&self.others).map(ProjectPath::as_str).collect()
    }
}

/// Tests that were asked for, all of which must be there; `None` where nothing was.
pub(super) fn asked_for(paths: &[String], root: &Dir) -> Result<Option<ModuleTests>, Failure> {
    let find = |path: &String| {
        let found = ProjectPath::from_names(path.split('/'));
        let is_python = found.file_name().to_ascii_lowercase().ends_with(".py");
        if root.is_dir(&found) || is_python && root.is_file(&found) {
            return Ok(found);
        }
        let message = format!("{path} is no folder and no Python file of the project: check `test_paths`");
        Err(Failure::new(ErrorKind::Config, message))
    };
    Ok(of(paths.iter().map(find).collect::<Result<_, _>>()?))
}

/// The test files of a module: where ours goes, and the usual names in the usual places.
pub(super) fn named_for(module: &ProjectPath, root: &Dir) -> Result<ModuleTests, Failure> {
    let places = places(module);
    let there = places.iter().filter(|place| root.is_file(place));
    of(loadable(there, root)).ok_or_else(|| {
        let looked: Vec<&str> = places.iter().map(ProjectPath::as_str).collect();
        let message = format!(
            "{module} has no test file: none of {} is there; name its tests in `test_paths`, or `generate_tests` writes \
             the first of them",
            looked.join(", ")
        );
        Failure::new(ErrorKind::Config, message)
    })
}

fn of(mut paths: Vec<ProjectPath>) -> Option<ModuleTests> {
    (!paths.is_empty()).then(|| ModuleTests { first: paths.remove(0), others: paths })
}

/// Of two files with one name only the first, unless the other's folder is a package: pytest loads no more.
fn loadable<'a>(files: impl Iterator<Item = &'a ProjectPath>, root: &Dir) -> Vec<ProjectPath> {
    let mut names = HashSet::new();
    let is_packaged = |file: &ProjectPath| {
        let init = |folder: ProjectPath| ProjectPath::from_names(folder.names().chain(["__init__.py"]));
        file.parent().is_some_and(|folder| root.is_file(init(folder)))
    };
    files.filter(|file| is_packaged(file) || names.insert(file.file_name().to_owned())).cloned().collect()
}

fn places(module: &ProjectPath) -> Vec<ProjectPath> {
    let stem = module.file_name().trim_end_matches(".py");
    let (plain, behind) = (format!("test_{stem}.py"), format!("{stem}_test.py"));
    let mut places = vec![default_output(module)];
    for name in [&plain, &behind] {
        for folder in ["tests", "tests/unit", "tests/integration", "test"] {
            places.push(ProjectPath::from_names(folder.split('/').chain([name.as_str()])));
        }
        match module.parent() {
            Some(parent) => {
                places.push(ProjectPath::from_names(parent.names().chain([name.as_str()])));
                places.push(ProjectPath::from_names(parent.names().chain(["tests", name])));
            }
            None => places.push(ProjectPath::from_names([name.as_str()])),
        }
    }
    let mut seen = HashSet::new();
    places.retain(|place| seen.insert(place.as_str().to_owned()));
    places
}
