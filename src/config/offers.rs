//! What does this machine have for an OpenHands agent? Looked for only where `auto` needs to know.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::settings::Settings;

/// Whether something can be used.
pub type Offer = Result<(), Lack>;

/// Why something cannot be used, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What is missing.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Lack {
    /// A lack and its remedy.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; {}", self.what, self.remedy)
    }
}

/// What the machine has; `None` where nobody looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// An engine of Docker that may be used, with the image of the agent server.
    pub docker: Option<Offer>,
    /// An interpreter with the agent server, and bubblewrap to shut it in.
    pub own_server: Option<Offer>,
}

impl Offers {
    pub(super) fn has_docker(&self) -> bool {
        self.docker == Some(Ok(()))
    }

    pub(super) fn has_own_server(&self) -> bool {
        self.own_server == Some(Ok(()))
    }
}

/// Looks what the machine has, once; by default nothing is there.
#[derive(Clone, Default)]
pub struct Lookout {
    look: Option<Arc<Look>>,
    seen: Arc<OnceLock<Offers>>,
}

type Look = dyn Fn(&Settings) -> Offers + Send + Sync;

impl Lookout {
    /// One that looks like this, which may take a moment.
    pub fn new(look: impl Fn(&Settings) -> Offers + Send + Sync + 'static) -> Self {
        Self { look: Some(Arc::new(look)), seen: Arc::default() }
    }

    /// The same for other settings: it has not looked yet.
    pub(super) fn afresh(&self) -> Self {
        Self { look: self.look.clone(), seen: Arc::default() }
    }

    /// Whether it has not looked yet.
    pub(super) fn has_to_look(&self) -> bool {
        self.look.is_some() && self.seen.get().is_none()
    }

    pub(super) fn offers(&self, settings: &Settings) -> &Offers {
        self.seen.get_or_init(|| self.look.as_ref().map_or_else(Offers::default, |look| look(settings)))
    }
}

impl fmt::Debug for Lookout {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Lookout").field("seen", &self.seen).finish_non_exhaustive()
    }
}
