//! Under which names may browsers ask? A page of another site that makes its name lead to us is not to be answered.

use std::net::{IpAddr, SocketAddr};

use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};

use crate::server::http::Problem;
use crate::server::options::Entry;

/// The names of a service.
#[derive(Debug)]
pub(super) struct Hosts {
    /// Lower case, without ports; `None`: any, since each request has a key, which no other site has.
    allowed: Option<Vec<String>>,
    /// Those that whoever runs it has named: a proxy may ask under another than browsers do.
    named: Vec<String>,
}

impl Hosts {
    pub(super) fn new(address: SocketAddr, entry: &Entry, named: &[String]) -> Self {
        if matches!(entry, Entry::Keys) && named.is_empty() {
            return Self { allowed: None, named: Vec::new() };
        }
        let named: Vec<String> = named.iter().map(|name| name.to_lowercase()).collect();
        let mut allowed = named.clone();
        allowed.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        allowed.push(match address.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
        Self { allowed: Some(allowed), named }
    }

    /// Refuses a request under a name that is not ours, and one that a page of another site sent.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let stated = headers.get(header::HOST).map(|value| value.to_str().unwrap_or_default());
        let host = uri.authority().map(Authority::as_str).or(stated).unwrap_or_default();
        if let Some(allowed) = &self.allowed
            && !allowed.contains(&without_port(host).to_lowercase())
        {
            let detail =
                format!("host {:?} is none of this service: allow it with `--allow-host`", short(host));
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        for origin in headers.get_all(header::ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            if authority.is_none_or(|authority| !self.is_ours(authority, host)) {
                let detail = format!(
                    "origin {:?} is another site: pages of other sites are not served",
                    short(origin)
                );
                return Err(Problem::new(StatusCode::FORBIDDEN, detail));
            }
        }
        Ok(())
    }
}

impl Hosts {
    /// Whether a page of this origin is ours, where it was asked for under this name.
    fn is_ours(&self, authority: &str, host: &str) -> bool {
        authority.eq_ignore_ascii_case(host) || self.named.contains(&without_port(authority).to_lowercase())
    }
}

/// As an error shows it.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // Not within the brackets of an IPv6 address.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Secret;

    fn hosts(entry: &Entry, named: &[&str]) -> Hosts {
        let named: Vec<String> = named.iter().map(|&name| name.to_owned()).collect();
        Hosts::new("127.0.0.1:8000".parse().unwrap(), entry, &named)
    }

    fn is_served(hosts: &Hosts, host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
        headers.extend(origin.map(|origin| (header::ORIGIN, origin.parse().unwrap())));
        hosts.check(&Uri::from_static("/tasks"), &headers).is_ok()
    }

    #[test]
    fn without_keys_only_our_own_names_are_served() {
        let hosts = hosts(&Entry::Local(Secret::fresh()), &["Tests.example"]);
        for host in ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST", "tests.example:443"] {
            assert!(is_served(&hosts, host, None), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "", "[::2]"] {
            assert!(!is_served(&hosts, host, None), "{host}");
        }
    }

    #[test]
    fn a_proxy_may_ask_under_a_name_of_its_own() {
        let hosts = hosts(&Entry::Keys, &["tests.example"]);
        assert!(is_served(&hosts, "127.0.0.1:8000", Some("https://tests.example")));
        assert!(!is_served(&hosts, "127.0.0.1:8000", Some("https://localhost:3000")));
    }

    #[test]
    fn pages_of_other_sites_are_never_served() {
        let hosts = hosts(&Entry::Keys, &[]);
        assert!(is_served(&hosts, "tests.example", Some("https://tests.example")));
        for origin in ["https://evil.example", "null", "http://tests.example:81", "tests.example"] {
            assert!(!is_served(&hosts, "tests.example", Some(origin)), "{origin}");
        }
    }
}
