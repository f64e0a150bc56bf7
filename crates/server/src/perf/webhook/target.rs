use std::net::IpAddr;

use reqwest::Url;
use waggle_core::config::Invalid;

use super::{Guard, Secret};
use crate::config::WebhookConfig;

/// Bytes an address may have.
const MOST_BYTES: usize = 2_048;

/// Where alerts are sent, as it was set, read and found fit.
#[derive(Debug, Clone)]
pub struct Target {
    pub(super) tls: bool,
    /// Without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// As the header `host` has it.
    pub(super) authority: String,
    pub(super) path: String,
    pub(super) secret: Secret,
    pub(super) guard: Guard,
}

impl Target {
    /// Reads the settings; `None` where no address is set.
    ///
    /// # Errors
    /// [`Invalid`] for the first setting that cannot work. It never repeats the address, which may hold a secret.
    pub fn new(config: &WebhookConfig) -> Result<Option<Self>, Invalid> {
        if config.url.is_empty() {
            return Ok(None);
        }
        let guard = Guard::new(config.allow.clone());
        let url = address(&config.url).map_err(|problem| Invalid::new("url", problem))?;
        let tls = url.scheme() == "https";
        if !tls && guard.is_public_only() {
            let problem =
                "must begin with https://: plain http is for networks named in `perf.webhook.allow`";
            return Err(Invalid::new("url", problem));
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.parse().is_ok_and(|literal: IpAddr| !guard.permits(literal, tls)) {
            let problem =
                "leads into a network that is not public; name it in `perf.webhook.allow` if it is meant";
            return Err(Invalid::new("url", problem));
        }
        let secret =
            Secret::parse(&config.secret).map_err(|error| Invalid::new("secret", error.to_string()))?;
        Ok(Some(Self {
            tls,
            host,
            port: port(&url),
            authority: authority(&url),
            path: path(&url),
            secret,
            guard,
        }))
    }
}

fn address(text: &str) -> Result<Url, &'static str> {
    const EXAMPLE: &str =
        "must be an address such as https://alerts.example.com/waggle, of 2,048 bytes at most";
    let url = Url::parse(text).map_err(|_| EXAMPLE)?;
    if text.len() > MOST_BYTES || !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        return Err(EXAMPLE);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user or a password: requests are told by their signature");
    }
    Ok(url)
}

fn port(url: &Url) -> u16 {
    // Both schemes have a port by default.
    url.port_or_known_default().unwrap_or(443)
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn path(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn target(url: &str, allow: &[&str]) -> Result<Target, String> {
        let allow = allow.iter().map(|net| net.parse().unwrap()).collect();
        let config = WebhookConfig {
            url: url.to_owned(),
            secret: SECRET.to_owned(),
            allow,
            ..WebhookConfig::default()
        };
        Target::new(&config)
            .map(|target| target.expect("an address is set"))
            .map_err(|invalid| format!("{invalid:?}"))
    }

    #[test]
    fn an_address_is_taken_apart_as_a_request_needs_it() {
        let target = target("https://Alerts.example.com:8443/a%20b?c=d#e", &[]).unwrap();
        assert_eq!((target.tls, &*target.host, target.port), (true, "alerts.example.com", 8_443));
        assert_eq!((&*target.authority, &*target.path), ("alerts.example.com:8443", "/a%20b?c=d"));
    }

    #[test]
    fn an_address_of_ipv6_is_taken_apart_too() {
        let target = target("https://[2606:4700::1]", &[]).unwrap();
        assert_eq!((&*target.host, target.port), ("2606:4700::1", 443));
        assert_eq!((&*target.authority, &*target.path), ("[2606:4700::1]", "/"));
    }

    /// Fault: webhook-into-the-private
    #[test]
    fn literal_addresses_that_are_not_public_are_refused_however_they_are_written() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "0",
            "10.0.0.1",
            "169.254.169.254",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[fd00::1]",
            "[fe80::1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "１２７.0.0.1",
        ] {
            let problem = target(&format!("https://{host}/"), &[]).unwrap_err();
            assert!(problem.contains("perf.webhook.allow"), "{host}: {problem}");
        }
    }

    #[test]
    fn networks_that_are_named_may_be_reached_without_tls_too() {
        target("http://127.0.0.1:9/", &["127.0.0.0/8"]).unwrap();
        target("http://[::ffff:127.0.0.1]:9/", &["127.0.0.0/8"]).unwrap();
        target("https://10.1.2.3/", &["10.1.0.0/16"]).unwrap();
        target("https://10.2.2.3/", &["10.1.0.0/16"]).unwrap_err();
        target("http://8.8.8.8/", &["10.1.0.0/16"]).unwrap_err();
        assert!(target("http://alerts.example.com/", &[]).unwrap_err().contains("https://"));
    }

    /// Fault: webhook-into-the-private
    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        let long = format!("https://example.com/{}", "hush".repeat(600));
        for url in [
            "hush",
            "hush://example.com",
            "https://",
            "https://a b/hush",
            "ftp://hush.example.com/",
            "https://u:hush@example.com/",
            "https://hush@example.com/",
            "file:///hush",
            "unix:/run/hush.sock",
            &*long,
        ] {
            let problem = target(url, &[]).unwrap_err();
            assert!(!problem.contains("hush"), "{problem}");
        }
    }
}
