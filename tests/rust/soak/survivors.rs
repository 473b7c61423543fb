//! Does anything of a killed process live on? Its children carry a mark in their environment, which `/proc` shows.

use std::time::{Duration, Instant};

/// The variable that marks children.
pub(super) const MARK: &str = "OTG_SOAK_CHILD";

/// How many children with this mark live.
pub(super) fn count(mark: &str) -> usize {
    living(mark).len()
}

/// Waits until no child with this mark lives; fails when that takes too long.
pub(super) async fn wait_until_gone(mark: &str, limit: Duration) {
    let deadline = Instant::now() + limit;
    loop {
        let living = living(mark);
        if living.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "these live {limit:?} after their process was killed: {living:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn living(mark: &str) -> Vec<String> {
    let mark = format!("{MARK}={mark}");
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter(|process| {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes())
        })
        .map(|process| {
            let command = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            format!(
                "{}: {}",
                process.file_name().display(),
                String::from_utf8_lossy(&command).replace('\0', " ")
            )
        })
        .collect()
}
