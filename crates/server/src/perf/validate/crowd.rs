//! Agents that wait, as the service counts them.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;
use waggle_task_queue::metrics::LONG_POLLS;
use waggle_task_queue::model::AgentCounts;

use super::Broken;
use super::client::Request;
use super::ground::Ground;

/// How long agents that have come may take until the service holds a claim of each.
const SETTLED: Duration = Duration::from_secs(10);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);
const CLAIMS: &str = "{kind=\"claim\"}";

/// The claims that waited before this validation's agents came: those of others.
pub(super) struct Crowd {
    others: u64,
}

#[derive(Deserialize)]
struct Stats {
    agents: AgentCounts,
}

impl Crowd {
    pub(super) async fn before(ground: &Ground) -> Result<Self, Broken> {
        Ok(Self { others: waiting_claims(ground).await? })
    }

    /// Agents of this validation that wait at once: the most that were seen until there were `wanted`, or time was over.
    pub(super) async fn grown(&self, ground: &Ground, wanted: u64) -> Result<u64, Broken> {
        let ends = Instant::now() + SETTLED;
        let mut most = 0;
        loop {
            most = most.max(self.now(ground).await?);
            if most >= wanted || Instant::now() >= ends {
                return Ok(most);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The service counts waiting claims of all swarms together, and live agents by swarm: no more agents of this one
    /// wait than both allow.
    async fn now(&self, ground: &Ground) -> Result<u64, Broken> {
        let stats: Stats = ground.client.json(&Request::get(ground.path("/stats"))).await?;
        let more = waiting_claims(ground).await?.saturating_sub(self.others);
        Ok(more.min(stats.agents.live))
    }
}

async fn waiting_claims(ground: &Ground) -> Result<u64, Broken> {
    let answer = ground.client.done(&Request::get("/metrics")).await?;
    Ok(read(&String::from_utf8_lossy(&answer.body)))
}

/// 0 where the exposition does not tell: nothing that is counted for agents is made up.
fn read(exposition: &str) -> u64 {
    let told = |line: &str| line.strip_prefix(LONG_POLLS)?.strip_prefix(CLAIMS)?.trim().parse().ok();
    exposition.lines().find_map(told).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_claims_are_told_from_others_who_wait() {
        let text = "# TYPE waggle_long_polls gauge\nwaggle_long_polls{kind=\"task\"} 7\n\
                    waggle_long_polls{kind=\"claim\"} 1000\nwaggle_long_polls{kind=\"inbox\"} 9\n";
        assert_eq!(read(text), 1_000);
        assert_eq!(read("waggle_long_polls{kind=\"task\"} 7\n"), 0);
    }
}
