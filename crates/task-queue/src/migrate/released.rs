//! The versions of the keys that were released.

use waggle_core::Redis;

use super::{Error, KeyspaceState, Migrated, Migrator, Progress, Step, StepFuture};

/// The version of the keys that this program works on.
pub const VERSION: u32 = 1;

/// Compares the keys with [`VERSION`].
///
/// # Errors
/// What Redis says.
pub async fn status(redis: &Redis) -> Result<KeyspaceState, waggle_core::Error> {
    released().status(redis).await
}

/// Begins empty keys; does nothing where there is a version.
///
/// # Errors
/// [`Error::Newer`], [`Error::Redis`].
pub async fn begin(redis: &Redis) -> Result<(), Error> {
    released().begin(redis).await
}

/// Brings the keys to [`VERSION`], telling `progress` of each step.
///
/// # Errors
/// See [`Migrator::run`].
pub async fn run(redis: &Redis, progress: impl FnMut(&str)) -> Result<Migrated, Error> {
    released().run(redis, progress).await
}

/// A new step goes to the end, and into a file of its own.
fn released() -> Migrator {
    Migrator::new(vec![Box::new(Adopt)])
}

/// There is no layout before the first: keys without a ledger can only have version 1.
struct Adopt;

impl Step for Adopt {
    fn number(&self) -> u32 {
        1
    }

    fn name(&self) -> &'static str {
        "open a ledger for keys that have none"
    }

    fn run_once<'a>(&'a self, _: &'a Redis, _: &'a str) -> StepFuture<'a> {
        Box::pin(std::future::ready(Ok(Progress::Done)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_released_step_leads_to_the_version_of_this_program() {
        assert_eq!(released().version(), VERSION);
        assert!(released().steps().zip(1..).all(|(step, number)| step.number() == number));
    }
}
