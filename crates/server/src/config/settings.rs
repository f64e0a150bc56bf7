use std::ffi::OsString;
use std::path::PathBuf;

use serde::Deserialize;
use waggle_core::config::{ConfigError, Invalid, Layers, Origin, RedisConfig, Validate};

use super::auth::{TokensFile, check_tokens};
use super::{AuthConfig, LogConfig, MetricsConfig, PerfConfig, ServerConfig, SnapshotsConfig, TraceConfig};

/// The file that is read where no other is named, if it is there.
const FILE: &str = "waggle.toml";
const PREFIX: &str = "WAGGLE_";
/// Variables that begin like settings and belong to others: the command line's own, those that
/// `waggle agent run` gives to its commands, and the tests'.
const NOT_SETTINGS: &[&str] = &[
    "WAGGLE_CONFIG",
    "WAGGLE_URL",
    "WAGGLE_TOKEN",
    "WAGGLE_TOKEN_FILE",
    "WAGGLE_CA_FILE",
    "WAGGLE_CLIENT_CERT",
    "WAGGLE_CLIENT_KEY",
    "WAGGLE_SWARM",
    "WAGGLE_AGENT",
    "WAGGLE_LEASE",
    "WAGGLE_TASK_*",
    "WAGGLE_TEST_*",
];

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How the service is reached.
    pub server: ServerConfig,
    /// Who may do what.
    pub auth: AuthConfig,
    /// Who may read the metrics.
    pub metrics: MetricsConfig,
    /// Where the data is.
    pub redis: RedisConfig,
    /// Files of whole swarms.
    pub snapshots: SnapshotsConfig,
    /// What operators are told.
    pub perf: PerfConfig,
    /// Where spans are sent.
    pub trace: TraceConfig,
    /// What is written to standard error.
    pub log: LogConfig,
}

/// A setting given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The flag as it was written, for messages.
    pub name: &'static str,
    /// The setting's key.
    pub key: &'static str,
    /// The setting's value.
    pub value: String,
}

/// Where settings come from; flags beat the environment, which beats the file, which beats the defaults.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The file; `waggle.toml`, which may be missing, where none is named.
    pub file: Option<PathBuf>,
    /// Environment variables; all but those that begin with `WAGGLE_` are ignored.
    pub environment: Vec<(OsString, OsString)>,
    /// Flags.
    pub flags: Vec<Flag>,
}

impl Settings {
    /// Reads all settings.
    ///
    /// # Errors
    /// For the first one that is unknown or cannot work: one line with its name, origin and remedy.
    pub fn load(source: Source) -> Result<Self, ConfigError> {
        let required = source.file.is_some();
        let file = source.file.unwrap_or_else(|| FILE.into());
        let layers = Layers::new().file(file, required).environment(PREFIX, source.environment, NOT_SETTINGS);
        let flags = source.flags.into_iter();
        let mut settings: Self =
            flags.fold(layers, |layers, flag| layers.flag(flag.name, flag.key, flag.value)).load()?;
        settings.add_tokens_of_file()?;
        Ok(settings)
    }

    fn add_tokens_of_file(&mut self) -> Result<(), ConfigError> {
        let path = &self.auth.tokens_file;
        if path.as_os_str().is_empty() {
            return Ok(());
        }
        let file: TokensFile = Layers::new().file(path, true).load()?;
        self.auth.tokens.extend(file.into_tokens());
        let problem = check_tokens(&self.auth.tokens).err();
        let (key, origin) = ("auth.tokens".to_owned(), Origin::File(path.clone()));
        problem.map_or(Ok(()), |problem| Err(ConfigError::Invalid { key, origin, problem }))
    }
}

impl Validate for Settings {
    fn validate(&self) -> Result<(), Invalid> {
        self.server.validate().map_err(|e| e.under("server"))?;
        self.auth.validate().map_err(|e| e.under("auth"))?;
        self.redis.validate().map_err(|e| e.under("redis"))?;
        self.snapshots.validate().map_err(|e| e.under("snapshots"))?;
        self.perf.validate().map_err(|e| e.under("perf"))?;
        self.trace.validate().map_err(|e| e.under("trace"))?;
        self.log.validate().map_err(|e| e.under("log"))
    }
}
