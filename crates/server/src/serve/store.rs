use std::path::Path;

use waggle_core::access::Password;
use waggle_core::config::{Mode, RedisConfig};
use waggle_core::server::PrivateRedis;
use waggle_core::{Redis, Target};
use waggle_task_queue::{library, rights};

use super::ServeError;
use crate::config::Settings;

/// The socket of a private Redis in its data directory.
const SOCKET: &str = "redis.sock";
/// Whoever connects to a private Redis without a name; may do everything.
const DEFAULT_USER: &str = "default";

/// Redis as the settings want it: our own, or somebody else's.
#[derive(Clone)]
pub struct Store {
    redis: Redis,
    private: Option<std::sync::Arc<PrivateRedis>>,
}

impl Store {
    /// Starts the private Redis where no other is named, and connects.
    ///
    /// # Errors
    /// [`ServeError::PrivateRedis`], [`ServeError::Redis`].
    pub async fn open(settings: &Settings) -> Result<Self, ServeError> {
        let config = &settings.redis;
        let Some(mut wanted) = config.private() else {
            return Ok(Self { redis: connect(config, target(config)).await?, private: None });
        };
        wanted.user = user_of_private(config);
        let private = PrivateRedis::start(&wanted, &settings.server.data_dir).await?;
        let redis = connect(config, Target::Unix(private.socket().to_owned())).await;
        match redis {
            Ok(redis) => Ok(Self { redis, private: Some(std::sync::Arc::new(private)) }),
            Err(error) => {
                private.stop().await;
                Err(error)
            }
        }
    }

    /// Connects to the private Redis of a service that runs on `data_dir`.
    ///
    /// # Errors
    /// [`ServeError::Redis`].
    pub async fn of_running_service(settings: &Settings) -> Result<Self, ServeError> {
        let socket = std::path::absolute(&settings.server.data_dir)
            .map_or_else(|_| settings.server.data_dir.join(SOCKET), |path| path.join(SOCKET));
        let redis = connect(&settings.redis, Target::Unix(socket)).await?;
        Ok(Self { redis, private: None })
    }

    /// The handle.
    pub const fn redis(&self) -> &Redis {
        &self.redis
    }

    /// Where the private Redis listens, if there is one.
    pub fn socket(&self) -> Option<&Path> {
        self.private.as_deref().map(PrivateRedis::socket)
    }

    /// Resolves when the private Redis has been given up; never where there is none.
    pub async fn failed(&self) -> waggle_core::server::StartError {
        match &self.private {
            Some(private) => private.failed().await,
            None => std::future::pending().await,
        }
    }

    /// Ends the lanes, then the private Redis: what was written is on the disk when this returns.
    pub async fn close(self) {
        self.redis.close().await;
        drop(self.redis);
        if let Some(private) = self.private.and_then(std::sync::Arc::into_inner) {
            private.stop().await;
        }
    }
}

fn target(config: &RedisConfig) -> Target {
    match config.mode {
        Mode::Single => Target::Url(config.url.clone()),
        Mode::Cluster => Target::Cluster(config.urls.clone()),
    }
}

async fn connect(config: &RedisConfig, target: Target) -> Result<Redis, ServeError> {
    let setting = match &target {
        Target::Unix(_) => "`server.data_dir`",
        Target::Url(_) => "`redis.url` (`--redis-url`)",
        Target::Cluster(_) => "`redis.urls`",
    };
    let hint = hint(&target);
    let connected = Redis::connect(config, target, library()).await;
    connected.map_err(|error| ServeError::Redis { setting, problem: plain(&error, hint) })
}

/// The sentence for the operator, without the kind of error in front of it.
fn plain(error: &waggle_core::Error, hint: &str) -> String {
    match error {
        waggle_core::Error::Unavailable { detail } if detail.contains("refused") => {
            format!("{detail}; start that Redis, or name another one")
        }
        waggle_core::Error::Unavailable { detail } => {
            format!("{detail}; start that Redis, or name another one{hint}")
        }
        waggle_core::Error::Access { detail } => detail.clone(),
        other => other.to_string(),
    }
}

/// One side that speaks TLS to one that does not is heard by neither.
fn hint(target: &Target) -> &'static str {
    let url = match target {
        Target::Unix(_) => return "",
        Target::Url(url) => url,
        Target::Cluster(urls) => urls.first().map_or("", String::as_str),
    };
    if url.starts_with("rediss:") {
        "; one without TLS has an address that begins with `redis://`"
    } else {
        "; one with TLS has an address that begins with `rediss://`"
    }
}

/// The user whom `redis.username` names, for a private Redis: nobody else reaches its socket, so it has no password.
fn user_of_private(config: &RedisConfig) -> Option<String> {
    let wanted = !config.username.is_empty() && config.username != DEFAULT_USER;
    wanted.then(|| format!("{} {}", config.username, rights().rules(Password::Any)))
}
