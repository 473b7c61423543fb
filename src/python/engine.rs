//! `_core.Engine`: the calls of one generator. Each answers at once what is ready, else a `Pending`.

use std::ffi::OsString;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use futures_util::FutureExt;
use parking_lot::Mutex;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::arguments::TermsArgument;
use super::convert::Answer;
use super::handlers::UserHandlers;
use super::planning::{self, Means, Order};
use super::registry::{self, Slot};
use super::{arguments, bridge, errors, runtime, settings};
use crate::assistant::Memory;
use crate::config::{AgentChoice, Settings};
use crate::engine::{Defaults, Engine, EngineError, EngineOptions, SubmitOptions, TestRequest};
use crate::kinds::Function;
use crate::sandbox::ProbeDir;
use crate::store::StoreLocation;
use crate::task::{self, Context, Cursor, Kind, ListFilter, TaskStatus, Work};

/// One generator's way to the engine of its store.
#[pyclass(frozen, name = "Engine", module = "openhands_testgen._core")]
pub(crate) struct PyEngine {
    settings: Settings,
    location: StoreLocation,
    probe: ProbeDir,
    terms: OnceLock<Terms>,
    handlers: UserHandlers,
    /// What the planning tools were asked for last.
    memory: Memory,
    /// Locked for a look only, and only while attached.
    seat: Mutex<Seat>,
}

/// What the settings amount to on this machine.
struct Terms {
    options: EngineOptions,
    context: Arc<Context>,
}

/// Where this generator stands with its engine.
struct Seat {
    slot: Option<Arc<Slot>>,
    started: bool,
    stopped: bool,
}

#[pymethods]
impl PyEngine {
    /// An engine handle for settings as `resolve_settings` gave them. Nothing is opened yet, and nothing of the machine
    /// is looked at.
    #[new]
    #[pyo3(signature = (arguments, *, use_docker = true))]
    fn new(py: Python<'_>, arguments: &Bound<'_, PyDict>, use_docker: bool) -> PyResult<Self> {
        let (settings, _) = settings::load(arguments, false, use_docker)?;
        let location = StoreLocation::parse(&settings.store, &settings.project_root)
            .map_err(errors::configuration_text)?;
        let probe = super::probe_directory(py)?;
        let seat = Mutex::new(Seat { slot: None, started: false, stopped: false });
        let (terms, handlers) = (OnceLock::new(), UserHandlers::default());
        Ok(Self { settings, location, probe, terms, handlers, memory: Memory::default(), seat })
    }

    /// Whether the first call has to look what the machine has for an agent: then call `look` before, on a thread
    /// that may wait.
    fn needs_look(&self) -> bool {
        self.terms.get().is_none() && self.settings.needs_look()
    }

    /// Looks what the machine has for an agent, which may take some seconds; answers the text of the warning that is
    /// due where it has nothing.
    fn look(&self, py: Python<'_>) -> Option<&'static str> {
        self.terms(py);
        self.settings.effective_agent().reason
    }

    /// A handler may hold the generator that holds this.
    #[expect(clippy::needless_pass_by_value, reason = "the signature of the protocol")]
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.handlers.traverse(&visit)
    }

    fn __clear__(&self) {
        self.handlers.clear();
    }

    /// Has a handler run the tasks of a kind; `function` names one that runs in a process of its own.
    fn register_handler(
        &self,
        py: Python<'_>,
        kind: &str,
        handler: Py<PyAny>,
        function: Option<(Vec<OsString>, String)>,
    ) -> PyResult<()> {
        let kind = kind.parse().map_err(|message: String| arguments::invalid("kind", message))?;
        let function = function.map(|(command, reference)| Function { command, reference });
        let registration = self.handlers.keep(py, kind, handler, function);
        if self.seat.lock().stopped || self.needs_look() {
            return Ok(()); // entered when the generator starts
        }
        registration.enter(py, &*self.slot(py)?)
    }

    /// Keeps a request for tests of one module; answers its id.
    #[expect(clippy::too_many_arguments, reason = "the keywords of the public method, passed on")]
    fn submit_test_generation(
        &self,
        py: Python<'_>,
        module_path: &Bound<'_, PyAny>,
        output_path: Option<&Bound<'_, PyAny>>,
        coverage_threshold: &Bound<'_, PyAny>,
        priority: &Bound<'_, PyAny>,
        timeout: Option<&Bound<'_, PyAny>>,
        overwrite: &Bound<'_, PyAny>,
        max_iterations: Option<&Bound<'_, PyAny>>,
        metadata: Option<&Bound<'_, PyAny>>,
        terms: Option<TermsArgument<'_>>,
    ) -> PyResult<Py<PyAny>> {
        let request = TestRequest {
            module_path: arguments::path("module_path", module_path)?,
            output_path: output_path.map(|path| arguments::path("output_path", path)).transpose()?,
            coverage_threshold: arguments::whole("coverage_threshold", coverage_threshold)?,
            overwrite: arguments::flag("overwrite", overwrite)?,
            max_iterations: max_iterations
                .map(|number| arguments::whole("max_iterations", number))
                .transpose()?,
        };
        let options = arguments::submit_options(priority, timeout, metadata, terms)?;
        let slot = self.slot(py)?;
        let work = request
            .into_work(&self.terms(py).context, self.settings.max_iterations)
            .map_err(|error| errors::raise(&error.into()))?;
        self.keep(py, slot, work, options)
    }

    /// Keeps a task of any kind; answers its id.
    #[expect(clippy::too_many_arguments, reason = "the keywords of the public method, passed on")]
    fn submit(
        &self,
        py: Python<'_>,
        kind: &str,
        payload: &Bound<'_, PyAny>,
        priority: &Bound<'_, PyAny>,
        timeout: Option<&Bound<'_, PyAny>>,
        metadata: Option<&Bound<'_, PyAny>>,
        terms: Option<TermsArgument<'_>>,
    ) -> PyResult<Py<PyAny>> {
        let kind: Kind = kind.parse().map_err(|message: String| arguments::invalid("kind", message))?;
        // Who runs nothing submits for others, whose kinds are theirs to know.
        if self.settings.workers > 0 {
            self.handlers.check_known(&kind, &self.location)?;
        }
        let options = arguments::submit_options(priority, timeout, metadata, terms)?;
        let payload = arguments::json_object("payload", payload)?;
        let work =
            TestRequest::work_of_kind(kind, payload, &self.terms(py).context, self.settings.max_iterations)
                .map_err(|error| errors::raise(&error.into()))?;
        let slot = self.slot(py)?;
        self.keep(py, slot, work, options)
    }

    /// The status dict of a task.
    fn status(&self, py: Python<'_>, task_id: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let id = arguments::task_id(task_id)?;
        self.call(py, move |engine| async move { engine.get(id).await.map(Answer::Status) })
    }

    /// The result dict of a task, once it has ended; `timeout` in seconds, 0 answers at once.
    fn results(
        &self,
        py: Python<'_>,
        task_id: &Bound<'_, PyAny>,
        timeout: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let id = arguments::task_id(task_id)?;
        let timeout = arguments::optional_number("timeout", timeout)?;
        let limit = arguments::seconds("timeout", timeout.unwrap_or(self.settings.default_timeout_seconds))?;
        self.call(py, move |engine| async move { engine.wait(id, Some(limit)).await.map(Answer::Finished) })
    }

    /// Asks for the end of a task; answers its status dict.
    fn cancel(&self, py: Python<'_>, task_id: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let id = arguments::task_id(task_id)?;
        self.call(py, move |engine| async move { engine.cancel(id).await.map(Answer::Status) })
    }

    /// Submits the work of a failed or cancelled task once more; answers the new id.
    fn retry(&self, py: Python<'_>, task_id: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let id = arguments::task_id(task_id)?;
        self.call(py, move |engine| async move {
            engine.retry(id, task::Terms::default()).await.map(|task| Answer::Id(task.id()))
        })
    }

    /// One page of status dicts, newest first.
    fn list(
        &self,
        py: Python<'_>,
        status: Option<&str>,
        kind: Option<&str>,
        limit: i64,
        cursor: Option<&str>,
    ) -> PyResult<Py<PyAny>> {
        let filter = ListFilter {
            status: status
                .map(str::parse::<TaskStatus>)
                .transpose()
                .map_err(|message| arguments::invalid("status", message))?,
            kind: kind
                .map(str::parse::<Kind>)
                .transpose()
                .map_err(|message| arguments::invalid("kind", message))?,
            owner: None,
            limit: usize::try_from(limit).map_err(|_| {
                arguments::invalid("limit", format!("must be between 1 and 1000, not {limit}"))
            })?,
            cursor: cursor
                .map(|text| {
                    text.parse::<Cursor>().map_err(|_| {
                        arguments::invalid("cursor", format!("{text:?} is not the next_cursor of a page"))
                    })
                })
                .transpose()?,
        };
        self.call(py, move |engine| async move { engine.list(filter).await.map(Answer::Page) })
    }

    /// The events of a task after number `after`, as dicts; waits for the next one where there are none, at most
    /// `timeout` seconds. None then, or once the task has ended: an empty list.
    fn events(
        &self,
        py: Python<'_>,
        task_id: &Bound<'_, PyAny>,
        after: &Bound<'_, PyAny>,
        timeout: f64,
    ) -> PyResult<Py<PyAny>> {
        let id = arguments::task_id(task_id)?;
        let after = arguments::whole("after", after)?;
        let after = u32::try_from(after).map_err(|_| {
            arguments::invalid("after", format!("must be the number of an event, not {after}"))
        })?;
        let limit = arguments::seconds("timeout", timeout)?;
        self.call(py, move |engine| async move { engine.events(id, after, limit).await.map(Answer::Events) })
    }

    /// Keeps a task of a planning tool; answers what is said of it.
    fn plan_submit(&self, py: Python<'_>, tool: &str, text: String) -> PyResult<Py<PyAny>> {
        self.plan(py, Order::Submit(planning::tool(tool)?, text))
    }

    /// The same, and who is told of its end; answers its id.
    fn plan_submit_and_tell(
        &self,
        py: Python<'_>,
        tool: &str,
        arguments: &Bound<'_, PyAny>,
        url: String,
    ) -> PyResult<Py<PyAny>> {
        planning::checked_address(&url, &self.settings)?;
        let arguments = arguments::json_object("args", arguments)?;
        self.plan(py, Order::SubmitAndTell(planning::tool(tool)?, arguments, url))
    }

    /// Has a planning tool work on a text, and waits for it, at most `limit` seconds; answers what came of it.
    fn plan_ask(&self, py: Python<'_>, tool: &str, text: String, limit: f64) -> PyResult<Py<PyAny>> {
        let limit = arguments::seconds("limit_seconds", limit)?;
        self.plan(py, Order::Ask(planning::tool(tool)?, text, limit))
    }

    /// How a task is, in words.
    fn plan_result(&self, py: Python<'_>, task_id: String) -> PyResult<Py<PyAny>> {
        self.plan(py, Order::Result(task_id))
    }

    /// Does what a prompt says; answers what is said of it.
    fn plan_handle(&self, py: Python<'_>, prompt: String, mode: &str, limit: f64) -> PyResult<Py<PyAny>> {
        let mode = mode.parse().map_err(|message: String| arguments::invalid("mode", message))?;
        self.plan(py, Order::Handle(prompt, mode, arguments::seconds("limit_seconds", limit)?))
    }

    /// How planning goes.
    fn plan_figures(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.plan(py, Order::Figures)
    }

    /// How the queue is.
    fn stats(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.call(py, move |engine| async move { engine.stats().await.map(Answer::Stats) })
    }

    /// Where the circuit breaker of its agent stands: state, failures in a row, and for how many seconds nobody asks;
    /// `None` where there is none here.
    fn breaker(&self, py: Python<'_>) -> Option<(&'static str, u32, Option<f64>)> {
        if self.needs_look() || self.settings.effective_agent().name == AgentChoice::LOCAL {
            return None;
        }
        let options = &self.terms(py).options;
        let slot = registry::known_slot(&self.location, options);
        let breaker = slot.and_then(|slot| slot.breaker()).or_else(|| options.breaker.clone());
        let standing = breaker?.standing(Instant::now())?;
        Some((standing.state, standing.failures, standing.retry_after.map(|left| left.as_secs_f64())))
    }

    /// Opens the store and starts working. Idempotent; a generator counts as a user once.
    fn start(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.seat.lock().stopped = false;
        let slot = self.slot(py)?;
        bridge::answer(py, async move { slot.engine().await.map(|_| Answer::Done) })
    }

    /// The same, holding the calling thread: with `memory:`, calls are answered at once from then on.
    fn start_here(&self, py: Python<'_>) -> PyResult<()> {
        self.seat.lock().stopped = false;
        let slot = self.slot(py)?;
        let opened = runtime::block_on(py, async move { slot.engine().await.map(drop) })?;
        opened.map_err(|error| errors::raise(&error))
    }

    /// Ends this generator's use; the last one stops the engine, waiting up to `grace_seconds` for what runs.
    fn stop(&self, py: Python<'_>, grace_seconds: f64) -> PyResult<Py<PyAny>> {
        let grace = arguments::seconds("grace_seconds", grace_seconds)?;
        let (slot, had_started) = {
            let mut seat = self.seat.lock();
            seat.stopped = true;
            (seat.slot.take(), std::mem::take(&mut seat.started))
        };
        let engine = slot
            .filter(|slot| slot.is_usable() && slot.count_stop(had_started))
            .inspect(|slot| slot.dismiss())
            .and_then(|slot| slot.opened().cloned());
        bridge::answer(py, async move {
            if let Some(engine) = engine {
                engine.stop(grace).await;
            }
            Ok(Answer::Done)
        })
    }
}

impl PyEngine {
    /// What the settings amount to. Others go on while the machine is looked at.
    fn terms(&self, py: Python<'_>) -> &Terms {
        if let Some(terms) = self.terms.get() {
            return terms;
        }
        py.detach(|| {
            self.terms.get_or_init(|| Terms {
                options: EngineOptions::of(&self.settings, &self.probe),
                context: Arc::new(self.settings.context()),
            })
        })
    }

    /// Keeps a task; answers its id.
    fn keep(
        &self,
        py: Python<'_>,
        slot: Arc<Slot>,
        work: Work,
        options: SubmitOptions,
    ) -> PyResult<Py<PyAny>> {
        let defaults = Defaults::of(&self.settings, &work.kind());
        let submit = async move |slot: Arc<Slot>| {
            let engine = slot.engine().await?;
            let task = engine.submit(options.into_task(work, engine.process(), &defaults)?).await?;
            Ok(Answer::Id(task.id()))
        };
        // A store in memory has kept it at the first poll: no room is made for a wait.
        if slot.opened().is_some_and(|engine| !engine.is_durable()) {
            let kept = submit(slot).now_or_never();
            return bridge::deliver(py, kept.unwrap_or(Err(EngineError::Closed)));
        }
        bridge::answer(py, submit(slot))
    }

    /// Carries out what a planning tool is asked for.
    fn plan(&self, py: Python<'_>, order: Order) -> PyResult<Py<PyAny>> {
        let means = Means {
            settings: self.settings.clone(),
            context: Arc::clone(&self.terms(py).context),
            memory: self.memory.clone(),
        };
        self.call(py, move |engine| planning::carry_out(order, engine, means))
    }

    /// Runs one call on the engine, opened if need be.
    fn call<F, W>(&self, py: Python<'_>, work: W) -> PyResult<Py<PyAny>>
    where
        W: FnOnce(Arc<Engine>) -> F + Send + 'static,
        F: Future<Output = Result<Answer, EngineError>> + Send,
    {
        let slot = self.slot(py)?;
        bridge::answer(py, async move { work(Arc::clone(slot.engine().await?)).await })
    }

    /// The slot that calls go to: looked up again after a fork, and after another generator stopped it.
    fn slot(&self, py: Python<'_>) -> PyResult<Arc<Slot>> {
        let options = &self.terms(py).options;
        let mut seat = self.seat.lock();
        if seat.stopped {
            return Err(errors::raise(&EngineError::Closed));
        }
        if let Some(slot) = seat.slot.as_ref().filter(|slot| slot.is_usable()) {
            return Ok(Arc::clone(slot));
        }
        let fresh = registry::slot(&self.location, options);
        // Whoever uses the engine counts as its user until it stops, so that no other takes it away.
        fresh.count_start();
        seat.started = true;
        let inherited = seat.slot.replace(Arc::clone(&fresh));
        // After a fork this may be the last owner of the parent's engine, which is not ours to take down.
        std::mem::forget(inherited);
        drop(seat);
        self.handlers.enter_all(&fresh)?;
        Ok(fresh)
    }
}
