//! How do scripts of the one user come in? By a token in a file that only this user can read.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::error::ServeError;
use crate::access::Secret;
use crate::sandbox::workspace_folder;

/// The name of the file in the workspace root.
const NAME: &str = "service.token";

/// The token of this workspace root, made with the first service on it: a restart keeps it, so that scripts and pages go
/// on. Answers where it is, too.
pub fn local_token(workspace_root: &Path) -> Result<(Secret, PathBuf), ServeError> {
    let path = workspace_root.join(NAME);
    let failed = |reason: String| ServeError::Token { path: path.clone(), reason };
    workspace_folder(workspace_root, ".").map_err(|error| failed(error.to_string()))?;
    let token = match make(&path) {
        Ok(token) => token,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(&path).map_err(failed)?,
        Err(error) => return Err(failed(error.to_string())),
    };
    Ok((token, path))
}

/// A fresh token in a file that was not there. It appears under its name as a whole.
fn make(path: &Path) -> io::Result<Secret> {
    let token = Secret::fresh();
    let draft = path.with_extension(format!("token.{}", token.id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = writeln!(file, "{}", token.reveal()).and_then(|()| file.sync_all());
    // Unlike a rename, a link does not replace what another service has made meanwhile.
    let kept = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    kept.map(|()| token)
}

fn read(path: &Path) -> Result<Secret, String> {
    let mode = fs::metadata(path).map_err(|error| error.to_string())?.mode();
    if mode & 0o077 != 0 {
        return Err(format!(
            "others may open it (mode {:o}): delete it, and the next start makes a new one",
            mode & 0o777
        ));
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    Secret::parse(text.trim())
        .ok_or_else(|| "holds no token: delete it, and the next start makes a new one".to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_token_stays_and_only_its_user_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let (token, path) = local_token(folder.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(local_token(folder.path()).unwrap().0, token);
    }

    #[test]
    fn a_token_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (_, path) = local_token(folder.path()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(local_token(folder.path()).unwrap_err().to_string().contains("delete it"));
    }
}
