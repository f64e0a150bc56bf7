use waggle_core::{Error, Redis, redis};

/// What one primary says of itself.
#[derive(Debug)]
pub(super) struct Info(String);

impl Info {
    /// Asks every primary.
    ///
    /// # Errors
    /// When one does not answer.
    pub(super) async fn of(redis: &Redis) -> Result<Vec<Self>, Error> {
        let mut info = redis::cmd("INFO");
        info.arg("server").arg("memory").arg("persistence");
        let replies = redis.on_every_primary(&info).await?;
        replies.into_iter().map(Self::read).collect()
    }

    fn read(reply: redis::Value) -> Result<Self, Error> {
        let text = redis::from_redis_value(reply);
        text.map(Self)
            .map_err(|error| Error::Internal { detail: format!("INFO did not reply with text: {error}") })
    }

    /// The value of one line.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    }
}
