//! How long will a client wait for an answer? What `Prefer: wait=N` says (RFC 7240), within our limit.

use std::time::Duration;

use axum::http::HeaderMap;

/// The longest wait: proxies give up after a minute.
const LONGEST: u64 = 50;

/// The same, for a route that always waits.
pub(in crate::server) const LONGEST_WAIT: Duration = Duration::from_secs(LONGEST);

/// How long to wait for the end of a task; `None` where nobody asked for it.
pub(in crate::server) fn wait_of(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split([',', ';'])).map(str::trim);
    let seconds: u64 = preferences.find_map(|preference| {
        let (name, value) = preference.split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| value.trim().trim_matches('"').parse().ok())?
    })?;
    Some(Duration::from_secs(seconds.min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &'static str) -> Option<u64> {
        let headers = HeaderMap::from_iter([("prefer".parse().unwrap(), value.parse().unwrap())]);
        wait_of(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_read_whatever_stands_beside_it() {
        assert_eq!(asked("wait=5"), Some(5));
        assert_eq!(asked("respond-async, Wait = \"10\""), Some(10));
        assert_eq!(asked("wait=86400"), Some(LONGEST));
        assert_eq!((asked("respond-async"), asked("wait=soon"), asked("wait=-1")), (None, None, None));
    }
}
