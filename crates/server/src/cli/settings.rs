use std::path::PathBuf;

use waggle_core::config::{ConfigError, Origin, RedisConfig};

use crate::config::{Flag, Settings, Source};
use crate::serve::ServeError;

/// The flags that say where the data is.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct StoreArgs {
    /// Settings file [default: waggle.toml, where there is one]
    #[arg(long, env = "WAGGLE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Directory of the private Redis [default: ./data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<String>,

    /// Redis to use instead of a private one, such as redis://127.0.0.1:6379; never with a password, which others
    /// could read: see `redis.password_file`
    #[arg(long, value_name = "URL")]
    redis_url: Option<String>,

    /// Program of the private Redis [default: beside this binary, else on the path]
    #[arg(long, value_name = "FILE")]
    redis_server: Option<String>,
}

impl StoreArgs {
    /// All settings: these flags and `more` before the environment, the file and the defaults.
    ///
    /// # Errors
    /// [`ServeError::Config`].
    pub(super) fn settings(
        self,
        more: impl IntoIterator<Item = Option<Flag>>,
    ) -> Result<Settings, ServeError> {
        if self.redis_url.as_deref().is_some_and(RedisConfig::holds_password) {
            return Err(readable_by_others());
        }
        let own = [
            flag("--data-dir", "server.data_dir", self.data_dir),
            flag("--redis-url", "redis.url", self.redis_url),
            flag("--redis-server", "redis.server_path", self.redis_server),
        ];
        let flags = own.into_iter().chain(more).flatten().collect();
        let environment = std::env::vars_os().collect();
        Ok(Settings::load(Source { file: self.config, environment, flags })?)
    }
}

/// Whoever may list the processes of the machine sees their arguments.
fn readable_by_others() -> ServeError {
    let problem = "holds a password, which others can read in the arguments of the process: put it into a file that \
                   `redis.password_file` (WAGGLE_REDIS__PASSWORD_FILE) names, or the address into WAGGLE_REDIS__URL";
    let origin = Origin::Flag("--redis-url".to_owned());
    ConfigError::Invalid { key: "redis.url".to_owned(), origin, problem: problem.to_owned() }.into()
}

/// A flag that was given.
pub(super) fn flag(name: &'static str, key: &'static str, value: Option<String>) -> Option<Flag> {
    value.map(|value| Flag { name, key, value })
}
