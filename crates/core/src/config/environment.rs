use std::ffi::OsString;

use super::setting::Setting;
use super::{ConfigError, Origin};

/// Separates sections in the name of a variable: `WAGGLE_REDIS__POOL__MIN`.
const SEPARATOR: &str = "__";

/// The environment variables of the layers.
#[derive(Debug, Clone, Default)]
pub(super) struct EnvironmentLayer {
    pub(super) prefix: String,
    pub(super) variables: Vec<(OsString, OsString)>,
    pub(super) ignored: Vec<String>,
}

impl EnvironmentLayer {
    pub(super) fn settings(&self) -> Result<Vec<Setting>, ConfigError> {
        self.variables.iter().filter_map(|(name, value)| self.setting(name.to_str()?, value)).collect()
    }

    /// How a setting is written in this environment.
    pub(super) fn variable(prefix: &str, key: &str) -> String {
        format!("{prefix}{}", key.replace('.', SEPARATOR).to_uppercase())
    }

    fn setting(&self, name: &str, value: &OsString) -> Option<Result<Setting, ConfigError>> {
        let rest = name.strip_prefix(&self.prefix)?;
        if self.ignores(name) {
            return None;
        }
        let key = rest.to_lowercase().replace(SEPARATOR, ".");
        let origin = Origin::Environment(name.to_owned());
        Some(match value.to_str() {
            Some(text) => Ok(Setting { key, value: config::Value::new(None, text), origin }),
            None => Err(ConfigError::Invalid { key, origin, problem: "must be UTF-8".to_owned() }),
        })
    }

    fn ignores(&self, name: &str) -> bool {
        self.ignored.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == pattern,
        })
    }
}
