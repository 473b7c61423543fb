//! What does a child say while it works? Follows a file of JSON lines that grows.

use std::convert::Infallible;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;

/// How often the file is looked at: progress is for people.
const PERIOD: Duration = Duration::from_millis(200);
/// A child that writes more than this between two looks has only its last lines read.
const MOST: u64 = 64 * 1024;

/// Hands every whole new line to `take`, until dropped. What is no such line is passed over.
pub(super) async fn lines<T: DeserializeOwned>(path: &Path, take: &(dyn Fn(T) + Send + Sync)) -> Infallible {
    let mut position = 0;
    loop {
        tokio::time::sleep(PERIOD).await;
        let Some((text, end)) = news(path, position) else { continue };
        position = end;
        for line in text.lines() {
            if let Ok(value) = serde_json::from_str(line) {
                take(value);
            }
        }
    }
}

/// The whole lines from `position` on, and where they end.
fn news(path: &Path, position: u64) -> Option<(String, u64)> {
    let mut file = std::fs::File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let start = position.max(length.saturating_sub(MOST));
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).ok()?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n')? + 1;
    bytes.truncate(whole);
    Some((String::from_utf8_lossy(&bytes).into_owned(), start + whole as u64))
}
