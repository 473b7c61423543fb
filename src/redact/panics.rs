//! What does a bug of ours say of itself? Thread, place and message, without keys.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::panic::{self, PanicHookInfo};

use super::known;

/// Has `write` get what every panic from now on says, in place of the standard error.
pub fn tell_panics(write: impl Fn(&str) + Send + Sync + 'static) {
    panic::set_hook(Box::new(move |panicked| write(&account(panicked))));
}

/// The message of a panic, as [`std::panic::catch_unwind`] answers it, without keys.
#[must_use]
pub fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    known().text(text).into_owned()
}

fn account(panicked: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("without a name").to_owned();
    let place = panicked.location().map(|place| format!(" at {place}")).unwrap_or_default();
    let text = panicked.payload_as_str().unwrap_or("no message");
    let mut account = format!("openhands-testgen: the thread {thread} panicked{place}:\n{text}\n");
    let backtrace = Backtrace::capture(); // as `RUST_BACKTRACE` says
    if backtrace.status() == BacktraceStatus::Captured {
        // Writing to a String cannot fail.
        let _ = writeln!(account, "{backtrace}");
    }
    known().text(&account).into_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;
    use secrecy::SecretString;

    use super::*;
    use crate::redact::remember;

    #[test]
    #[allow(clippy::panic, reason = "what is tested")]
    fn a_panic_says_where_it_was_and_no_key() {
        let key = "sk-panic-Geheim";
        remember(&SecretString::from(key));
        let accounts = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&accounts);
        tell_panics(move |account| kept.lock().push(account.to_owned()));
        let named = std::thread::Builder::new().name("worker".to_owned());
        let ended = named.spawn(move || panic!("refused {key}")).map(std::thread::JoinHandle::join);
        drop(panic::take_hook());
        let Ok(Err(payload)) = ended else { panic!("the thread has to panic") };
        let accounts = accounts.lock();
        let account = accounts.iter().find(|account| account.contains("worker")).map_or("", String::as_str);
        assert!(
            account.starts_with("openhands-testgen: the thread worker panicked at src/redact/panics.rs:"),
            "{account}"
        );
        assert!(account.contains("\nrefused **********\n"), "{account}");
        assert_eq!(panic_message(payload.as_ref()), "refused **********");
    }
}
