//! How are changes shown? As one unified patch that `git apply` and `patch -p1` take; files that are no text are named.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use similar::TextDiff;

use super::changes::Changed;
use crate::sandbox::ChangeKind;

/// What is shown of all changes together.
const MOST_BYTES: usize = 1 << 20;
/// How long the shortest patch of one file is looked for, and those of all together.
const PATIENCE: Duration = Duration::from_secs(1);
const PATIENCE_FOR_ALL: Duration = Duration::from_secs(10);

/// The changes as text.
#[derive(Debug, Default)]
pub(super) struct Patch {
    pub(super) text: String,
    /// For each change, whether it stands in the text as a whole.
    pub(super) has: Vec<bool>,
}

impl Patch {
    /// The patch of these changes, file by file for as long as there is room.
    pub(super) fn of(changes: &[Changed]) -> Self {
        Self::until(Instant::now() + PATIENCE_FOR_ALL, changes)
    }

    /// The same; what differs is looked for until `end`, and from then on files are shown as a whole.
    fn until(end: Instant, changes: &[Changed]) -> Self {
        let mut patch = Self::default();
        for changed in changes {
            let part = part(changed, end.min(Instant::now() + PATIENCE));
            let fits = patch.text.len() + part.len() <= MOST_BYTES;
            if fits {
                patch.text.push_str(&part);
            }
            patch.has.push(fits && changed.obstacle.is_none() && !changed.is_binary());
        }
        patch
    }
}

fn part(changed: &Changed, until: Instant) -> String {
    if changed.obstacle.is_some() {
        return String::new();
    }
    let name = |side: &str| quoted(&format!("{side}/{}", changed.path));
    let (old, new) = (name("a"), name("b"));
    let mode = if changed.is_executable { "100755" } else { "100644" };
    let mut text = format!("diff --git {old} {new}\n");
    // Writing to a String cannot fail.
    let _ = match changed.kind {
        ChangeKind::Added => writeln!(text, "new file mode {mode}"),
        ChangeKind::Removed => writeln!(text, "deleted file mode 100644"),
        ChangeKind::Modified => Ok(()),
    };
    let old = if changed.before.is_some() { heading(&old) } else { "/dev/null".to_owned() };
    let new = if changed.after.is_some() { heading(&new) } else { "/dev/null".to_owned() };
    if changed.is_binary() {
        let _ = writeln!(text, "Binary files {} and {} differ", old.trim_end(), new.trim_end());
        return text;
    }
    let before = String::from_utf8_lossy(changed.before.as_deref().unwrap_or_default());
    let after = String::from_utf8_lossy(changed.after.as_deref().unwrap_or_default());
    let difference = TextDiff::configure().deadline(until).diff_lines(before.as_ref(), after.as_ref());
    text.push_str(&difference.unified_diff().header(&old, &new).to_string());
    text
}

/// A name with a blank ends with a tab: else what follows the blank is taken for a date.
fn heading(name: &str) -> String {
    if name.contains(' ') { format!("{name}\t") } else { name.to_owned() }
}

/// A name as git writes it: in quotes where it has what would end a line.
fn quoted(name: &str) -> String {
    let is_plain = |letter: char| !letter.is_control() && letter != '"' && letter != '\\';
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    let mut text = String::from('"');
    for letter in name.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            letter if letter.is_control() => {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a String cannot fail.
                    let _ = write!(text, "\\{byte:03o}");
                }
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use super::*;
    use crate::sandbox::ProjectPath;

    fn changed(path: &str, before: Option<&str>, after: Option<&str>) -> Changed {
        let kind = match (before, after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Modified,
        };
        Changed {
            path: ProjectPath::from_names(path.split('/')),
            kind,
            obstacle: None,
            before: before.map(|text| text.as_bytes().to_vec()),
            after: after.map(|text| text.as_bytes().to_vec()),
            is_executable: false,
        }
    }

    fn read(root: &Path, path: &str) -> Option<String> {
        fs::read_to_string(root.join(path)).ok()
    }

    #[test]
    fn what_is_shown_can_be_applied_even_if_nobody_looked_for_the_shortest() {
        let (before, after) = ("a\nb\nc\n".repeat(300), "c\na\nd\n".repeat(300));
        let changes = [
            changed("shuffled.txt", Some(&before), Some(&after)),
            changed("src/a b.py", Some("one\ntwo\n"), Some("one\n2\n")),
            changed("new \"one\".txt", None, Some("fresh, without an end")),
            changed("empty.py", None, Some("")),
            changed("gone.py", Some("old\n"), None),
            changed("no_end.py", Some("a\nb"), Some("a\nb\n")),
        ];
        let [shortest, hurried] = [Patch::of(&changes), Patch::until(Instant::now(), &changes)];
        for shown in [&shortest, &hurried] {
            assert_applies(shown, &changes);
            assert_eq!(shown.has, [true; 6]);
        }
        assert!(shortest.text.len() < hurried.text.len(), "nobody looked for the shortest");
    }

    fn assert_applies(shown: &Patch, changes: &[Changed]) {
        let folder = tempfile::tempdir().expect("a folder");
        for changed in changes {
            let path = folder.path().join(changed.path.as_path());
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            if let Some(before) = &changed.before {
                fs::write(path, before).expect("a file");
            }
        }
        fs::write(folder.path().join("it.patch"), &shown.text).expect("a file");
        let git = Command::new("git").args(["apply", "it.patch"]).current_dir(folder.path()).output();
        let git = git.expect("git is there");
        assert!(git.status.success(), "{}\n{}", String::from_utf8_lossy(&git.stderr), shown.text);
        for changed in changes {
            let expected = changed.after.as_ref().map(|after| String::from_utf8_lossy(after).into_owned());
            assert_eq!(read(folder.path(), changed.path.as_str()), expected, "{}", changed.path);
        }
    }

    #[test]
    fn what_is_no_text_is_named_and_what_is_too_much_left_out() {
        let large = "x\n".repeat(MOST_BYTES / 2);
        let changes = [
            changed("image.png", None, Some("\0\u{1}")),
            changed("large.txt", None, Some(&large)),
            changed("small.txt", None, Some("small\n")),
        ];
        let patch = Patch::of(&changes);
        assert_eq!(patch.has, [false, false, true]);
        assert!(patch.text.contains("Binary files /dev/null and b/image.png differ\n"), "{}", patch.text);
        assert!(!patch.text.contains("large.txt") && patch.text.contains("+small\n"));
    }
}
