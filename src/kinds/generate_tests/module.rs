//! Can the module be tested at all? What the file alone tells, before anything is copied or run.

use cap_std::fs::Dir;
use sha2::{Digest as _, Sha256};

use crate::sandbox::ProjectPath;
use crate::task::{ErrorKind, Failure};

/// Looks at the module's file and answers the digest of its source.
pub(super) fn inspect(root: &Dir, module: &ProjectPath) -> Result<String, Failure> {
    let invalid = |reason: &str| Failure::new(ErrorKind::InvalidModule, format!("module {module} {reason}"));
    match root.metadata(module) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(invalid("does not exist in the project: check `module_path` and `project_root`"));
        }
        Err(error) => return Err(invalid(&format!("cannot be read: {error}"))),
        Ok(metadata) if metadata.is_dir() => {
            return Err(invalid("is a directory: name a Python file in it"));
        }
        Ok(metadata) if !metadata.is_file() => return Err(invalid("is not a plain file")),
        Ok(_) => {}
    }
    if module.as_path().extension().is_none_or(|extension| extension != "py") {
        return Err(invalid("is not a Python source file: its name does not end in .py"));
    }
    let source = root.read(module).map_err(|error| invalid(&format!("cannot be read: {error}")))?;
    if source.trim_ascii().is_empty() {
        return Err(invalid("is empty: there is nothing to test"));
    }
    Ok(hexadecimal(&Sha256::digest(&source)))
}

fn hexadecimal(digest: &[u8]) -> String {
    use std::fmt::Write as _;

    digest.iter().fold(String::with_capacity(2 * digest.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}
