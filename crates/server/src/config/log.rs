use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use waggle_core::config::{Invalid, Validate};

/// How a log line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl TryFrom<String> for LogFormat {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        match word.as_str() {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("expected `text` or `json`"),
        }
    }
}

/// `[log]`: what is written to standard error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `text` (default) or `json`.
    pub format: LogFormat,
    /// `error`, `warn`, `info` (default), `debug` or `trace`; by module: `info,waggle_core=debug`.
    pub level: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

impl LogConfig {
    /// The filter that `level` describes, if it does.
    pub fn filter(&self) -> Option<EnvFilter> {
        EnvFilter::builder().parse(&self.level).ok()
    }
}

impl Validate for LogConfig {
    fn validate(&self) -> Result<(), Invalid> {
        let problem = "must be a level such as `info`, or levels by module such as `info,waggle_core=debug`";
        self.filter().map(drop).ok_or_else(|| Invalid::new("level", problem))
    }
}
