//! What happens to the engine when its process forks or ends?

use std::time::Duration;

use parking_lot::Mutex;
use pyo3::prelude::*;

use super::{bridge, logs, registry, runtime, testbed};
use crate::engine::Engine;
use crate::store::Paused;
use crate::task::forget_process;

/// How long the exit of the interpreter may take for threads that do not end.
const THREADS_END: Duration = Duration::from_secs(2);

/// What a fork has paused. Locked for a look only, and only while attached.
static PAUSED: Mutex<Vec<Paused>> = Mutex::new(Vec::new());

/// How long a fork may be held up by a store that has a bad moment.
const PAUSE_LIMIT: Duration = Duration::from_secs(5);

/// `os.register_at_fork(before=…)`: closes what must not be open while the process forks.
#[pyfunction]
pub(super) fn before_fork(py: Python<'_>) -> PyResult<()> {
    let engines = registry::all_open();
    if engines.is_empty() {
        return Ok(());
    }
    let paused = runtime::block_on(py, async move {
        let mut paused = Vec::new();
        for engine in engines {
            paused.extend(tokio::time::timeout(PAUSE_LIMIT, engine.pause()).await.ok().flatten());
        }
        paused
    })?;
    PAUSED.lock().extend(paused);
    Ok(())
}

/// `os.register_at_fork(after_in_parent=…)`: goes on.
#[pyfunction]
pub(super) fn after_fork_in_parent() {
    PAUSED.lock().clear();
}

/// `os.register_at_fork(after_in_child=…)`: everything inherited is the parent's; the child starts anew.
#[pyfunction]
pub(super) fn after_fork_in_child() {
    std::mem::forget(std::mem::take(&mut *PAUSED.lock()));
    forget_process();
    registry::forget();
    testbed::forget();
    runtime::forget();
    bridge::forget();
    logs::forget();
}

/// `atexit`: stops what runs, gives unfinished tasks back to their store, says so, ends the threads. Answers
/// one line for the log for every store with unfinished tasks.
#[pyfunction]
pub(super) fn shutdown(py: Python<'_>) -> PyResult<Vec<String>> {
    let engines = registry::take_all();
    let lines = if engines.is_empty() {
        Vec::new()
    } else {
        runtime::block_on(py, async move {
            let mut lines = Vec::new();
            for engine in engines {
                lines.extend(stop(&engine).await);
            }
            lines
        })?
    };
    runtime::shut_down(py, THREADS_END);
    Ok(lines)
}

async fn stop(engine: &Engine) -> Option<String> {
    let unfinished = engine.left_to_nobody().await.unwrap_or(0);
    engine.stop(Duration::ZERO).await;
    if unfinished == 0 {
        return None;
    }
    Some(if engine.is_durable() {
        format!(
            "{unfinished} unfinished task(s) stay in the store: the next engine on it goes on with them, or run \
             `openhands-testgen worker --exit-when-idle`"
        )
    } else {
        format!("{unfinished} unfinished task(s) are lost: the store `memory:` ends with its process")
    })
}
