//! How does all that an agent changed come home? On a shared path it is there; from a server elsewhere come a list of
//! its files with their digests, and then those that differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::HttpError;
use super::error::shortened;
use super::files::{self, Fault, Place, shell_line, unreadable};
use super::http::Http;
use crate::agent::{Errand, LeftOut};
use crate::redact::Redactor;
use crate::sandbox::{ChangeKind, ProjectPath, differences, is_left_alone, left_alone, read_plain};
use crate::task::{ErrorKind, Failure};

/// What all files that come may take.
const MOST_BYTES: usize = 64 << 20;

/// The digests of files, by their paths.
type Listing = BTreeMap<ProjectPath, String>;

/// Has everything that was changed in the workspace, without keys; answers what did not come.
pub(super) async fn bring(
    errand: &Errand<'_>,
    place: &Place,
    http: &Http,
    redactor: &Redactor,
) -> Result<Vec<LeftOut>, Fault> {
    let workspace = errand.engagement.workspace;
    let mut left_out = match place {
        Place::Shared(_) => Vec::new(),
        Place::Uploaded(folder) => fetch(errand, folder, http, redactor).await?,
    };
    for change in differences(errand.base, workspace).await.map_err(Failure::from)? {
        if change.kind != ChangeKind::Removed {
            left_out.extend(files::clean(workspace, &change.path, redactor)?);
        }
    }
    Ok(left_out)
}

async fn fetch(
    errand: &Errand<'_>,
    folder: &str,
    http: &Http,
    redactor: &Redactor,
) -> Result<Vec<LeftOut>, Fault> {
    let workspace = errand.engagement.workspace;
    let is_known = |folder: &ProjectPath| errand.base.root().join(folder).is_dir();
    let there = without_environments(list(folder, http, redactor).await?, is_known);
    let dir = workspace.dir().map_err(Failure::from)?;
    let (mut left_out, mut bytes_so_far) = (Vec::new(), 0);
    for (path, digest) in &there {
        if read_plain(&dir, path).is_some_and(|bytes| digest_of(&bytes) == *digest) {
            continue;
        }
        let mut leave = |reason: &str| {
            let name = redactor.text(path.as_str()).into_owned();
            left_out.push(LeftOut { name, reason: reason.to_owned() });
        };
        let there = format!("{folder}/{path}");
        match http.persistently(|| http.download(&there)).await {
            Ok(bytes) if bytes_so_far + bytes.len() > MOST_BYTES => leave("all together is more than 64 MiB"),
            Ok(bytes) => {
                bytes_so_far += bytes.len();
                files::write(workspace, path, &bytes).map_err(|error| unreadable(path.as_path(), &error))?;
            }
            Err(HttpError::TooLarge) => leave("is larger than 16 MiB"),
            // Whatever still runs there has taken it away.
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(Fault::There(error)),
        }
    }
    for path in workspace.files() {
        let gone = ProjectPath::from_names(path.split('/'));
        if !there.contains_key(&gone) && !gone.names().any(is_left_alone) {
            dir.remove_file(&gone).map_err(|error| unreadable(gone.as_path(), &error))?;
        }
    }
    Ok(left_out)
}

/// The plain files below a folder of the server, but for those that are left alone.
async fn list(folder: &str, http: &Http, redactor: &Redactor) -> Result<Listing, Fault> {
    #[derive(Deserialize)]
    struct Ran {
        exit_code: Option<i64>,
        #[serde(default)]
        stderr: Option<String>,
    }
    let file = files::listing_of(folder);
    let names: Vec<String> = left_alone().map(|name| format!("-name {name}")).collect();
    // No name of a file passes through the shell, and none is cut short on its way.
    let command = shell_line(&format!(
        "cd '{folder}' && find . '(' {} ')' -prune -o -type f -print0 | xargs -0 -r sha256sum -z -- > '{file}'",
        names.join(" -o ")
    ));
    let ran: Result<Ran, HttpError> =
        http.persistently(|| http.post("/api/bash/execute_bash_command", &command)).await;
    let ran = ran.map_err(Fault::There)?;
    if ran.exit_code != Some(0) {
        let why = ran.stderr.unwrap_or_default();
        let message = format!(
            "the agent server could not list what was changed (find, xargs and sha256sum are needed there): {}",
            shortened(&why, redactor)
        );
        return Err(Fault::Here(Failure::new(ErrorKind::Protocol, message)));
    }
    let bytes = http.persistently(|| http.download(&file)).await.map_err(Fault::There)?;
    Ok(read(&bytes))
}

/// A list as `sha256sum -z` writes it: `DIGEST  ./PATH` and a NUL. What names no file of the folder is passed over.
fn read(bytes: &[u8]) -> Listing {
    let entries = bytes.split(|byte| *byte == 0).filter_map(|entry| std::str::from_utf8(entry).ok());
    let entries = entries.filter_map(|entry| {
        let (digest, name) = entry.split_once(' ')?;
        let name = name.get(1..)?.strip_prefix("./")?;
        let is_plain = name.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        is_plain.then(|| (ProjectPath::from_names(name.split('/')), digest.to_owned()))
    });
    entries.collect()
}

/// The same without new virtual environments, which are no work of anybody's.
fn without_environments(listing: Listing, is_known: impl Fn(&ProjectPath) -> bool) -> Listing {
    let marked = listing.keys().filter(|path| path.file_name() == "pyvenv.cfg");
    let environments: BTreeSet<ProjectPath> =
        marked.filter_map(ProjectPath::parent).filter(|folder| !is_known(folder)).collect();
    let is_work = |path: &ProjectPath| !environments.iter().any(|folder| path.is_below(folder));
    listing.into_iter().filter(|(path, _)| is_work(path)).collect()
}

fn digest_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_out_of_the_folder_is_no_file_of_it() {
        let list = b"aa  ./src/a b.py\0bb *./c\0cc  ./../x\0dd  /etc/passwd\0ee  ./a//b\0\xff  ./d\0junk\0";
        let found: Vec<String> = read(list).keys().map(ToString::to_string).collect();
        assert_eq!(found, ["c", "src/a b.py"]);
    }

    #[test]
    fn an_environment_is_no_work() {
        let list = b"aa  ./env/pyvenv.cfg\0bb  ./env/x.py\0cc  ./envoy.py\0dd  ./src/pyvenv.cfg\0";
        let listing = without_environments(read(list), |folder| folder.as_str() == "src");
        let found: Vec<String> = listing.keys().map(ToString::to_string).collect();
        assert_eq!(found, ["envoy.py", "src/pyvenv.cfg"]);
    }
}
