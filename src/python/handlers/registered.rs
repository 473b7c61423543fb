//! Which handlers has one generator registered? Kept by it, and entered with every engine that it comes to use.

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::HandlerDesk;
use crate::kinds::{Function, Handler, ProcessHandler};
use crate::python::arguments;
use crate::python::registry::{self, Slot};
use crate::store::StoreLocation;
use crate::task::{Kind, KindName};

/// The handlers of one generator.
#[derive(Default)]
pub(in crate::python) struct UserHandlers(
    /// Touched only while attached, never held while Python runs.
    Mutex<Vec<Registration>>,
);

/// One handler.
pub(in crate::python) struct Registration {
    kind: KindName,
    handler: Py<PyAny>,
    /// How a process of its own finds the function; `None` for a coroutine.
    function: Option<Function>,
}

impl UserHandlers {
    /// Keeps a handler, in place of an earlier one of its kind.
    pub(in crate::python) fn keep(
        &self,
        py: Python<'_>,
        kind: KindName,
        handler: Py<PyAny>,
        function: Option<Function>,
    ) -> Registration {
        let registration = Registration { kind, handler, function };
        let copy = registration.copy(py);
        let mut kept = self.0.lock();
        let place = kept.iter().position(|known| known.kind == registration.kind);
        let replaced = place.map(|place| kept.swap_remove(place));
        kept.push(registration);
        drop(kept);
        drop(replaced);
        copy
    }

    /// Enters all handlers with an engine.
    pub(in crate::python) fn enter_all(&self, slot: &Slot) -> PyResult<()> {
        if self.0.lock().is_empty() {
            return Ok(());
        }
        Python::attach(|py| {
            let all: Vec<Registration> = self.0.lock().iter().map(|one| one.copy(py)).collect();
            all.iter().try_for_each(|registration| registration.enter(py, slot))
        })
    }

    /// Refuses a kind that nobody has registered for this store in this process.
    pub(in crate::python) fn check_known(&self, kind: &Kind, location: &StoreLocation) -> PyResult<()> {
        let Kind::Custom(name) = kind else { return Ok(()) };
        if self.0.lock().iter().any(|known| known.kind == *name) {
            return Ok(());
        }
        let registered = registry::user_kinds(location);
        if registered.contains(name) {
            return Ok(());
        }
        let message = if name.as_str() == Kind::FILE_PROCESSING {
            NO_FILE_HANDLER.to_owned()
        } else {
            unknown(name, &registered)
        };
        Err(arguments::invalid("kind", message))
    }

    pub(in crate::python) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Some(kept) = self.0.try_lock() else { return Ok(()) };
        kept.iter().try_for_each(|registration| visit.call(&registration.handler))
    }

    pub(in crate::python) fn clear(&self) {
        let kept = std::mem::take(&mut *self.0.lock());
        drop(kept);
    }
}

impl Registration {
    /// Makes the kind known to an engine; one that runs tasks runs them with this handler.
    pub(in crate::python) fn enter(&self, py: Python<'_>, slot: &Slot) -> PyResult<()> {
        let handler = if slot.works() {
            Some(engine_handler(py, &self.kind, &self.handler, self.function.as_ref())?)
        } else {
            None
        };
        slot.register(self.kind.clone(), handler);
        Ok(())
    }

    fn copy(&self, py: Python<'_>) -> Self {
        let handler = self.handler.clone_ref(py);
        Self { kind: self.kind.clone(), handler, function: self.function.clone() }
    }
}

/// A handler of the user's as the engine runs it: by its function in a process of its own, or as a coroutine.
pub(in crate::python) fn engine_handler(
    py: Python<'_>,
    kind: &KindName,
    handler: &Py<PyAny>,
    function: Option<&Function>,
) -> PyResult<Arc<dyn Handler>> {
    if let Some(function) = function {
        return Ok(Arc::new(ProcessHandler::new(kind.clone(), function.clone())));
    }
    let desk = py.import("openhands_testgen._handler_thread")?.call_method0("desk")?;
    let desk = desk.cast_into::<HandlerDesk>()?;
    Ok(Arc::new(desk.get().handler(kind.clone(), handler.clone_ref(py))))
}

/// What is said where nobody processes files: what that is, only the user knows.
const NO_FILE_HANDLER: &str = "\"file_processing\" has no handler here: what is done with files is yours to say, by \
    register_handler(\"file_processing\", handler)";

fn unknown(name: &KindName, registered: &BTreeSet<KindName>) -> String {
    let ours = Kind::BUILT_IN.iter().filter(|kind| **kind != Kind::Webhook).map(Kind::as_str);
    let known: Vec<&str> = ours.chain(registered.iter().map(KindName::as_str)).collect();
    format!(
        "{:?} is unknown: use one of {}, or give this one a handler by register_handler",
        name.as_str(),
        known.join(", ")
    )
}
