//! Which keys has this process read? Whatever leaves it without knowing whose it is, is cleaned of all of them.

use std::time::Duration;

use parking_lot::RwLock;
use secrecy::{ExposeSecret as _, SecretString};

use super::Redactor;

/// Held for a look or an addition only. A fork may find it held by a thread that the child does not have: so nobody
/// waits for it for long.
static KNOWN: RwLock<Known> = RwLock::new(Known { keys: Vec::new(), redactor: None });

const PATIENCE: Duration = Duration::from_secs(1);

struct Known {
    keys: Vec<SecretString>,
    redactor: Option<Redactor>,
}

/// Has [`known`] take out this key too, from now on.
pub fn remember(key: &SecretString) {
    let is_known = |known: &Known| known.keys.iter().any(|one| one.expose_secret() == key.expose_secret());
    if KNOWN.try_read_for(PATIENCE).is_none_or(|known| is_known(&known)) {
        return;
    }
    let Some(mut known) = KNOWN.try_write_for(PATIENCE) else { return };
    if !is_known(&known) {
        known.keys.push(key.clone());
        known.redactor = Some(Redactor::new(&known.keys));
    }
}

/// Takes out every key that this process has read.
#[must_use]
pub fn known() -> Redactor {
    KNOWN.try_read_for(PATIENCE).and_then(|known| known.redactor.clone()).unwrap_or_default()
}
