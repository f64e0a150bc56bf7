use std::ffi::OsString;
use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, Invalid, Layers, RedisConfig, Validate};

const IGNORED: &[&str] = &["WAGGLE_LOG", "WAGGLE_URL", "WAGGLE_TEST_*"];

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    listen: Option<String>,
    ratio: f64,
    offset: i32,
    redis: RedisConfig,
}

impl Validate for Settings {
    fn validate(&self) -> Result<(), Invalid> {
        self.redis.validate().map_err(|e| e.under("redis"))
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn holding(toml: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::write(folder.file(), toml).unwrap();
        folder
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("waggle.toml")
    }

    fn layers(&self) -> Layers {
        Layers::new().file(self.file(), true)
    }
}

fn variables<'a>(pairs: &'a [(&str, &str)]) -> impl Iterator<Item = (OsString, OsString)> + use<'a> {
    pairs.iter().map(|&(name, value)| (name.into(), value.into()))
}

fn from_environment(pairs: &[(&str, &str)]) -> Result<Settings, String> {
    load(Layers::new().environment("WAGGLE_", variables(pairs), IGNORED))
}

fn from_file(toml: &str) -> Result<Settings, String> {
    load(Folder::holding(toml).layers())
}

fn load(layers: Layers) -> Result<Settings, String> {
    layers.load().map_err(|e| {
        assert!(!e.to_string().contains('\n'), "more than one line: {e}");
        e.to_string()
    })
}

#[test]
fn without_any_layer_everything_is_at_its_documented_default() {
    let redis = load(Layers::new()).unwrap().redis;
    assert_eq!(redis, RedisConfig::default());
    assert_eq!((redis.pool.min, redis.pool.max, redis.pool.acquire_timeout_ms), (5, 20, 10_000));
    assert_eq!((redis.pipeline.max_operations, redis.pipeline.max_delay_ms), (100, 5));
    assert_eq!(redis.private().unwrap(), super::PrivateConfig::default());
    redis.validate().unwrap();
}

#[test]
fn flags_beat_the_environment_which_beats_the_file_which_beats_the_defaults() {
    let folder = Folder::holding("[redis.pool]\nmin = 1\nmax = 11\nidle_timeout_ms = 21\n");
    let environment = [("WAGGLE_REDIS__POOL__MAX", "12"), ("WAGGLE_REDIS__POOL__IDLE_TIMEOUT_MS", "22")];
    let layers = folder.layers().environment("WAGGLE_", variables(&environment), IGNORED).flag(
        "--set",
        "redis.pool.idle_timeout_ms",
        "23",
    );
    let pool = load(layers).unwrap().redis.pool;
    assert_eq!((pool.min, pool.max, pool.idle_timeout_ms, pool.keep_alive_ms), (1, 12, 23, 10_000));
}

#[test]
fn the_environment_turns_text_into_what_the_setting_holds() {
    let settings = from_environment(&[
        ("WAGGLE_LISTEN", "127.0.0.1:1"),
        ("WAGGLE_RATIO", "0.25"),
        ("WAGGLE_OFFSET", "-7"),
        ("WAGGLE_REDIS__MODE", "cluster"),
        ("WAGGLE_REDIS__URLS", "redis://a:1, redis://b:2"),
        ("WAGGLE_REDIS__DURABILITY", "strict"),
        ("WAGGLE_REDIS__POOL__NO_DELAY", "false"),
        ("WAGGLE_REDIS__PIPELINE__MAX_DELAY_MS", "0"),
        ("WAGGLE_REDIS__SERVER_PATH", "123"),
    ])
    .unwrap();
    assert_eq!(settings.listen.as_deref(), Some("127.0.0.1:1"));
    assert_eq!((settings.ratio, settings.offset), (0.25, -7));
    assert_eq!(settings.redis.urls, ["redis://a:1", "redis://b:2"]);
    assert_eq!(settings.redis.server_path, "123");
    assert!(!settings.redis.pool.no_delay);
    assert_eq!(settings.redis.private(), None);
}

#[test]
fn variables_that_are_not_settings_do_no_harm() {
    let pairs =
        [("WAGGLE_LOG", "debug"), ("WAGGLE_TEST_REDIS", "cluster"), ("HOME", "/"), ("REDIS__URL", "x")];
    assert!(from_environment(&pairs).is_ok());
    let error = from_environment(&[("WAGGLE_LOGS", "debug")]).unwrap_err();
    assert!(error.contains("environment variable WAGGLE_LOGS"), "{error}");
}

#[test]
fn an_unknown_setting_is_named_with_its_place_and_the_nearest_known_one() {
    let folder = Folder::holding("[redis.pool]\nmni = 3\n");
    let file = folder.file().display().to_string();
    let expected = format!("unknown setting `redis.pool.mni` in {file}: did you mean `redis.pool.min`?");
    assert_eq!(load(folder.layers()).unwrap_err(), expected);
    assert_eq!(
        from_environment(&[("WAGGLE_REDIS_URL", "redis://secret@x")]).unwrap_err(),
        "unknown setting `redis_url` in environment variable WAGGLE_REDIS_URL: did you mean `WAGGLE_REDIS__URL`?"
    );
    assert_eq!(
        load(Layers::new().flag("--set", "pool.max", "3")).unwrap_err(),
        "unknown setting `pool.max` in flag --set: did you mean `redis.pool.max`?"
    );
}

#[test]
fn an_unknown_setting_like_no_other_gets_the_list_of_its_section() {
    let error = from_file("[redis.breaker]\nsomething_else_entirely = 1\n").unwrap_err();
    assert!(
        error.ends_with("remove it, or use one of `redis.breaker.failures`, `redis.breaker.open_ms`"),
        "{error}"
    );
    let error = from_environment(&[("WAGGLE_ZZZZZZ", "1")]).unwrap_err();
    assert!(error.contains("`WAGGLE_LISTEN`"), "{error}");
}

#[test]
fn a_value_of_the_wrong_type_is_named_without_being_shown() {
    let cases = [
        ("WAGGLE_REDIS__POOL__MIN", "hunter2", "must be a whole number, zero or more"),
        ("WAGGLE_REDIS__POOL__MIN", "-1", "must be a whole number, zero or more"),
        ("WAGGLE_REDIS__POOL__MIN", "1.5", "must be a whole number, zero or more"),
        ("WAGGLE_REDIS__POOL__MIN", "", "must be a whole number, zero or more"),
        ("WAGGLE_REDIS__POOL__NO_DELAY", "hunter2", "must be `true` or `false`"),
        ("WAGGLE_REDIS__DURABILITY", "hunter2", "is not valid: expected `everysec` or `strict`"),
        ("WAGGLE_REDIS__POOL", "hunter2", "is a section"),
        ("WAGGLE_REDIS__BREAKER__FAILURES", "5000000000", "must be an unsigned 32 bit integer"),
    ];
    for (name, value, problem) in cases {
        let error = from_environment(&[(name, value)]).unwrap_err();
        assert!(error.contains(name) && error.contains(problem), "{name}={value}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_file_has_to_hold_the_types_themselves() {
    let cases = [
        ("[redis]\nurl = 5", "`redis.url`", "must be text"),
        ("[redis]\nurls = 5", "`redis.urls`", "must be a list"),
        ("[redis.pool]\nmin = 1.5", "`redis.pool.min`", "must be a whole number"),
        ("[redis.pool]\nno_delay = 1", "`redis.pool.no_delay`", "must be `true` or `false`"),
        ("redis = 5", "`redis`", "is a section: write `[redis]`"),
        ("listen = { a = 1 }", "`listen`", "must be text"),
    ];
    for (toml, key, problem) in cases {
        let error = from_file(toml).unwrap_err();
        assert!(
            error.contains(key) && error.contains("waggle.toml") && error.contains(problem),
            "{toml}: {error}"
        );
    }
}

#[test]
fn a_syntax_error_names_the_line_and_quotes_nothing() {
    let error = from_file("listen = \"a\"\n[redis]\nurl = \"redis://:hunter2@host\n").unwrap_err();
    assert!(error.contains("waggle.toml is not valid TOML: at line 3"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn a_file_somebody_asked_for_has_to_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.toml");
    let error = Layers::new().file(&path, true).load::<Settings>().unwrap_err();
    assert!(matches!(&error, ConfigError::File { path: named, .. } if *named == path), "{error}");
    assert!(load(Layers::new().file(&path, false)).is_ok());
    assert!(load(Layers::new().file(folder.path(), false)).is_err(), "a folder is no file");
}

#[test]
fn values_that_cannot_work_are_named_with_their_place() {
    let cases = [
        ("WAGGLE_REDIS__POOL__MAX", "0", "must be between 1 and 1000, not 0"),
        (
            "WAGGLE_REDIS__POOL__MAX",
            "2",
            "`redis.pool.min` in environment variable WAGGLE_REDIS__POOL__MAX must not",
        ),
        ("WAGGLE_REDIS__POOL__ACQUIRE_TIMEOUT_MS", "0", "between 1 and 600000"),
        ("WAGGLE_REDIS__HOT__RESPONSE_TIMEOUT_MS", "600001", "between 1 and 600000"),
        ("WAGGLE_REDIS__PIPELINE__MAX_OPERATIONS", "0", "between 1 and 1000"),
        ("WAGGLE_REDIS__PIPELINE__BACKLOG", "0", "between 1 and 1000000"),
        ("WAGGLE_REDIS__BREAKER__FAILURES", "0", "between 1 and 1000"),
        ("WAGGLE_REDIS__CODEC__THRESHOLD_BYTES", "1000000000", "between 0 and 67108864"),
        ("WAGGLE_REDIS__MODE", "cluster", "must name at least one node"),
        ("WAGGLE_REDIS__URLS", "redis://a", "is for `redis.mode = \"cluster\"`"),
    ];
    for (name, value, problem) in cases {
        let error = from_environment(&[(name, value)]).unwrap_err();
        assert!(error.contains(name) && error.contains(problem), "{name}={value}: {error}");
    }
}

#[test]
fn an_address_that_is_none_is_refused_and_its_password_kept_to_itself() {
    for url in ["http://:hunter2@host", "hunter2", "redis://host:hunter2"] {
        let error = from_environment(&[("WAGGLE_REDIS__URL", url)]).unwrap_err();
        assert!(error.contains("WAGGLE_REDIS__URL") && !error.contains("hunter2"), "{error}");
    }
    for url in ["redis://:pw@127.0.0.1:6379/0", "unix:///run/redis.sock"] {
        assert!(from_environment(&[("WAGGLE_REDIS__URL", url)]).is_ok(), "{url}");
    }
}

#[test]
fn who_the_service_is_to_redis_is_said_once_and_as_redis_takes_it() {
    const URL: (&str, &str) = ("WAGGLE_REDIS__URL", "redis://10.0.0.5");
    const TLS_URL: (&str, &str) = ("WAGGLE_REDIS__URL", "rediss://10.0.0.5");
    const USER_URL: (&str, &str) = ("WAGGLE_REDIS__URL", "redis://bee:hunter2@10.0.0.5");
    const CERTIFICATE: (&str, &str) = ("WAGGLE_REDIS__TLS__CERTIFICATE_FILE", "c.pem");
    let (most, more) = ("b".repeat(128), "b".repeat(129));
    let cases = [
        (vec![USER_URL, ("WAGGLE_REDIS__USERNAME", "wasp")], "`redis.url` as well"),
        (vec![USER_URL, ("WAGGLE_REDIS__PASSWORD_FILE", "p")], "`redis.url` as well"),
        (vec![("WAGGLE_REDIS__PASSWORD_FILE", "p")], "is for a Redis that `redis.url` names"),
        (vec![("WAGGLE_REDIS__USERNAME", "bee on +@all")], "must be 1 to 128 of"),
        (vec![("WAGGLE_REDIS__USERNAME", &more)], "must be 1 to 128 of"),
        (vec![URL, ("WAGGLE_REDIS__TLS__CA_FILE", "ca.pem")], "begins with `rediss://`"),
        (vec![URL, CERTIFICATE], "begins with `rediss://`"),
        (vec![TLS_URL, CERTIFICATE], "needs `redis.tls.key_file`"),
        (vec![TLS_URL, ("WAGGLE_REDIS__TLS__KEY_FILE", "k.pem")], "needs `redis.tls.certificate_file`"),
        (vec![("WAGGLE_REDIS__URL", "rediss://10.0.0.5/#insecure")], "must not end in `#insecure`"),
        (
            vec![("WAGGLE_REDIS__MODE", "cluster"), ("WAGGLE_REDIS__URLS", "redis://a:1,rediss://b:2")],
            "everywhere or nowhere",
        ),
    ];
    for (variables, problem) in cases {
        let error = from_environment(&variables).unwrap_err();
        assert!(error.contains(problem) && !error.contains("hunter2"), "{variables:?}: {error}");
    }
    for variables in [
        vec![("WAGGLE_REDIS__USERNAME", "bee")],
        vec![URL, ("WAGGLE_REDIS__USERNAME", &most), ("WAGGLE_REDIS__PASSWORD_FILE", "p")],
        vec![("WAGGLE_REDIS__URL", "redis://bee@10.0.0.5"), ("WAGGLE_REDIS__PASSWORD_FILE", "p")],
        vec![TLS_URL, CERTIFICATE, ("WAGGLE_REDIS__TLS__KEY_FILE", "k.pem")],
    ] {
        assert!(from_environment(&variables).is_ok(), "{variables:?}");
    }
}

#[test]
fn an_address_tells_whether_it_holds_a_password() {
    for url in ["redis://:pw@h", "rediss://bee:pw@h:1/3", "redis+unix:///run/r.sock?pass=pw"] {
        assert!(RedisConfig::holds_password(url), "{url}");
    }
    for url in ["redis://h", "redis://bee@h", "unix:///run/r.sock", "hunter2"] {
        assert!(!RedisConfig::holds_password(url), "{url}");
    }
}

#[test]
fn debug_output_keeps_addresses_to_itself() {
    let settings = from_environment(&[("WAGGLE_REDIS__URL", "redis://:hunter2@host")]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}
