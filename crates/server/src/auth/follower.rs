use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use waggle_task_queue::{Error, TaskQueue};

use super::Access;

/// How often Redis is asked whether its tokens have changed: often enough within the 5 seconds that are promised.
const EVERY: Duration = Duration::from_secs(1);

/// Keeps the tokens of this server those that Redis keeps; ends when it is dropped.
#[derive(Debug)]
pub struct Follower(JoinHandle<()>);

impl Follower {
    /// Begins.
    pub fn spawn(access: Access, queue: TaskQueue) -> Self {
        Self(tokio::spawn(async move {
            let mut ticks = interval(EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                access.follow_at_once(&queue).await;
                access.end_expired();
            }
        }))
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Access {
    /// As [`Access::follow`], where nobody is to be told that it failed: the follower comes by in a moment. As long as Redis
    /// cannot be asked, what was known last goes on, and no token is let in besides.
    pub async fn follow_at_once(&self, queue: &TaskQueue) {
        if let Err(error) = self.follow(queue).await {
            tracing::debug!(%error, "the tokens in Redis cannot be read");
        }
    }

    /// Takes over what has changed since it was last asked: one bounded read.
    ///
    /// # Errors
    /// [`Error::Redis`]; then nothing has changed here.
    pub async fn follow(&self, queue: &TaskQueue) -> Result<(), Error> {
        // One at a time, or an older answer might be taken over after a newer one.
        let mut known = self.version().lock().await;
        let read = queue.follow_tokens(*known).await?;
        self.tell_time(read.now);
        if let Some(tokens) = read.tokens {
            self.learn(tokens, read.version);
            *known = Some(read.version);
        }
        Ok(())
    }
}
