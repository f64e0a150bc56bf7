//! What the tests work on, and short verbs for what clients and agents do.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use waggle_core::perf::{Histogram, Series};
use waggle_task_queue::model::Stamp;

use super::Broken;
use super::client::{Answer, Client, Request};
use super::scale::Scale;

/// A service, a swarm in it, and how much is to be done.
pub(super) struct Ground {
    pub(super) client: Client,
    pub(super) swarm: String,
    pub(super) scale: Scale,
}

/// A task that an agent holds.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Held {
    pub(super) id: String,
    pub(super) payload: Value,
    pub(super) attempt: u32,
    pub(super) created_at: Stamp,
    pub(super) started_at: Option<Stamp>,
    pub(super) lease: Lease,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Lease {
    pub(super) token: String,
}

#[derive(Deserialize)]
struct Claimed {
    tasks: Vec<Held>,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

#[derive(Deserialize)]
struct Batch {
    results: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: Option<String>,
}

#[derive(Deserialize)]
struct Settled {
    outcomes: Vec<SettledOne>,
}

#[derive(Deserialize)]
struct SettledOne {
    status: u16,
}

impl Ground {
    /// An address below the swarm.
    pub(super) fn path(&self, path: &str) -> String {
        format!("/v1/swarms/{}{path}", self.swarm)
    }

    /// The request that submits one task.
    pub(super) fn submission(&self, task: &Value) -> Result<Request, Broken> {
        Ok(Request::post(self.path("/tasks"), task)?.keyed())
    }

    /// The request that claims up to `most` tasks of a queue, and waits for a first one.
    pub(super) fn claiming(
        &self,
        agent: &str,
        queue: &str,
        most: usize,
        wait: Duration,
    ) -> Result<Request, Broken> {
        let claim = json!({ "agent": agent, "queues": [queue], "max_tasks": most,
            "wait_ms": wait.as_millis() as u64, "claim_id": Uuid::now_v7() });
        Ok(Request::post(self.path("/claims"), &claim)?.waiting(wait))
    }

    /// The request that completes a task under a lease.
    pub(super) fn completing(&self, id: &str, token: &str, result: &Value) -> Result<Request, Broken> {
        Request::post(
            self.path(&format!("/tasks/{id}/complete")),
            &json!({ "lease": token, "result": result }),
        )
    }

    /// Submits one task; its id.
    pub(super) async fn submit(&self, task: &Value) -> Result<String, Broken> {
        let created: Created = self.client.json(&self.submission(task)?).await?;
        Ok(created.id)
    }

    /// Submits tasks together; their ids, in order.
    pub(super) async fn submit_all(&self, tasks: &[Value]) -> Result<Vec<String>, Broken> {
        let batch = Request::post(self.path("/tasks/batch"), &json!({ "tasks": tasks }))?.keyed();
        let batch: Batch = self.client.json(&batch).await?;
        let ids: Vec<_> = batch.results.into_iter().filter_map(|item| item.id).collect();
        let (sent, taken) = (tasks.len(), ids.len());
        if sent == taken { Ok(ids) } else { Err(Broken::new(format!("of {sent} tasks {taken} were taken"))) }
    }

    /// Claims up to `most` tasks of a queue; waits for a first one.
    pub(super) async fn claim(
        &self,
        agent: &str,
        queue: &str,
        most: usize,
        wait: Duration,
    ) -> Result<Vec<Held>, Broken> {
        let claimed: Claimed = self.client.json(&self.claiming(agent, queue, most, wait)?).await?;
        Ok(claimed.tasks)
    }

    /// Completes a task.
    pub(super) async fn complete(&self, held: &Held) -> Result<(), Broken> {
        let request = self.completing(&held.id, &held.lease.token, &json!("done"))?;
        self.client.done(&request).await.map(drop)
    }

    /// Completes tasks together; how many of them that were.
    pub(super) async fn settle(&self, agent: &str, held: &[Held]) -> Result<usize, Broken> {
        let outcome =
            |held: &Held| json!({ "id": held.id, "lease": held.lease.token, "outcome": "complete" });
        let outcomes: Vec<_> = held.iter().map(outcome).collect();
        let request =
            Request::post(self.path("/settlements"), &json!({ "agent": agent, "outcomes": outcomes }))?;
        let settled: Settled = self.client.json(&request).await?;
        Ok(settled.outcomes.iter().filter(|outcome| outcome.status == 200).count())
    }
}

/// The tasks that a claim was answered with.
pub(super) fn claimed(answer: &Answer) -> Vec<Held> {
    serde_json::from_slice(&answer.body).map_or_else(|_| Vec::new(), |claimed: Claimed| claimed.tasks)
}

/// A histogram as the judge reads it.
pub(super) fn histogram(values: impl IntoIterator<Item = u64>) -> Histogram {
    let mut histogram =
        Histogram::new_with_bounds(1, Series::Http.largest(), 2).expect("bounds that the library accepts");
    values.into_iter().for_each(|value| histogram.saturating_record(value));
    histogram
}

/// Whole microseconds.
pub(super) fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
