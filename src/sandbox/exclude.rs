//! What of a project is never copied? Version control, environments, caches and secrets; nothing else.
//!
//! `.gitignore` is not honoured: what git ignores may be needed to import the module (generated sources, compiled
//! extensions), and what must not be copied is on this list.

use std::path::Path;

const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".svn", ".bzr", ".jj", "_darcs", "CVS"];

const CACHES: &[&str] = &[
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    ".tox",
    ".nox",
    ".eggs",
    ".cache",
    ".ipynb_checkpoints",
    "node_modules",
    "htmlcov",
    ".coverage",
    ".DS_Store",
];

const SECRET_NAMES: &[&str] =
    &[".netrc", ".pypirc", ".npmrc", ".pgpass", ".ssh", ".aws", ".gnupg", ".docker", ".kube", ".azure"];

const SECRET_PREFIXES: &[&str] = &[".env", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];

const SECRET_SUFFIXES: &[&str] = &[".pem", ".key", ".p12", ".pfx", ".jks", ".keystore"];

/// The first words of a `CACHEDIR.TAG` file, by which tools such as cargo mark what can be made again.
const CACHE_TAG: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// Whether an entry of this name is left out, wherever it lies.
pub(super) fn is_excluded(name: &str) -> bool {
    VERSION_CONTROL.contains(&name) || is_cache(name) || is_secret(name)
}

/// Version control and caches by name: what an agent or its server writes there is no work of anybody's.
pub(crate) fn left_alone() -> impl Iterator<Item = &'static str> {
    VERSION_CONTROL.iter().chain(CACHES).copied()
}

/// Whether an entry of this name is no work of anybody's. Some file systems take `.GIT` for `.git`.
pub(crate) fn is_left_alone(name: &str) -> bool {
    left_alone().any(|known| known.eq_ignore_ascii_case(name)) || is_cache(name)
}

/// Whether tools make entries of this name as they run: their change is nobody's fault.
pub(super) fn is_cache(name: &str) -> bool {
    CACHES.contains(&name) || name.starts_with(".coverage.")
}

fn is_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if Path::new(&lower).extension().is_some_and(|extension| extension == "py") {
        return false; // `id_rsa_format.py` is code
    }
    SECRET_NAMES.contains(&lower.as_str())
        || SECRET_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
        || SECRET_SUFFIXES.iter().any(|suffix| lower.ends_with(suffix))
}

/// Whether a folder is left out for what is in it: a virtual environment, or a cache marked as one.
pub(super) fn is_excluded_folder(folder: &Path) -> bool {
    folder.join("pyvenv.cfg").exists() || folder.join("conda-meta").exists() || is_tagged_cache(folder)
}

fn is_tagged_cache(folder: &Path) -> bool {
    std::fs::read(folder.join("CACHEDIR.TAG")).is_ok_and(|tag| tag.starts_with(CACHE_TAG))
}
