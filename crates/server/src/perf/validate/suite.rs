//! The tests, one after the other.

use std::sync::Arc;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::canary::Canary;
use super::ground::Ground;
use super::outcome::{Found, TestOutcome, confidence_of};
use super::scale::{Scale, Slack};
use super::{
    Broken, Client, Inside, Test, assignment, batch, compression, inside, load, pool, recovery, stress,
};

/// What is to be tested, and how.
pub struct Suite {
    /// Where the service is.
    pub client: Client,
    /// Who makes the tests that need the server's inside.
    pub inside: Inside,
    /// Half a minute and not three.
    pub quick: bool,
    /// How loose limits of speed are.
    pub slack: Slack,
    /// Which tests, in their order.
    pub tests: Vec<Test>,
}

/// What happens to a suite.
#[derive(Debug)]
pub enum Event<'a> {
    /// A test begins.
    Begins(Test),
    /// A test has ended.
    Ended(&'a TestOutcome),
}

/// What a suite has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// The tests that were made.
    pub tests: Vec<TestOutcome>,
    /// 0 to 100; none where not all seven were made.
    pub confidence: Option<f64>,
}

impl Suite {
    /// Makes the tests until `stop`, in a swarm of their own that is gone afterwards, whatever happens.
    ///
    /// # Errors
    /// When the service cannot be reached, or does not let the swarm be made or removed.
    pub async fn run(self, stop: &CancellationToken, tell: impl Fn(Event<'_>)) -> Result<Ended, Broken> {
        let canary = Canary::make(&self.client).await?;
        let ground = Arc::new(Ground {
            client: self.client.clone(),
            swarm: canary.name().to_owned(),
            scale: Scale::new(self.quick, self.slack),
        });
        let mut tests = Vec::with_capacity(self.tests.len());
        for test in &self.tests {
            tell(Event::Begins(*test));
            let Some(outcome) = stop.run_until_cancelled(self.make(&ground, *test)).await else { break };
            tell(Event::Ended(&outcome));
            tests.push(outcome);
        }
        canary.remove(&self.inside).await?;
        let confidence = confidence_of(&tests);
        Ok(Ended { tests, confidence })
    }

    async fn make(&self, ground: &Arc<Ground>, test: Test) -> TestOutcome {
        let started = Instant::now();
        let found = match (test, &self.inside) {
            (Test::ConnectionPool | Test::ErrorsAndRecovery, Inside::Asked) => {
                match inside::ask(&ground.client, test, self.quick).await {
                    Ok(outcome) => return outcome,
                    Err(broken) => Err(broken),
                }
            }
            (Test::ConnectionPool, Inside::Here(queue)) => Ok(pool::run(queue.redis()).await),
            (Test::ErrorsAndRecovery, Inside::Here(queue)) => recovery::run(ground, queue.redis()).await,
            (test, _) => outside(ground, test).await,
        };
        let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        TestOutcome::new(test, found, took)
    }
}

/// A test that needs nothing but the public address.
async fn outside(ground: &Arc<Ground>, test: Test) -> Result<Found, Broken> {
    match test {
        Test::TaskAssignmentLatency => assignment::run(ground).await,
        Test::BatchOperations => batch::run(ground).await,
        Test::Compression => compression::run(ground).await,
        Test::ConcurrentLoad => load::run(ground).await,
        Test::Stress => stress::run(ground).await,
        Test::ConnectionPool | Test::ErrorsAndRecovery => Err(Broken::new("only the server can make it")),
    }
}
