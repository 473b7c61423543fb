//! Where is a webhook to go? An address of the web, looked at before anything is kept and before each try.

use std::net::IpAddr;

use ipnet::IpNet;
use reqwest::Url;

use super::address::refuse;

/// The longest address, in bytes.
const LONGEST: usize = 2048;

/// An address that a webhook may go to, as far as its text tells.
#[derive(Debug, Clone)]
pub(in crate::server) struct Target {
    url: Url,
}

impl Target {
    /// Reads an address; what is wrong with it where it is none that may be. Every spelling of a number is one: browsers
    /// and resolvers read `127.1`, `0x7f.1` and `2130706433` alike.
    pub(in crate::server) fn parse(text: &str, allowed: &[IpNet]) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("takes {} bytes: at most {LONGEST} are kept", text.len()));
        }
        let url = Url::parse(text).map_err(|error| format!("is no address: {error}"))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(format!("begins with {}: only http and https are sent to", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("has a name or a password: the signature tells who sends".to_owned());
        }
        if url.port() == Some(0) {
            return Err("has port 0, on which nobody can listen".to_owned());
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("has no host")?;
        match refuse_host(host, allowed) {
            Some(reason) => Err(format!("must lead to a public address: {reason}")),
            None => Ok(Self { url }),
        }
    }

    /// The address as it is asked.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

/// What is wrong with an address that webhooks are to go to, as far as its text tells.
pub fn check_callback(text: &str, allowed: &[IpNet]) -> Result<(), String> {
    Target::parse(text, allowed).map(drop)
}

/// What is wrong with a host as it is written; of a name only its addresses tell, at each try.
fn refuse_host(host: &str, allowed: &[IpNet]) -> Option<String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse() {
        return refuse(address, allowed);
    }
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let is_local =
        ["localhost", "localhost.localdomain"].contains(&name.as_str()) || name.ends_with(".localhost");
    let loopback: [IpAddr; 2] = [[127, 0, 0, 1].into(), [0, 0, 0, 0, 0, 0, 0, 1].into()];
    if is_local && loopback.iter().all(|address| refuse(*address, allowed).is_some()) {
        return Some(format!("{name} is loopback, not public (setting webhook_networks)"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_refused_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "0177.0.0.1",
            "127.0.0.1.",
            "127.0.0.1:8080",
            "0",
            "0.0.0.0",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:0:0:1]",
            "[64:ff9b::127.0.0.1]",
            "[2002:7f00:1::]",
            "localhost",
            "localhost.",
            "LOCALHOST",
            "a.localhost",
            "localhost.localdomain",
            "１２７.０.０.１",
            "127。0。0。1",
            "%31%32%37.0.0.1",
        ] {
            let refused = Target::parse(&format!("http://{host}/hook"), &[]).expect_err(host);
            assert!(refused.contains("public"), "{host}: {refused}");
        }
    }

    #[test]
    fn what_is_no_address_of_the_web_is_refused() {
        for text in [
            "",
            "hook",
            "//example.org",
            "ftp://example.org",
            "https://example.org:0/",
            "file:///etc/passwd",
            "http://",
            "https://a b/",
            "http://me:secret@example.org/",
            "javascript:alert(1)",
        ] {
            assert!(Target::parse(text, &[]).is_err(), "{text}");
        }
        assert!(Target::parse(&format!("https://example.org/{}", "a".repeat(2048)), &[]).is_err());
        assert!(Target::parse("https://example.org:8443/hook?to=me", &[]).is_ok());
    }
}
