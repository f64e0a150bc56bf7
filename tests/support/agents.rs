//! Agents that follow a script.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::history::{Client as Recorded, Ended, History};
use crate::{Held, World, until};

/// How long an agent waits for a task before it looks whether it shall stop.
const WAIT_MS: u64 = 300;
/// Between a call that was not answered and its repetition.
const AGAIN: Duration = Duration::from_millis(20);

/// How long an agent repeats a call: a service that is killed may take its time to start.
const INSISTENCE: Duration = Duration::from_secs(40);

/// How long an agent works that does.
const WORK: Duration = Duration::from_millis(40);

/// How long after the end of its lease an agent that was paused goes on.
const LATE: Duration = Duration::from_millis(250);

/// What an agent does with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Completes it.
    Complete,
    /// Completes it after some work.
    Work,
    /// Fails the attempt; it may be tried again at once.
    Fail,
    /// Gives it back.
    Release,
    /// Keeps the lease alive once, then completes it.
    Heartbeat,
    /// Says nothing more of it, as an agent that was killed.
    Abandon,
    /// Completes it when its lease has ended, as an agent that was paused.
    Late,
    /// Asks a person, whose answer brings it back; completes one that has its answer.
    Ask,
    /// Completes it twice, as an agent that did not hear the first answer.
    CompleteTwice,
}

/// A loop of claims that plays its script again and again.
#[derive(Debug, Clone)]
pub struct Agent {
    name: String,
    queues: Vec<String>,
    script: Vec<Act>,
    lease_ms: u64,
    history: History,
    stop: Arc<AtomicBool>,
}

impl Agent {
    /// An agent that completes whatever it gets; all it does is recorded in `history`.
    pub fn new(name: impl Into<String>, history: &History) -> Self {
        Self {
            name: name.into(),
            queues: vec!["default".to_owned()],
            script: vec![Act::Complete],
            lease_ms: 30_000,
            history: history.clone(),
            stop: Arc::new(AtomicBool::new(false)),
        }
    }

    /// With a script, played from its start again after its end.
    #[must_use]
    pub fn script(self, script: &[Act]) -> Self {
        Self { script: script.to_vec(), ..self }
    }

    /// Claims from this queue.
    #[must_use]
    pub fn queue(self, queue: &str) -> Self {
        Self { queues: vec![queue.to_owned()], ..self }
    }

    /// With leases of this length.
    #[must_use]
    pub fn lease_ms(self, lease_ms: u64) -> Self {
        Self { lease_ms, ..self }
    }

    /// Stops when `stop` is set, after the task in hand.
    #[must_use]
    pub fn until(self, stop: &Arc<AtomicBool>) -> Self {
        Self { stop: Arc::clone(stop), ..self }
    }

    /// Works until it shall stop; how many tasks it got.
    pub async fn work(self, world: World) -> usize {
        let mut client = Recorded::new(&self.history, &world, &self.name);
        let mut acts = self.script.iter().cycle();
        let mut tasks = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let claim = json!({
                "agent": self.name, "queues": self.queues, "wait_ms": WAIT_MS, "lease_ms": self.lease_ms,
            });
            match client.claim(claim).await {
                Ended::Ok(held) => {
                    for held in held {
                        tasks += 1;
                        self.act(&mut client, *acts.next().expect("a cycle"), &held).await;
                    }
                }
                Ended::Rejected | Ended::Unknown => tokio::time::sleep(AGAIN).await,
            }
        }
        tasks
    }

    async fn act(&self, client: &mut Recorded, act: Act, held: &Held) {
        match act {
            Act::Abandon => {}
            Act::Fail => self.insist(client, held, "fail", failure(held)).await,
            Act::Release => self.insist(client, held, "release", json!({ "lease": held.token })).await,
            Act::Ask if held.task["input"].is_null() => {
                self.insist(client, held, "input-request", question(held)).await;
            }
            Act::Complete | Act::Ask => self.insist(client, held, "complete", result(held)).await,
            Act::Work => {
                tokio::time::sleep(WORK).await;
                self.insist(client, held, "complete", result(held)).await;
            }
            Act::Late => {
                tokio::time::sleep(Duration::from_millis(self.lease_ms) + LATE).await;
                self.insist(client, held, "complete", result(held)).await;
            }
            Act::Heartbeat => {
                // Whatever it answers, the completion shows who holds the task.
                let _ = client.settle(held, "heartbeat", json!({ "lease": held.token })).await;
                self.insist(client, held, "complete", result(held)).await;
            }
            Act::CompleteTwice => {
                self.insist(client, held, "complete", result(held)).await;
                self.insist(client, held, "complete", result(held)).await;
            }
        }
    }

    /// Sends the same call until it is answered: that does no harm.
    async fn insist(&self, client: &mut Recorded, held: &Held, verb: &str, body: Value) {
        let what = format!("{verb} of {} is answered", held.id);
        until(&what, INSISTENCE, async || {
            let is_final = client.settle(held, verb, body.clone()).await.is_final();
            if !is_final {
                tokio::time::sleep(AGAIN).await;
            }
            is_final
        })
        .await;
    }
}

/// Names the attempt, so that the final result tells whose completion counted.
fn result(held: &Held) -> Value {
    json!({ "lease": held.token, "result": { "by": held.token } })
}

fn question(held: &Held) -> Value {
    json!({ "lease": held.token, "prompt": "go on?" })
}

fn failure(held: &Held) -> Value {
    json!({ "lease": held.token, "error": { "message": "as the script says" }, "retry_after_ms": 0 })
}
