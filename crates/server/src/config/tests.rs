use std::collections::BTreeMap;

use super::*;
use waggle_core::config::ConfigError;

const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md"));

fn load(flags: &[(&'static str, &str)]) -> Result<Settings, ConfigError> {
    let flags = flags.iter().map(|(key, value)| Flag { name: "--flag", key, value: (*value).to_owned() });
    Settings::load(Source { flags: flags.collect(), ..Source::default() })
}

/// What stands in the tables of the documentation: setting and default.
fn documented() -> BTreeMap<&'static str, &'static str> {
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let (key, rest) = row.split_once("` | ").unwrap();
        let default = rest.split(" | ").next().unwrap().trim_matches('`');
        (key, if default == "empty" { "" } else { default })
    })
    .collect()
}

/// The names that the loader itself lists where it meets one it does not know.
fn settings_below(section: &str) -> Vec<String> {
    let unknown: &'static str = format!("{section}qqqqqqqqqqqqqqqqqqqq").leak();
    let message = load(&[(unknown, "1")]).unwrap_err().to_string();
    let listed = message.split_once("use one of").unwrap().1;
    let names = listed.split('`').skip(1).step_by(2).map(str::to_owned);
    names
        .flat_map(|name| if is_section(&name) { settings_below(&format!("{name}.")) } else { vec![name] })
        .collect()
}

fn is_section(name: &str) -> bool {
    let key: &'static str = name.to_owned().leak();
    load(&[(key, "1")]).is_err_and(|error| error.to_string().contains("is a section"))
}

#[test]
fn every_setting_is_documented() {
    let documented: Vec<_> = documented().into_keys().map(str::to_owned).collect();
    let mut settings = settings_below("");
    settings.sort();
    assert_eq!(settings, documented, "docs/configuration.md has a row for each setting and for nothing else");
}

#[test]
fn every_documented_default_is_the_default() {
    for (key, default) in documented() {
        let settings = load(&[(key, default)]).unwrap();
        assert_eq!(settings, Settings::default(), "{key}");
    }
}

#[test]
fn tokens_are_read_from_the_file_of_the_settings_and_from_one_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let block = |name: &str, digit: &str| {
        let digest = digit.repeat(64);
        format!(
            "[[auth.tokens]]\nname = \"{name}\"\nsha256 = \"{digest}\"\nscopes = [\"work\"]\nexpires_at = 2030-01-01T00:00:00Z\n"
        )
    };
    let load = |own: &str, more: &str| {
        let more = write("more.toml", more);
        let file = write("waggle.toml", &format!("auth.tokens_file = {more:?}\n{own}"));
        Settings::load(Source { file: Some(file), ..Source::default() })
    };
    let tokens = load(&block("a", "1"), &block("b", "2")).unwrap().auth.tokens;
    assert_eq!(tokens.iter().map(|token| token.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(tokens[0].expires_at.is_some());
    for (own, more) in [
        (block("a", "1"), block("a", "2")),
        (block("a", "1"), block("b", "1")),
        (block("a", "x"), String::new()),
        (block("a", "1").replace("work", "everything"), String::new()),
        (block("a", "1").replace("\"work\"", ""), String::new()),
        (String::new(), block("a", "1").replace("name", "nane")),
    ] {
        let message = load(&own, &more).unwrap_err().to_string();
        assert!(message.contains("auth.tokens") && !message.contains(&"1".repeat(64)), "{message}");
        assert_eq!(message.lines().count(), 1);
    }
}

#[test]
fn a_setting_that_cannot_work_is_named() {
    for (key, value) in [
        ("server.listen", "nowhere"),
        ("server.body_limit_bytes", "1"),
        ("server.header_timeout_ms", "0"),
        ("server.tls.client_certificates", "maybe"),
        ("server.tls.reload_ms", "99"),
        ("log.format", "xml"),
        ("log.level", "waggle=loudly"),
        ("redis.pool.min", "21"),
        ("trace.endpoint", "127.0.0.1:4318"),
        ("trace.endpoint", "http://"),
        ("trace.endpoint", "http://user:secret@127.0.0.1:4318"),
        ("trace.endpoint", "http://127.0.0.1:4318?x=1"),
        ("trace.sample_percent", "101"),
        ("trace.timeout_ms", "0"),
        ("trace.service_name", "\n"),
    ] {
        let message = load(&[(key, value)]).unwrap_err().to_string();
        assert!(message.contains(&format!("`{key}`")), "{message}");
    }
}

#[test]
fn variables_of_the_command_line_are_not_taken_for_settings() {
    let environment = ["WAGGLE_URL", "WAGGLE_TOKEN", "WAGGLE_CA_FILE", "WAGGLE_TASK_ID", "WAGGLE_TEST_REDIS"]
        .map(|name| (name.into(), "x".into()));
    let source = Source { environment: environment.into(), ..Source::default() };
    assert_eq!(Settings::load(source).unwrap(), Settings::default());
    let source =
        Source { environment: vec![("WAGGLE_SERVER__LISTN".into(), "x".into())], ..Source::default() };
    let message = Settings::load(source).unwrap_err().to_string();
    assert!(message.contains("WAGGLE_SERVER__LISTEN"), "{message}");
}

#[test]
fn a_webhook_that_cannot_work_is_refused_in_one_line_that_names_the_setting_and_no_secret() {
    const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let webhook = |url, secret| load(&[("perf.webhook.url", url), ("perf.webhook.secret", secret)]);
    webhook("https://alerts.example.com/waggle", SECRET).unwrap();
    for (url, secret, named) in [
        ("https://alerts.example.com", "", "perf.webhook.secret"),
        ("https://alerts.example.com", "whsec_hush", "perf.webhook.secret"),
        ("https://hush@alerts.example.com", SECRET, "perf.webhook.url"),
        ("http://alerts.example.com/hush", SECRET, "perf.webhook.allow"),
        ("https://127.0.0.1/hush", SECRET, "perf.webhook.allow"),
        ("hush", SECRET, "perf.webhook.url"),
    ] {
        let message = webhook(url, secret).unwrap_err().to_string();
        assert!(message.contains(named) && !message.contains("hush"), "{message}");
        assert_eq!(message.lines().count(), 1);
    }
}

#[test]
fn half_of_what_tls_needs_is_refused_with_the_half_that_is_missing() {
    const CERTIFICATE: (&str, &str) = ("server.tls.certificate_file", "a.pem");
    const KEY: (&str, &str) = ("server.tls.key_file", "a.key");
    const CA: (&str, &str) = ("server.tls.client_ca_file", "ca.pem");
    const ASKED: (&str, &str) = ("server.tls.client_certificates", "optional");
    load(&[CERTIFICATE, KEY]).unwrap();
    load(&[CERTIFICATE, KEY, CA, ASKED]).unwrap();
    for (set, missing) in [
        (&[CERTIFICATE][..], KEY),
        (&[KEY], CERTIFICATE),
        (&[CA, ASKED], CERTIFICATE),
        (&[ASKED], CERTIFICATE),
        (&[CERTIFICATE, KEY, ASKED], CA),
        (&[CERTIFICATE, KEY, CA], ASKED),
        (&[CA], ASKED),
    ] {
        let message = load(set).unwrap_err().to_string();
        assert!(message.starts_with(&format!("setting `{}`", missing.0)), "{set:?}: {message}");
    }
}

#[test]
fn a_collector_behind_tls_is_refused_with_the_way_out() {
    let message = load(&[("trace.endpoint", "https://collector:4318")]).unwrap_err().to_string();
    assert!(
        message.contains("`trace.endpoint`") && message.contains("a collector on this machine"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1);
}

#[test]
fn spans_are_posted_below_the_base_address() {
    for (endpoint, address) in [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("http://collector:4318/", "http://collector:4318/v1/traces"),
        ("http://gateway/otlp", "http://gateway/otlp/v1/traces"),
    ] {
        assert_eq!(load(&[("trace.endpoint", endpoint)]).unwrap().trace.address(), address);
    }
}
