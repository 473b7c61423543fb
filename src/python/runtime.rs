//! Which threads run the engine under Python? One tokio runtime of our own: made at the first call, forgotten
//! in a forked child (its threads do not exist there), shut down at exit.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use pyo3::prelude::*;
use tokio::runtime::{Builder, Handle, Runtime};

use super::errors;

/// Locked for a look only, and only while attached: a fork never finds it held.
static RUNTIME: Mutex<Option<Arc<Runtime>>> = Mutex::new(None);

/// Two threads: attempts wait for child processes, and the store has threads of its own.
const THREADS: usize = 2;

/// The runtime's handle; the runtime starts at the first call.
pub(super) fn handle() -> PyResult<Handle> {
    let mut runtime = RUNTIME.lock();
    if let Some(runtime) = &*runtime {
        return Ok(runtime.handle().clone());
    }
    let started = Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("openhands-testgen")
        .enable_all()
        .build()
        .map_err(|error| {
            errors::environment(format!("the engine's threads could not be started: {error}"))
        })?;
    let handle = started.handle().clone();
    *runtime = Some(Arc::new(started));
    Ok(handle)
}

/// Runs a future to its end on the calling thread, detached from Python.
#[expect(clippy::disallowed_methods, reason = "the one place that blocks, and it is detached")]
pub(super) fn block_on<F>(py: Python<'_>, future: F) -> PyResult<F::Output>
where
    F: Future + Send,
    F::Output: Send,
{
    let handle = handle()?;
    Ok(py.detach(|| handle.block_on(future)))
}

/// Ends the threads, waiting a moment for what they do. The next call starts new ones.
pub(super) fn shut_down(py: Python<'_>, limit: Duration) {
    let runtime = RUNTIME.lock().take();
    let Some(runtime) = runtime.and_then(Arc::into_inner) else { return };
    py.detach(|| runtime.shutdown_timeout(limit));
}

/// In a forked child: the threads are the parent's. Dropping would wait for them for ever.
pub(super) fn forget() {
    std::mem::forget(RUNTIME.lock().take());
}
