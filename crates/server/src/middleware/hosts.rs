use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use axum::extract::Request;
use axum::http::{HeaderValue, header};

use crate::config::ServerConfig;
use crate::problem::{Code, Problem};

/// What nobody can own on the public network: such a name leads into the network that a machine is in, or nowhere
/// (RFC 6762, RFC 8375, and the board of ICANN on `internal`).
const PRIVATE: [&[u8]; 3] = [b".local", b".internal", b".home.arpa"];

/// The names under which a service is asked that asks nobody who they are.
///
/// A page may make its own name lead to an address that only its visitor reaches (DNS rebinding): to the browser,
/// what it then sends there goes to the page's own site. But it is sent to that name. An address is no name, and
/// browsers look `localhost` up nowhere.
#[derive(Debug, Clone)]
pub(super) struct Hosts {
    allowed: Vec<Box<[u8]>>,
    /// Those of the network are believed too: whoever decides what they lead to is in it, and reaches the service.
    private: bool,
}

impl Hosts {
    pub(super) fn new(config: &ServerConfig) -> Self {
        let allowed = config.allowed_hosts.iter().map(|name| name.as_bytes().into()).collect();
        Self { allowed, private: config.insecure_no_auth }
    }

    /// Of a request that names nobody, as no browser sends one, nothing is asked.
    ///
    /// # Errors
    /// 403.
    pub(super) fn check(&self, request: &Request) -> Result<(), Problem> {
        let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
        let headers = request.headers().get_all(header::HOST).iter().map(HeaderValue::as_bytes);
        if authority.into_iter().chain(headers).all(|host| self.knows(host)) {
            Ok(())
        } else {
            Err(unknown())
        }
    }

    fn knows(&self, host: &[u8]) -> bool {
        if let Some(rest) = host.strip_prefix(b"[") {
            let Some(end) = rest.iter().position(|byte| *byte == b']') else { return false };
            return is::<Ipv6Addr>(&rest[..end]) && is_port(&rest[end + 1..]);
        }
        let end = host.iter().position(|byte| *byte == b':').unwrap_or(host.len());
        let (name, port) = host.split_at(end);
        if !is_port(port) {
            return false;
        }
        let name = name.strip_suffix(b".").unwrap_or(name);
        name.is_empty()
            || name.eq_ignore_ascii_case(b"localhost")
            || (name.first().is_some_and(u8::is_ascii_digit) && is::<Ipv4Addr>(name))
            || ends_with(name, b".localhost")
            || self.allowed.iter().any(|allowed| name.eq_ignore_ascii_case(allowed))
            || (self.private && is_private(name))
    }
}

fn is<T: FromStr>(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<T>().is_ok())
}

/// A colon and digits, or nothing.
fn is_port(text: &[u8]) -> bool {
    text.strip_prefix(b":").unwrap_or(text).iter().all(u8::is_ascii_digit)
}

fn ends_with(name: &[u8], end: &[u8]) -> bool {
    name.len() > end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// A name of one word is looked up in the network too.
fn is_private(name: &[u8]) -> bool {
    !name.contains(&b'.') || PRIVATE.iter().any(|end| ends_with(name, end))
}

fn unknown() -> Problem {
    let detail = "this service asks for no token, so it answers only to its addresses, to localhost, and to the names that \
                  `server.allowed_hosts` lists: the page of a stranger could make any other name (Host) lead here";
    Problem::new(Code::UnknownHost, detail).not_applied()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Version;

    use super::*;

    fn hosts(insecure_no_auth: bool) -> Hosts {
        let allowed_hosts = vec!["Waggle.example".to_owned()];
        Hosts::new(&ServerConfig { allowed_hosts, insecure_no_auth, ..ServerConfig::default() })
    }

    fn passes(hosts: &Hosts, host: &str) -> bool {
        let request = Request::get("/v1/swarms").header("host", host).body(Body::empty()).unwrap();
        hosts.check(&request).is_ok()
    }

    #[test]
    fn addresses_localhost_and_listed_names_are_known_and_no_other() {
        let hosts = hosts(false);
        for host in [
            "127.0.0.1",
            "127.0.0.1:8700",
            "10.1.2.3:80",
            "0.0.0.0:1",
            "[::1]:8700",
            "[::1]",
            "[fd00::1]:9",
            "localhost",
            "LOCALHOST:8700",
            "localhost.:8700",
            "a.localhost",
            "waggle.EXAMPLE:8700",
            "",
        ] {
            assert!(passes(&hosts, host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8700",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "xlocalhost",
            "a.waggle.example",
            "waggle.example.evil",
            "0x7f.1",
            "127.1",
            "2130706433",
            "1.evil",
            "[evil]",
            "[::1.evil",
            "a@127.0.0.1",
            "x",
            "box.local",
            ".",
            ":",
            "127.0.0.1@evil.example",
            "localhost:a@evil.example",
            "[::1]evil",
            ".localhost.x",
            "[::1%eth0]",
        ] {
            // An empty name is no name.
            let none = matches!(host, "." | ":");
            assert_eq!(passes(&hosts, host), none, "{host}");
        }
    }

    #[test]
    fn names_of_the_own_network_are_known_where_everybody_in_it_may_do_everything() {
        let (open, shut) = (hosts(true), hosts(false));
        for host in ["waggle:8700", "box.local", "host.docker.internal:8700", "a.HOME.arpa"] {
            assert!(passes(&open, host) && !passes(&shut, host), "{host}");
        }
        for host in ["evil.example", "local.evil.example", "a.internal.evil", ".local"] {
            assert!(!passes(&open, host), "{host}");
        }
    }

    #[test]
    fn every_name_that_a_request_says_has_to_be_known_and_it_may_say_none() {
        let hosts = hosts(false);
        let bare = Request::get("/v1/swarms").version(Version::HTTP_10).body(Body::empty()).unwrap();
        assert!(hosts.check(&bare).is_ok());
        for (uri, said) in [
            ("http://evil.example/v1", &["localhost"][..]),
            ("http://localhost/v1", &["evil.example"]),
            ("/v1", &["localhost", "evil.example"]),
            ("http://evil.example/v1", &[]),
        ] {
            let request = said.iter().fold(Request::get(uri), |request, host| request.header("host", *host));
            let refused = hosts.check(&request.body(Body::empty()).unwrap()).unwrap_err();
            assert_eq!((refused.status().as_u16(), refused.code()), (403, "unknown_host"), "{uri} {said:?}");
        }
        let known =
            Request::get("http://[::1]:8700/v1").header("host", "localhost").body(Body::empty()).unwrap();
        assert!(hosts.check(&known).is_ok());
    }
}
