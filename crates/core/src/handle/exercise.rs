//! The pool at its limit, on purpose.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::Redis;
use super::clients::{self, field};
use crate::Error;
use crate::config::Mode;
use crate::lane::name::pool_name;

/// Redis lists a connection for a moment after it was closed: more than there may be are looked at so often.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// What became of the rounds of [`Redis::exercise_pool`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exercise {
    /// Connections that may be open.
    pub max: usize,
    /// How long each loan took to come about.
    pub acquired: Vec<Duration>,
    /// Loans that did not come about, or whose command failed.
    pub failed: usize,
    /// Connections of the pool that Redis listed after a round, at most; none where it did not tell. The client of a
    /// cluster names its connections to nobody, so that they cannot be told from others.
    pub most: Option<usize>,
    /// Loans that did not need a new connection.
    pub reused: u64,
    /// Connections made meanwhile, by whomever.
    pub created: u64,
}

impl Exercise {
    /// Share of loans that did not need a new connection; none where nothing was lent.
    #[expect(clippy::cast_precision_loss, reason = "counts of loans are far below 2^52")]
    pub fn reuse_ratio(&self) -> Option<f64> {
        let lent = self.reused + self.created;
        (lent > 0).then(|| self.reused as f64 / lent as f64)
    }
}

impl Redis {
    /// Borrows as many connections as the pool may have, all at once, has each do some work, and gives them back: so
    /// many `rounds` of it. Others who borrow meanwhile wait in the same line. How many connections are open is what
    /// Redis says, not what the pool believes.
    pub async fn exercise_pool(&self, rounds: usize) -> Exercise {
        let before = self.pool_status();
        let mut exercise = Exercise { max: before.max, ..Exercise::default() };
        for _ in 0..rounds {
            for took in join_all((0..before.max).map(|_| self.borrow_once())).await {
                match took {
                    Some(took) => exercise.acquired.push(took),
                    None => exercise.failed += 1,
                }
            }
            exercise.most = exercise.most.max(self.open_connections(before.max).await);
        }
        let after = self.pool_status();
        exercise.reused = after.reused - before.reused;
        exercise.created = after.created - before.created;
        exercise
    }

    /// How long one loan took, where it was of use.
    async fn borrow_once(&self) -> Option<Duration> {
        let started = Instant::now();
        let mut connection = self.exclusive().await.ok()?;
        let took = started.elapsed();
        connection.query(&redis::cmd("PING")).await.ok()?;
        Some(took)
    }

    /// Connections of the pool that Redis has; more than `max` only where they stay.
    async fn open_connections(&self, max: usize) -> Option<usize> {
        if self.mode() == Mode::Cluster {
            return None;
        }
        let mut least = self.listed_connections().await.ok()?;
        for _ in 1..LOOKS {
            if least <= max {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            least = least.min(self.listed_connections().await.ok()?);
        }
        Some(least)
    }

    async fn listed_connections(&self) -> Result<usize, Error> {
        let mut listed = 0;
        for listing in self.on_every_primary(&clients::list()).await? {
            let text = clients::text(listing)?;
            listed += text.lines().filter(|line| field(line, "name=") == Some(pool_name())).count();
        }
        Ok(listed)
    }
}
