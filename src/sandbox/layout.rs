//! How is a module imported, and where do its tests go?

use cap_std::fs::Dir;

use super::ProjectPath;

/// Where the tests of a module go unless the user says otherwise: `tests/` mirrors the package, a leading `src/`
/// is dropped. `src/a/b.py` -> `tests/a/test_b.py`, `pkg/__init__.py` -> `tests/pkg/test_init.py`.
#[must_use]
pub fn default_output(module: &ProjectPath) -> ProjectPath {
    let path = module.as_str();
    let path = path.strip_prefix("src/").unwrap_or(path);
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = match file.strip_suffix(".py").unwrap_or(file) {
        "__init__" => "init",
        stem => stem,
    };
    let separator = if folder.is_empty() { "" } else { "/" };
    let mut output = String::with_capacity(path.len() + "tests/test_.py".len());
    for part in ["tests/", folder, separator, "test_", stem, ".py"] {
        output.push_str(part);
    }
    ProjectPath::from_normal(output)
}

/// How tests import a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleLayout {
    /// The folder that must be on `sys.path`; `None` for the project root.
    pub import_root: Option<ProjectPath>,
    /// The dotted name, such as `shop.cart`.
    pub module_name: String,
}

impl ModuleLayout {
    /// Finds out on disk. A folder with `__init__.py` is part of the package; the nearest folder `src` above the
    /// package that is none itself is the import root, else the project root (so that `components/auth.py`
    /// without `__init__.py` is `components.auth`).
    #[must_use]
    pub fn find(root: &Dir, module: &ProjectPath) -> Self {
        let names: Vec<&str> = module.names().collect();
        let folders = &names[..names.len() - 1];
        let is_package = |depth: usize| {
            let init = folders[..depth].iter().copied().chain(["__init__.py"]);
            root.is_file(ProjectPath::from_names(init))
        };
        let packages = (1..=folders.len()).rev().take_while(|depth| is_package(*depth)).count();
        let top = folders.len() - packages;
        let source = (1..=top).rev().find(|depth| folders[depth - 1] == "src" && !is_package(*depth));
        let depth = source.unwrap_or(0);
        let import_root = source.map(|depth| ProjectPath::from_names(folders[..depth].iter().copied()));
        Self { import_root, module_name: dotted(&names[depth..]) }
    }
}

/// `["a", "b.py"]` -> `a.b`, `["a", "__init__.py"]` -> `a`.
fn dotted(names: &[&str]) -> String {
    let joined = names.join(".");
    let name = joined.strip_suffix(".py").unwrap_or(&joined);
    name.strip_suffix(".__init__").unwrap_or(name).to_owned()
}
