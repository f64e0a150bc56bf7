use redis::ConnectionInfo;

use crate::Error;
use crate::access::read_password;
use crate::config::RedisConfig;

/// Who the service is, as far as the address does not say so.
pub(super) struct Credentials {
    username: Option<String>,
    password: Option<String>,
}

impl Credentials {
    pub(super) fn read(config: &RedisConfig) -> Result<Self, Error> {
        let username = (!config.username.is_empty()).then(|| config.username.clone());
        let password = match config.password_file.as_str() {
            "" => None,
            file => Some(read_password(file).map_err(|why| unusable(file, &why))?),
        };
        Ok(Self { username, password })
    }

    pub(super) fn with(&self, info: ConnectionInfo) -> ConnectionInfo {
        let mut redis = info.redis_settings().clone();
        if let Some(username) = &self.username {
            redis = redis.set_username(username);
        }
        match (&self.password, redis.password(), redis.username()) {
            (Some(password), _, _) => redis = redis.set_password(password),
            // Without a password no user is named at all; one that has none takes any.
            (None, None, Some(_)) => redis = redis.set_password(""),
            _ => {}
        }
        info.set_redis_settings(redis)
    }
}

fn unusable(file: &str, why: &str) -> Error {
    Error::access(format!("`redis.password_file` {file} cannot be used: {why}"))
}
