use std::ffi::OsString;
use std::path::PathBuf;

use config::{Config, ValueKind};
use serde::de::DeserializeOwned;

use super::environment::EnvironmentLayer;
use super::error::without_value;
use super::file::FileLayer;
use super::schema::{Kind, Schema};
use super::setting::Setting;
use super::{ConfigError, Invalid, Origin, Validate};

/// Settings from a file, the environment and flags, each beating the one before it;
/// what none of them says is the type's default.
///
/// The type must take any part of its input alone (`#[serde(default)]` throughout):
/// each setting is first checked by itself, so that an error names who set it.
///
/// ```
/// # use waggle_core::config::{Invalid, Layers, RedisConfig, Validate};
/// #[derive(Default, serde::Deserialize)]
/// #[serde(default, deny_unknown_fields)]
/// struct Settings { redis: RedisConfig }
///
/// impl Validate for Settings {
///     fn validate(&self) -> Result<(), Invalid> {
///         self.redis.validate().map_err(|e| e.under("redis"))
///     }
/// }
///
/// let variables = [("WAGGLE_REDIS__POOL__MAX".into(), "40".into())];
/// let settings: Settings = Layers::new()
///     .environment("WAGGLE_", variables, &["WAGGLE_LOG", "WAGGLE_TEST_*"])
///     .flag("--redis-url", "redis.url", "redis://127.0.0.1:6379")
///     .load()?;
/// assert_eq!(settings.redis.pool.max, 40);
/// # Ok::<(), waggle_core::config::ConfigError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Layers {
    file: Option<FileLayer>,
    environment: EnvironmentLayer,
    flags: Vec<Setting>,
}

impl Layers {
    /// No layer but the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// A TOML file; one that is not `required` may be missing.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>, required: bool) -> Self {
        self.file = Some(FileLayer { path: path.into(), required });
        self
    }

    /// The variables that begin with `prefix`, `__` between sections; lists are
    /// separated by commas. Those in `ignored` are not settings; a `*` at the end
    /// of one stands for any ending. Pass `std::env::vars_os()`.
    #[must_use]
    pub fn environment(
        mut self,
        prefix: &str,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        ignored: &[&str],
    ) -> Self {
        let ignored = ignored.iter().map(|&name| name.to_owned()).collect();
        let variables = variables.into_iter().collect();
        self.environment = EnvironmentLayer { prefix: prefix.to_owned(), variables, ignored };
        self
    }

    /// The setting `key` (dotted) as given by `flag`; the last one wins.
    #[must_use]
    pub fn flag(mut self, flag: &str, key: &str, value: impl Into<String>) -> Self {
        let value = config::Value::new(None, value.into());
        self.flags.push(Setting { key: key.to_owned(), value, origin: Origin::Flag(flag.to_owned()) });
        self
    }

    /// Reads all layers.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first setting that is unknown, has the wrong type or
    /// cannot work, and for a file that cannot be read.
    pub fn load<T: DeserializeOwned + Validate>(self) -> Result<T, ConfigError> {
        let schema = Schema::of::<T>();
        let settings = self.settings::<T>(&schema)?;
        let merged: T = deserialize(&settings).map_err(|error| {
            // Each was accepted alone, so none of them can be at fault alone.
            let problem = without_value(&error);
            ConfigError::Invalid { key: "settings".to_owned(), origin: Origin::Default, problem }
        })?;
        merged.validate().map_err(|invalid| attribute(invalid, &settings))?;
        Ok(merged)
    }

    fn settings<T: DeserializeOwned>(&self, schema: &Schema) -> Result<Vec<Setting>, ConfigError> {
        let mut settings = match &self.file {
            Some(file) => file.settings(schema)?,
            None => Vec::new(),
        };
        settings.extend(self.environment.settings()?);
        settings.extend(self.flags.iter().cloned());
        for setting in &mut settings {
            self.check::<T>(setting, schema)?;
        }
        Ok(settings)
    }

    /// Known, of the right type, and accepted by the type itself.
    fn check<T: DeserializeOwned>(&self, setting: &mut Setting, schema: &Schema) -> Result<(), ConfigError> {
        let invalid = |setting: &Setting, problem: String| {
            let (key, origin) = (setting.key.clone(), setting.origin.clone());
            ConfigError::Invalid { key, origin, problem }
        };
        match schema.kind(&setting.key) {
            None => return Err(self.unknown(setting, schema)),
            Some(Kind::Section) => {
                let examples = self.examples(setting, schema);
                return Err(invalid(setting, format!("is a section: set {examples}")));
            }
            Some(kind) => convert(&mut setting.value.kind, kind)
                .map_err(|expected| invalid(setting, format!("must be {expected}")))?,
        }
        deserialize::<T>(std::slice::from_ref(setting))
            .map(drop)
            .map_err(|error| invalid(setting, without_value(&error)))
    }

    fn unknown(&self, setting: &Setting, schema: &Schema) -> ConfigError {
        let remedy = match schema.nearest(&setting.key) {
            Some(near) => format!("did you mean `{}`?", self.spelled(near, &setting.origin)),
            None => {
                format!("remove it, or use {}", self.listed(schema.siblings(&setting.key), &setting.origin))
            }
        };
        ConfigError::Unknown { key: setting.key.clone(), origin: setting.origin.clone(), remedy }
    }

    fn examples(&self, setting: &Setting, schema: &Schema) -> String {
        self.listed(schema.siblings(&format!("{}.", setting.key)), &setting.origin)
    }

    fn listed(&self, keys: Vec<&str>, origin: &Origin) -> String {
        let spelled: Vec<_> =
            keys.into_iter().map(|key| format!("`{}`", self.spelled(key, origin))).collect();
        format!("one of {}", spelled.join(", "))
    }

    /// The key as it is written where the setting came from.
    fn spelled(&self, key: &str, origin: &Origin) -> String {
        match origin {
            Origin::Environment(_) => EnvironmentLayer::variable(&self.environment.prefix, key),
            _ => key.to_owned(),
        }
    }
}

fn deserialize<T: DeserializeOwned>(settings: &[Setting]) -> Result<T, config::ConfigError> {
    let mut builder = Config::builder();
    for setting in settings {
        builder = builder.set_override(&setting.key, setting.value.clone())?;
    }
    builder.build()?.try_deserialize()
}

/// Text becomes what the setting holds; anything else must be that already.
/// The error says what was expected.
fn convert(value: &mut ValueKind, kind: Kind) -> Result<(), &'static str> {
    let expected = match kind {
        Kind::Bool => "`true` or `false`",
        Kind::Unsigned => "a whole number, zero or more",
        Kind::Signed => "a whole number",
        Kind::Float => "a number",
        Kind::Text => "text",
        Kind::List => "a list (in the environment and in flags: separated by commas)",
        Kind::Section | Kind::Other => return Ok(()),
    };
    let converted = match (kind, &*value) {
        (Kind::Bool, ValueKind::String(text)) => text.parse().ok().map(ValueKind::Boolean),
        (Kind::Unsigned, ValueKind::String(text)) => text.parse().ok().map(ValueKind::U64),
        (Kind::Unsigned, &ValueKind::I64(number)) => u64::try_from(number).ok().map(ValueKind::U64),
        (Kind::Signed, ValueKind::String(text)) => text.parse().ok().map(ValueKind::I64),
        (Kind::Float, ValueKind::String(text)) => text.parse().ok().map(ValueKind::Float),
        (Kind::List, ValueKind::String(text)) => Some(ValueKind::Array(split(text))),
        (Kind::Bool, ValueKind::Boolean(_))
        | (Kind::Signed, ValueKind::I64(_))
        | (Kind::Float, ValueKind::Float(_) | ValueKind::I64(_))
        | (Kind::Text, ValueKind::String(_))
        | (Kind::List, ValueKind::Array(_)) => return Ok(()),
        _ => None,
    };
    *value = converted.ok_or(expected)?;
    Ok(())
}

fn split(list: &str) -> Vec<config::Value> {
    let items = list.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| config::Value::new(None, item)).collect()
}

/// Names the layer that set the first of the keys anybody set.
fn attribute(invalid: Invalid, settings: &[Setting]) -> ConfigError {
    let setter =
        invalid.keys.iter().find_map(|key| settings.iter().rev().find(|setting| setting.key == *key));
    let key = invalid.keys.into_iter().next().unwrap_or_default();
    let origin = setter.map_or(Origin::Default, |setting| setting.origin.clone());
    ConfigError::Invalid { key, origin, problem: invalid.problem }
}
