//! What does a service keep for its one user? The token by which scripts come in, and the secret that signs webhooks:
//! each in a file that only this user can read.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::error::ServeError;
use crate::access::{Secret, WebhookSecret};
use crate::sandbox::workspace_folder;

/// The token of this workspace root, made with the first service on it: a restart keeps it, so that scripts and pages go
/// on. Answers where it is, too.
pub fn local_token(workspace_root: &Path) -> Result<(Secret, PathBuf), ServeError> {
    let fresh = Secret::fresh().reveal();
    keep(workspace_root, "service.token", &fresh, Secret::parse)
}

/// The secret that signs the webhooks of the one user of this workspace root, kept in the same way.
pub fn webhook_secret(workspace_root: &Path) -> Result<(WebhookSecret, PathBuf), ServeError> {
    let fresh = WebhookSecret::fresh().reveal();
    keep(workspace_root, "webhook.secret", &fresh, WebhookSecret::parse)
}

/// What stands in a file of the workspace root; `fresh`, where there was none.
fn keep<T>(
    workspace_root: &Path,
    name: &str,
    fresh: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<(T, PathBuf), ServeError> {
    let path = workspace_root.join(name);
    let failed = |reason: String| ServeError::Token { path: path.clone(), reason };
    // A service may be the first to need the folder.
    fs::create_dir_all(workspace_root).map_err(|error| failed(error.to_string()))?;
    workspace_folder(workspace_root, ".").map_err(|error| failed(error.to_string()))?;
    let text = match make(&path, fresh) {
        Ok(()) => fresh.to_owned(),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(&path).map_err(failed)?,
        Err(error) => return Err(failed(error.to_string())),
    };
    let kept = parse(text.trim()).ok_or_else(|| {
        failed("holds nothing of ours: delete it, and the next start makes a new one".to_owned())
    })?;
    Ok((kept, path))
}

/// Writes a file that was not there. It appears under its name as a whole.
fn make(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension(format!("draft.{}", Uuid::new_v4().simple()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = writeln!(file, "{text}").and_then(|()| file.sync_all());
    // Unlike a rename, a link does not replace what another service has made meanwhile.
    let kept = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    kept
}

fn read(path: &Path) -> Result<String, String> {
    let mode = fs::metadata(path).map_err(|error| error.to_string())?.mode();
    if mode & 0o077 != 0 {
        return Err(format!(
            "others may open it (mode {:o}): delete it, and the next start makes a new one",
            mode & 0o777
        ));
    }
    fs::read_to_string(path).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_is_kept_stays_and_only_its_user_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let (token, path) = local_token(folder.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(local_token(folder.path()).unwrap().0, token);
        let (secret, path) = webhook_secret(folder.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(webhook_secret(folder.path()).unwrap().0, secret);
    }

    #[test]
    fn a_token_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (_, path) = local_token(folder.path()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(local_token(folder.path()).unwrap_err().to_string().contains("delete it"));
    }
}
