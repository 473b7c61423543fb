//! Where are the documents of a project read and written? In its artifacts folder, held open: no link leads out of it, and a
//! file is there as a whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::sandbox::{ProjectPath, workspace_folder};
use crate::task::{Artifacts, Context, ErrorKind, Failure};
use crate::verify::{Ownership, Temporary, open_folder, ownership, sync_folder, with_header};

/// What the users of a project ask for.
pub(super) const REQUIREMENTS: &str = "requirement.md";
/// The matrix, to be read.
pub(super) const MATRIX: &str = "requirements_traceability_matrix.md";
/// The matrix for programs.
pub(super) const MATRIX_JSON: &str = "requirements_traceability_matrix.json";
/// The folder of test cases.
pub(super) const TEST_CASES: &str = "test_cases";
/// Larger documents are not read.
const MOST_BYTES: u64 = 8 << 20;
/// More files of test cases are refused; there may be one for each requirement, and as many again of others.
const MOST_FILES: usize = 20_000;

/// The folder as it is now; there may be none yet.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    dir: Option<Dir>,
}

impl Folder {
    pub(super) fn open(artifacts: &Artifacts) -> Result<Self, Failure> {
        let path = artifacts.folder.clone();
        match Dir::open_ambient_dir(&path, ambient_authority()) {
            Ok(dir) => Ok(Self { path, dir: Some(dir) }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self { path, dir: None }),
            Err(error) => Err(unreadable(&path, &error)),
        }
    }

    /// The folder, to be shown.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A document of it; `None` where there is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, Failure> {
        let Some(dir) = &self.dir else { return Ok(None) };
        let shown = self.path.join(name);
        let refused = |why: &str| Failure::new(ErrorKind::Config, format!("{} {why}", shown.display()));
        match dir.metadata(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(&shown, &error)),
            Ok(metadata) if !metadata.is_file() => return Err(refused("is no plain file")),
            Ok(metadata) if metadata.len() > MOST_BYTES => {
                return Err(refused("has more than 8 MiB: split it"));
            }
            Ok(_) => {}
        }
        let bytes = dir.read(name).map_err(|error| unreadable(&shown, &error))?;
        String::from_utf8(bytes).map(Some).map_err(|_| refused("is not UTF-8: save it as UTF-8"))
    }

    /// The same of one that is needed; `remedy` says what helps where it is missing.
    pub(super) fn need(&self, name: &str, remedy: &str) -> Result<String, Failure> {
        self.read(name)?.ok_or_else(|| {
            let message = format!("{name} is missing in {}: {remedy}", self.path.display());
            Failure::new(ErrorKind::Config, message)
        })
    }

    /// The Python files of the test cases, by their paths in the folder, sorted.
    pub(super) fn test_case_files(&self) -> Result<Vec<(ProjectPath, Vec<u8>)>, Failure> {
        let mut files = Vec::new();
        let Some(dir) = &self.dir else { return Ok(files) };
        let mut folders = vec![ProjectPath::from_names([TEST_CASES])];
        while let Some(folder) = folders.pop() {
            let shown = self.path.join(&folder);
            let entries = match dir.read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(unreadable(&shown, &error)),
            };
            for entry in entries {
                let entry = entry.map_err(|error| unreadable(&shown, &error))?;
                let (name, kind) = (entry.file_name(), entry.file_type());
                let (Some(name), Ok(kind)) = (name.to_str(), kind) else { continue };
                let path = ProjectPath::from_names(folder.names().chain([name]));
                let is_python = Path::new(name).extension().is_some_and(|extension| extension == "py");
                if kind.is_dir() && !name.starts_with('.') && name != "__pycache__" {
                    folders.push(path);
                } else if kind.is_file() && is_python {
                    if files.len() >= MOST_FILES {
                        return Err(too_many(&self.path.join(TEST_CASES)));
                    }
                    let bytes =
                        dir.read(&path).map_err(|error| unreadable(&self.path.join(&path), &error))?;
                    files.push((path, bytes));
                }
            }
        }
        files.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(files)
    }

    /// Whether a file was written by somebody else, or edited since.
    pub(super) fn is_foreign(&self, path: &ProjectPath) -> Result<bool, Failure> {
        let Some(dir) = &self.dir else { return Ok(false) };
        let owner = ownership(dir, path).map_err(|error| unreadable(&self.path.join(path), &error))?;
        Ok(owner == Ownership::Foreign)
    }
}

/// One file that is to be written.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: ProjectPath,
    pub(super) text: String,
}

impl File {
    /// A document.
    pub(super) fn document(name: &str, text: String) -> Self {
        Self { path: ProjectPath::from_names([name]), text }
    }

    /// A file of ours that is known again as such.
    pub(super) fn python(path: ProjectPath, source: &str) -> Self {
        Self { path, text: with_header(source) }
    }
}

/// Writes files, on a thread that may block; the folder is made.
pub(super) async fn write(artifacts: &Artifacts, context: &Context, files: Vec<File>) -> Result<(), Failure> {
    let (folder, workspace_root) = (artifacts.folder.clone(), context.workspace_root.clone());
    let writing = tokio::task::spawn_blocking(move || {
        if folder.starts_with(&workspace_root) {
            workspace_folder(&workspace_root, "projects")?;
        }
        let unwritable = |path: &Path, error: &io::Error| {
            let message = format!("{} cannot be written: {error}", path.display());
            Failure::new(ErrorKind::Environment, message)
        };
        std::fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
        let dir = Dir::open_ambient_dir(&folder, ambient_authority());
        let dir = dir.map_err(|error| unwritable(&folder, &error))?;
        for file in &files {
            put(&dir, file).map_err(|error| unwritable(&folder.join(&file.path), &error))?;
        }
        Ok(())
    });
    match writing.await {
        Ok(written) => written,
        Err(error) => Err(Failure::new(ErrorKind::Internal, format!("writing ended early: {error}"))),
    }
}

fn put(dir: &Dir, file: &File) -> io::Result<()> {
    let folder = open_folder(dir, &file.path, &mut Vec::new())?;
    let name = file.path.file_name();
    Temporary::write(&folder, name, file.text.as_bytes())?.replace(name)?;
    sync_folder(&folder)
}

fn too_many(path: &Path) -> Failure {
    let message = format!("{} has more than {MOST_FILES} Python files: split the project", path.display());
    Failure::new(ErrorKind::Config, message)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(ErrorKind::Environment, format!("{} cannot be read: {error}", path.display()))
}
