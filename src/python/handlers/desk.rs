//! Where do the engine's orders meet Python? At the desk of the handler thread, emptied by its event loop.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::assignment::Assignment;
use super::coroutine::{CoroutineHandler, Outcome};
use crate::kinds::Reporter;
use crate::python::pipe::Pipe;
use crate::python::posts::Posts;
use crate::task::{KindName, Task};

/// What the engine asks the handler thread to do.
pub(super) enum Order {
    /// Begin an attempt.
    Start(Box<Start>),
    /// Cancel the coroutine of an attempt.
    Stop(u64),
    /// Let go of a function: no attempt will begin with it.
    Forget(u64),
}

/// One attempt for a coroutine.
pub(super) struct Start {
    pub(super) ticket: u64,
    pub(super) function: u64,
    pub(super) task: Arc<Task>,
    pub(super) reporter: Reporter,
    pub(super) cancel: CancellationToken,
    pub(super) answer: oneshot::Sender<Outcome>,
}

/// The orders for one handler thread, and what it holds for them.
#[pyclass(frozen, weakref, module = "openhands_testgen._core")]
pub(crate) struct HandlerDesk {
    orders: Arc<Posts<Order, Pipe>>,
    /// `start(function, assignment)` begins a coroutine and answers its asyncio task.
    start: Py<PyAny>,
    /// The functions of handlers by number. Touched only while attached, never held while Python runs.
    functions: Mutex<HashMap<u64, Py<PyAny>>>,
    running: Arc<Running>,
}

/// The asyncio tasks under way, by ticket: the event loop itself holds them weakly. Locked as `functions` is.
#[derive(Default)]
pub(super) struct Running(Mutex<HashMap<u64, Coroutine>>);

/// A coroutine under way: its asyncio task, and what it answers through.
struct Coroutine {
    task: Py<PyAny>,
    assignment: Py<Assignment>,
}

impl Running {
    /// Lets go of an attempt that has answered.
    pub(super) fn remove(&self, ticket: u64) {
        let ended = self.0.lock().remove(&ticket);
        drop(ended);
    }
}

static NEXT_FUNCTION: AtomicU64 = AtomicU64::new(0);

#[pymethods]
impl HandlerDesk {
    #[new]
    fn new(start: Py<PyAny>) -> PyResult<Self> {
        let orders = Arc::new(Posts::new(Pipe::new()?));
        Ok(Self { orders, start, functions: Mutex::default(), running: Arc::default() })
    }

    /// A handler's function may hold the generator that holds its engine.
    #[expect(clippy::needless_pass_by_value, reason = "the signature of the protocol")]
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.start)?;
        if let Some(functions) = self.functions.try_lock() {
            functions.values().try_for_each(|function| visit.call(function))?;
        }
        let Some(running) = self.running.0.try_lock() else { return Ok(()) };
        running.values().try_for_each(|it| visit.call(&it.task).and(visit.call(&it.assignment)))
    }

    /// The descriptor that becomes readable when orders wait.
    fn fileno(&self) -> i32 {
        self.orders.signal().fileno()
    }

    /// How many coroutines are under way.
    fn count(&self) -> usize {
        self.running.0.lock().len()
    }

    /// Carries out the orders that wait; runs in the handler thread.
    fn drain(&self, py: Python<'_>) {
        for order in self.orders.take(usize::MAX) {
            if let Err(error) = self.carry_out(py, order) {
                error.write_unraisable(py, None);
            }
        }
    }
}

impl HandlerDesk {
    /// A handler for the engine, which runs this function here.
    pub(super) fn handler(&self, kind: KindName, function: Py<PyAny>) -> CoroutineHandler {
        let number = NEXT_FUNCTION.fetch_add(1, Ordering::Relaxed);
        self.functions.lock().insert(number, function);
        CoroutineHandler { kind, function: number, orders: Arc::clone(&self.orders) }
    }

    fn carry_out(&self, py: Python<'_>, order: Order) -> PyResult<()> {
        match order {
            Order::Start(start) => self.begin(py, *start),
            Order::Stop(ticket) => self.stop(py, ticket),
            Order::Forget(function) => {
                let function = self.functions.lock().remove(&function);
                drop(function);
                Ok(())
            }
        }
    }

    fn begin(&self, py: Python<'_>, start: Start) -> PyResult<()> {
        let ticket = start.ticket;
        let function = self.functions.lock().get(&start.function).map(|function| function.clone_ref(py));
        let Some(function) = function else { return Ok(()) }; // unanswered: the attempt fails
        let assignment = Bound::new(py, Assignment::new(py, start, Arc::clone(&self.running))?)?;
        // A coroutine that ends at its first step has answered by now and is not held at all.
        match self.start.call1(py, (function, &assignment)) {
            Ok(_) if assignment.get().has_answered() => {}
            Ok(task) => {
                let coroutine = Coroutine { task, assignment: assignment.unbind() };
                self.running.0.lock().insert(ticket, coroutine);
            }
            Err(error) => assignment.get().fail_to_start(py, &error),
        }
        Ok(())
    }

    fn stop(&self, py: Python<'_>, ticket: u64) -> PyResult<()> {
        let found = self
            .running
            .0
            .lock()
            .get(&ticket)
            .map(|it| (it.task.clone_ref(py).into_bound(py), it.assignment.clone_ref(py).into_bound(py)));
        let Some((task, assignment)) = found else { return Ok(()) };
        // One that has not begun yet is cancelled without running: it cannot answer by itself.
        let ended = assignment.getattr(intern!(py, "ended"))?;
        task.call_method1(intern!(py, "add_done_callback"), (ended,))?;
        task.call_method0(intern!(py, "cancel"))?;
        Ok(())
    }
}
