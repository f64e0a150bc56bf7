//! A client that writes down what it does.

use std::time::Duration;

use serde_json::{Value, json};
use waggle_task_queue::model::Stamp;

use super::{Event, History, Op, Outcome};
use crate::{Held, Lost, Reply, World};

/// A recorded client of one swarm.
#[derive(Debug)]
pub struct Client {
    history: History,
    world: World,
    name: String,
    process: u32,
    claims: u64,
    /// The claim whose answer was lost: asked again under the same id until it is answered.
    open: Option<String>,
}

/// The end of a claim or a submit.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended<T> {
    /// Applied, with the answer.
    Ok(T),
    /// Certainly not applied.
    Rejected,
    /// Nobody knows.
    Unknown,
}

/// The end of a call under a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// 2xx.
    Ok,
    /// 4xx: the task is somebody else's, or gone.
    Refused,
    /// Not applied, and worth trying again.
    Rejected,
    /// Nobody knows: to be repeated.
    Unknown,
}

impl Answered {
    /// Whether repeating the call would change nothing.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Ok | Self::Refused)
    }
}

impl Client {
    /// A client named `name`; claims are made under ids of their own.
    pub fn new(history: &History, world: &World, name: &str) -> Self {
        Self {
            process: history.process(),
            history: history.clone(),
            world: world.clone(),
            name: name.to_owned(),
            claims: 0,
            open: None,
        }
    }

    /// Submits one task under `marker`, which is its payload and its idempotency key.
    pub async fn submit(&mut self, marker: &str, task: crate::Task) -> Ended<String> {
        let mut event = self.history.invoke(self.process, Op::Submit);
        event.key = marker.to_owned();
        let body: Value = task.payload(marker).into();
        let sent = self.world.post("/tasks").header("idempotency-key", marker).json(body).try_send().await;
        event.outcome = outcome(&sent);
        if let (Outcome::Ok, Ok(reply)) = (event.outcome, &sent) {
            event.task = reply.body["id"].as_str().unwrap_or_default().to_owned();
            event.replayed = reply.header("idempotency-replayed") == "true";
        }
        let (outcome, id) = (event.outcome, event.task.clone());
        self.end(event);
        match outcome {
            Outcome::Ok => Ended::Ok(id),
            Outcome::Rejected => Ended::Rejected,
            Outcome::Unknown => Ended::Unknown,
        }
    }

    /// Claims; one event for each task that came.
    pub async fn claim(&mut self, mut claim: Value) -> Ended<Vec<Held>> {
        let claim_id = self.open.take().unwrap_or_else(|| {
            self.claims += 1;
            format!("{}/{}", self.name, self.claims)
        });
        claim["claim_id"] = json!(claim_id);
        let event = self.history.invoke(self.process, Op::Claim);
        let sent = self.world.post("/claims").json(claim).try_send().await;
        let outcome = outcome(&sent);
        let Ok(reply) = sent.as_ref().map_err(|_| ()) else {
            return self.claim_without_answer(event, outcome, claim_id);
        };
        if outcome != Outcome::Ok {
            return self.claim_without_answer(event, outcome, claim_id);
        }
        let held = Held::all(&reply.body);
        for task in &held {
            let mut event = event.clone();
            event.key.clone_from(&claim_id);
            event.outcome = Outcome::Ok;
            event.task.clone_from(&task.id);
            event.fence = task.fence();
            event.token.clone_from(&task.token);
            event.agent.clone_from(&self.name);
            let started = stamp(&task.task["started_at"]);
            event.started_at = started.map(|started| self.history.unset(started).0);
            event.deadline = stamp(&task.task["deadline"]);
            event.held_until = self.lease_end(task, &task.task["lease"]);
            self.end(event);
        }
        Ended::Ok(held)
    }

    /// Completes, fails, releases, asks a person or keeps alive.
    pub async fn settle(&mut self, held: &Held, verb: &str, body: Value) -> Answered {
        let op = match verb {
            "complete" => Op::Complete,
            "fail" => Op::Fail,
            "release" => Op::Release,
            "input-request" => Op::Ask,
            _ => Op::Heartbeat,
        };
        let mut event = self.history.invoke(self.process, op);
        event.task.clone_from(&held.id);
        event.fence = held.fence();
        event.token.clone_from(&held.token);
        let sent = self.world.post(&format!("/tasks/{}/{verb}", held.id)).json(body).try_send().await;
        if let (Op::Heartbeat, Ok(reply)) = (op, &sent) {
            event.held_until = self.lease_end(held, &reply.body["lease"]);
            event.deadline = stamp(&held.task["deadline"]);
        }
        self.end_call(event, &sent)
    }

    /// Sends `body` to an agent under an idempotency key of its own, as often as it takes; whether it was answered.
    pub async fn send(&mut self, body: &str, to: &str) -> Answered {
        let mut event = self.history.invoke(self.process, Op::Send);
        event.key = body.to_owned();
        event.agent = to.to_owned();
        let message = json!({ "from": self.name, "to": { "agent": to }, "body": body });
        let sent =
            self.world.post("/messages").header("idempotency-key", body).json(message).try_send().await;
        self.end_call(event, &sent)
    }

    /// Reads what came after the number `after`, one event for each message; the last number that was looked at.
    pub async fn receive(&mut self, after: u64) -> Option<u64> {
        let event = self.history.invoke(self.process, Op::Receive);
        let page = format!("/agents/{}/inbox?after={after}&limit=100&wait_ms=200", self.name);
        let sent = self.world.get(&page).try_send().await;
        let reply = sent.as_ref().ok().filter(|reply| reply.status == 200)?;
        for message in reply.body["messages"].as_array()? {
            let mut event = event.clone();
            event.outcome = Outcome::Ok;
            event.key = message["body"].as_str()?.to_owned();
            event.agent.clone_from(&self.name);
            event.fence = message["seq"].as_u64()?;
            self.end(event);
        }
        reply.body["next"].as_u64()
    }

    /// Cancels.
    pub async fn cancel(&mut self, id: &str) -> Answered {
        let mut event = self.history.invoke(self.process, Op::Cancel);
        event.task = id.to_owned();
        let sent = self.world.post(&format!("/tasks/{id}/cancel")).try_send().await;
        self.end_call(event, &sent)
    }

    /// Answers what a task asks a person.
    pub async fn answer(&mut self, id: &str, value: Value) -> Answered {
        let mut event = self.history.invoke(self.process, Op::Answer);
        event.task = id.to_owned();
        let body = json!({ "value": value });
        let sent = self.world.post(&format!("/tasks/{id}/input")).json(body).try_send().await;
        self.end_call(event, &sent)
    }

    /// The lease ends when its time is over, and that of the attempt or of the task ends it before.
    fn lease_end(&self, held: &Held, lease: &Value) -> Option<Duration> {
        let timeout = held.task["metadata"]["timeout_ms"].as_i64();
        let started = stamp(&held.task["started_at"]);
        let timed_out = started.zip(timeout).map(|(Stamp(started), timeout)| Stamp(started + timeout));
        let ends = [stamp(&lease["expires_at"]), stamp(&held.task["deadline"]), timed_out];
        ends.into_iter().flatten().min().map(|end| self.history.at(end))
    }

    fn claim_without_answer(
        &mut self,
        mut event: Event,
        outcome: Outcome,
        claim_id: String,
    ) -> Ended<Vec<Held>> {
        event.outcome = outcome;
        event.key.clone_from(&claim_id);
        self.open = Some(claim_id);
        self.end(event);
        if outcome == Outcome::Rejected { Ended::Rejected } else { Ended::Unknown }
    }

    fn end_call(&mut self, mut event: Event, sent: &Result<Reply, Lost>) -> Answered {
        event.outcome = outcome(sent);
        let refused = sent.as_ref().is_ok_and(|reply| (400..500).contains(&reply.status));
        if let Ok(reply) = sent {
            event.replayed = reply.body["replayed"] == true || reply.header("idempotency-replayed") == "true";
            event.status = reply.body["status"].as_str().unwrap_or_default().to_owned();
        }
        let outcome = event.outcome;
        self.end(event);
        match outcome {
            Outcome::Ok => Answered::Ok,
            Outcome::Rejected if refused => Answered::Refused,
            Outcome::Rejected => Answered::Rejected,
            Outcome::Unknown => Answered::Unknown,
        }
    }

    /// After an unknown outcome nobody may think that this process did nothing meanwhile: another one goes on.
    fn end(&mut self, mut event: Event) {
        if event.outcome == Outcome::Unknown {
            self.process = self.history.process();
        } else {
            event.returned = Some(self.history.now());
        }
        self.history.record(event);
    }
}

fn stamp(value: &Value) -> Option<Stamp> {
    serde_json::from_value(value.clone()).ok()
}

fn outcome(sent: &Result<Reply, Lost>) -> Outcome {
    match sent {
        Err(Lost::NotSent) => Outcome::Rejected,
        Err(Lost::Unanswered) => Outcome::Unknown,
        Ok(reply) => match reply.status {
            200..300 => Outcome::Ok,
            400..500 => Outcome::Rejected,
            _ if reply.body["applied"] == false => Outcome::Rejected,
            _ => Outcome::Unknown,
        },
    }
}
