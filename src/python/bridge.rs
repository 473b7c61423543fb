//! How does a completion in Rust reach an `await` in Python? Through the mailbox of the caller's own loop.
//!
//! The engine's future is polled once, inside the call. What is not ready is spawned; its answer is posted to
//! the mailbox of the loop that awaits, and a byte in a pipe wakes that loop, once a batch. The loop's reader
//! callback, [`Mailbox::drain`], builds the Python objects. So tokio threads never touch Python, and a loop
//! that is gone is only a mailbox that nobody empties.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;
use pyo3::exceptions::PyNotImplementedError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use tokio::task::AbortHandle;

use super::convert::Answer;
use super::pipe::Pipe;
use super::posts::Posts;
use super::{errors, runtime};
use crate::engine::EngineError;

/// What a call comes to, in Rust's terms.
pub(super) type Delivery = Result<Answer, EngineError>;

/// Polls once; answers at once what is ready, else a [`Pending`] of the running loop.
pub(super) fn answer<F>(py: Python<'_>, future: F) -> PyResult<Py<PyAny>>
where
    F: Future<Output = Delivery> + Send + 'static,
{
    let handle = runtime::handle()?;
    let mut future = Box::pin(future);
    let polled = {
        let _inside = handle.enter();
        pin!(&mut future).poll(&mut Context::from_waker(Waker::noop()))
    };
    match polled {
        Poll::Ready(delivery) => deliver(py, delivery),
        Poll::Pending => defer(py, &handle, future).map(Py::into_any),
    }
}

/// What a call came to, in Python's terms.
pub(super) fn deliver(py: Python<'_>, delivery: Delivery) -> PyResult<Py<PyAny>> {
    match delivery {
        Ok(answer) => answer.into_python(py),
        Err(error) => Err(errors::raise(&error)),
    }
}

fn defer<F>(py: Python<'_>, handle: &tokio::runtime::Handle, future: F) -> PyResult<Py<Pending>>
where
    F: Future<Output = Delivery> + Send + 'static,
{
    let event_loop = running_loop(py)?;
    let mailbox = mailbox_of(py, &event_loop)?;
    let future_object = event_loop.call_method0(intern!(py, "create_future"))?.unbind();
    let ticket = NEXT_TICKET.fetch_add(1, Ordering::Relaxed);
    let waiting = Waiting { future: future_object.clone_ref(py), work: None };
    mailbox.get().waiting.lock().insert(ticket, waiting);
    let posts = Arc::clone(&mailbox.get().posts);
    let work = handle.spawn(async move { posts.post((ticket, future.await)) }).abort_handle();
    if let Some(waiting) = mailbox.get().waiting.lock().get_mut(&ticket) {
        waiting.work = Some(work);
    }
    Py::new(py, Pending { future: future_object, mailbox: mailbox.unbind(), ticket })
}

static NEXT_TICKET: AtomicU64 = AtomicU64::new(0);

/// An answer to come: await `future`; when that await is cancelled, call `abandon`.
#[pyclass(frozen, module = "openhands_testgen._core")]
pub(crate) struct Pending {
    #[pyo3(get)]
    future: Py<PyAny>,
    mailbox: Py<Mailbox>,
    ticket: u64,
}

#[pymethods]
impl Pending {
    /// An exception in the future may hold the frame that holds this.
    #[expect(clippy::needless_pass_by_value, reason = "the signature of the protocol")]
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.future)?;
        visit.call(&self.mailbox)
    }

    /// Ends the wait, not the task: nothing is kept for this answer any more.
    fn abandon(&self) {
        let waiting = self.mailbox.get().waiting.lock().remove(&self.ticket);
        if let Some(work) = waiting.and_then(|waiting| waiting.work) {
            work.abort();
        }
    }
}

/// How many completions are passed on in one turn of a loop: more would hold up whatever else runs in it.
const MOST_A_TURN: usize = 64;

/// The completions for one event loop.
#[pyclass(frozen, weakref, module = "openhands_testgen._core")]
pub(crate) struct Mailbox {
    posts: Arc<Posts<(u64, Delivery), Pipe>>,
    /// Futures of the loop by ticket. Touched only while attached, and never held while Python runs.
    waiting: Mutex<HashMap<u64, Waiting>>,
}

struct Waiting {
    future: Py<PyAny>,
    work: Option<AbortHandle>,
}

#[pymethods]
impl Mailbox {
    /// A waiting future holds its loop, whose reader is `drain`.
    #[expect(clippy::needless_pass_by_value, reason = "the signature of the protocol")]
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Some(waiting) = self.waiting.try_lock() else { return Ok(()) };
        waiting.values().try_for_each(|waiting| visit.call(&waiting.future))
    }

    /// The descriptor that becomes readable when something arrived.
    fn fileno(&self) -> i32 {
        self.posts.signal().fileno()
    }

    /// Completes the futures of what arrived first; runs in the loop's thread, and again where more is left.
    fn drain(&self, py: Python<'_>) -> PyResult<()> {
        let mut outcome = Ok(());
        for (ticket, delivery) in self.posts.take(MOST_A_TURN) {
            let waiting = self.waiting.lock().remove(&ticket);
            if let Some(waiting) = waiting {
                // One that cannot be completed keeps no other from its answer.
                outcome = outcome.and(complete(py, waiting.future.bind(py), delivery));
            }
        }
        outcome
    }
}

impl Mailbox {
    fn new() -> PyResult<Self> {
        Ok(Self { posts: Arc::new(Posts::new(Pipe::new()?)), waiting: Mutex::default() })
    }
}

fn complete(py: Python<'_>, future: &Bound<'_, PyAny>, delivery: Delivery) -> PyResult<()> {
    if future.call_method0(intern!(py, "done"))?.is_truthy()? {
        return Ok(());
    }
    match deliver(py, delivery) {
        Ok(value) => future.call_method1(intern!(py, "set_result"), (value,))?,
        Err(error) => future.call_method1(intern!(py, "set_exception"), (error.into_value(py),))?,
    };
    Ok(())
}

fn running_loop(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static GET: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    GET.import(py, "asyncio", "get_running_loop")?.call0()
}

/// The mailboxes of all loops, held weakly by the loop object itself: an `id()` may be used again.
static MAILBOXES: Mutex<Option<Py<PyAny>>> = Mutex::new(None);

fn mailboxes(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    if let Some(mailboxes) = &*MAILBOXES.lock() {
        return Ok(mailboxes.bind(py).clone());
    }
    let fresh = py.import("weakref")?.getattr("WeakKeyDictionary")?.call0()?;
    *MAILBOXES.lock() = Some(fresh.clone().unbind());
    Ok(fresh)
}

fn mailbox_of<'py>(py: Python<'py>, event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Mailbox>> {
    let mailboxes = mailboxes(py)?;
    let known = mailboxes.call_method1(intern!(py, "get"), (event_loop,))?;
    if !known.is_none() {
        return Ok(known.cast_into::<Mailbox>()?);
    }
    prune(py, &mailboxes)?;
    let mailbox = Bound::new(py, Mailbox::new()?)?;
    listen(py, event_loop, &mailbox)?;
    mailboxes.set_item(event_loop, &mailbox)?;
    Ok(mailbox)
}

/// Has the loop call `drain`; a loop without `add_reader` gets a helper thread.
fn listen(py: Python<'_>, event_loop: &Bound<'_, PyAny>, mailbox: &Bound<'_, Mailbox>) -> PyResult<()> {
    let drain = mailbox.getattr(intern!(py, "drain"))?;
    match event_loop.call_method1(intern!(py, "add_reader"), (mailbox.get().fileno(), &drain)) {
        Err(error) if error.is_instance_of::<PyNotImplementedError>(py) => {
            py.import("openhands_testgen._helper")?.call_method1("wake_loop", (event_loop, mailbox))?;
            Ok(())
        }
        other => other.map(drop),
    }
}

/// Lets go of loops that were closed: their futures would keep them alive.
fn prune(py: Python<'_>, mailboxes: &Bound<'_, PyAny>) -> PyResult<()> {
    // A list made at one stroke: other threads may add their loops meanwhile.
    for reference in mailboxes.call_method0(intern!(py, "keyrefs"))?.try_iter()? {
        let event_loop = reference?.call0()?;
        if !event_loop.is_none() && event_loop.call_method0(intern!(py, "is_closed"))?.is_truthy()? {
            mailboxes.call_method1(intern!(py, "pop"), (event_loop, py.None()))?;
        }
    }
    Ok(())
}

/// In a forked child: no loop of the parent is ours.
pub(super) fn forget() {
    std::mem::forget(MAILBOXES.lock().take());
}
