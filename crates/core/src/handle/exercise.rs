//! The pool at its limit, on purpose.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::Redis;

/// What became of the rounds of [`Redis::exercise_pool`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exercise {
    /// Connections that may be open.
    pub max: usize,
    /// How long each loan took to come about.
    pub acquired: Vec<Duration>,
    /// Loans that did not come about, or whose command failed.
    pub failed: usize,
    /// Connections open at most at any moment that was looked at.
    pub most: usize,
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
    /// many `rounds` of it. Others who borrow meanwhile wait in the same line.
    pub async fn exercise_pool(&self, rounds: usize) -> Exercise {
        let before = self.pool_status();
        let mut exercise = Exercise { max: before.max, ..Exercise::default() };
        for _ in 0..rounds {
            for (took, most) in join_all((0..before.max).map(|_| self.borrow_once())).await {
                exercise.most = exercise.most.max(most);
                match took {
                    Some(took) => exercise.acquired.push(took),
                    None => exercise.failed += 1,
                }
            }
        }
        let after = self.pool_status();
        exercise.reused = after.reused - before.reused;
        exercise.created = after.created - before.created;
        exercise
    }

    /// How long one loan took, where it was of use, and how many connections were open during it.
    async fn borrow_once(&self) -> (Option<Duration>, usize) {
        let started = Instant::now();
        let lent = self.exclusive().await;
        let (took, most) = (started.elapsed(), self.pool_status().size);
        let Ok(mut connection) = lent else { return (None, most) };
        let works = connection.query(&redis::cmd("PING")).await.is_ok();
        (works.then_some(took), most)
    }
}
