//! How much memory does a run take, all its processes together?

use super::tree::Process;

/// Whether these processes hold more than this. What several share counts once where the kernel says so.
pub(super) fn is_above(processes: &[Process], bytes: u64) -> bool {
    let sum = |of: fn(&Process) -> u64| processes.iter().map(of).sum::<u64>();
    // The first costs little, and is never less than the second.
    sum(resident) > bytes && sum(proportional) > bytes
}

/// All that a process has in memory; the second field of `statm`, in pages.
fn resident(process: &Process) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{}/statm", process.pid)).unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}

/// The same, with its part only of what it shares with others.
fn proportional(process: &Process) -> u64 {
    let Ok(text) = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", process.pid)) else {
        return resident(process); // we may not look, or it is gone
    };
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes: Option<u64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kilobytes.map_or_else(|| resident(process), |kilobytes| kilobytes * 1024)
}
