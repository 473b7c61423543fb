//! Testbeds across the border: for `openhands_testgen.testing`, and for nobody else.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pythonize::depythonize;
use tokio::task::AbortHandle;

use super::convert::Answer;
use super::{arguments, bridge, errors, registry, runtime};
use crate::engine::{EngineError, Testbed};
use crate::kinds::{Outcome, Roll};
use crate::store::StoreError;

/// The testbeds of this process; engines are opened on the last one. Locked for a look or a change only.
static STANDING: Mutex<Vec<Standing>> = Mutex::new(Vec::new());

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

/// A testbed that was set up.
#[derive(Clone)]
pub(super) struct Standing {
    /// No two have the same.
    pub(super) number: u64,
    pub(super) testbed: Arc<Testbed>,
}

/// The testbed on which engines are opened now, if one stands.
pub(super) fn current() -> Option<Standing> {
    STANDING.lock().last().cloned()
}

/// In a forked child: what stands is the parent's, and so are the locks in it.
pub(super) fn forget() {
    std::mem::forget(std::mem::take(&mut *STANDING.lock()));
}

/// A clock, and a script in the place of the agents.
#[pyclass(frozen, name = "Testbed", module = "openhands_testgen._core")]
pub(crate) struct PyTestbed {
    standing: Standing,
    /// What passes over waiting. Locked for a look or a change only, and only while attached.
    hurry: Mutex<Option<AbortHandle>>,
}

#[pymethods]
impl PyTestbed {
    /// A testbed whose agents play a script, or are real.
    #[new]
    fn new(py: Python<'_>, scripted: bool) -> PyResult<Self> {
        let testbed = Arc::new(Testbed::new(scripted, super::probe_directory(py)?));
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        Ok(Self { standing: Standing { number, testbed }, hurry: Mutex::default() })
    }

    /// Has generators of this process use engines of their own here, until it is taken down.
    fn set_up(&self) {
        STANDING.lock().push(self.standing.clone());
    }

    /// Stops everything here; generators go to the engines that they would have without it.
    fn take_down(&self, py: Python<'_>) -> PyResult<()> {
        STANDING.lock().retain(|standing| standing.number != self.standing.number);
        self.hurry(false)?;
        let testbed = Arc::clone(&self.standing.testbed);
        runtime::block_on(py, async move { testbed.stop().await })?;
        registry::remove_testbed(self.standing.number);
        Ok(())
    }

    /// Has the tasks of a module, or of all others, end in a way: each the same, or in turn.
    fn play(&self, module: Option<String>, outcomes: &Bound<'_, PyAny>, in_turn: bool) -> PyResult<()> {
        let Some(script) = self.standing.testbed.script() else {
            return Err(PyRuntimeError::new_err("the agents of this testbed are real: they play no script"));
        };
        let outcomes: VecDeque<Outcome> =
            depythonize(outcomes).map_err(|error| arguments::invalid("outcomes", error.to_string()))?;
        let roll = match outcomes.front() {
            Some(outcome) if !in_turn => Roll::Always(outcome.clone()),
            _ => Roll::InTurn(outcomes),
        };
        script.play(module, roll);
        Ok(())
    }

    /// The time here.
    fn now(&self) -> DateTime<Utc> {
        self.standing.testbed.clock().now()
    }

    /// Lets time pass, and what would happen meanwhile happen.
    fn advance(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        let span = arguments::seconds("seconds", seconds)?;
        let testbed = Arc::clone(&self.standing.testbed);
        runtime::block_on(py, async move { testbed.advance(span).await })?.map_err(raise)
    }

    /// Passes over all waiting from now on, or no more.
    fn hurry(&self, hurry: bool) -> PyResult<()> {
        let mut running = self.hurry.lock();
        if let Some(running) = running.take() {
            running.abort();
        }
        if hurry {
            let testbed = Arc::clone(&self.standing.testbed);
            let handle = runtime::handle()?;
            *running = Some(handle.spawn(async move { testbed.hurry().await }).abort_handle());
        }
        Ok(())
    }

    /// Lets time pass until every task has ended; answers how many cannot.
    fn drain(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let testbed = Arc::clone(&self.standing.testbed);
        bridge::answer(py, async move { drained(&testbed).await.map(Answer::Count) })
    }

    /// The same, holding the calling thread.
    fn drain_here(&self, py: Python<'_>) -> PyResult<u64> {
        let testbed = Arc::clone(&self.standing.testbed);
        runtime::block_on(py, async move { drained(&testbed).await })?.map_err(|error| errors::raise(&error))
    }
}

async fn drained(testbed: &Testbed) -> Result<u64, EngineError> {
    Ok(testbed.drain().await?.map_or_else(|stuck| stuck.0, |()| 0))
}

fn raise(error: StoreError) -> PyErr {
    errors::raise(&EngineError::from(error))
}
