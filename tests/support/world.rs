//! What a test works in: a swarm of its own, and short verbs for what agents do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio_rustls::rustls::ClientConfig;

use crate::{Client, Held, PATIENCE, Reply, Request, Service, lateness, metric, over_a_round, task, until};

/// Between two looks at a service that does not work.
const AGAIN: Duration = Duration::from_millis(20);
/// No lease may be shorter.
const SHORTEST_LEASE_MS: u64 = 100;

/// A swarm on a service. Cheap to clone.
///
/// Only [`in_a_swarm`](crate::in_a_swarm) and its siblings make one, so no test can leave without the audit.
#[derive(Debug, Clone)]
pub struct World {
    service: Arc<Service>,
    client: Client,
    swarm: Arc<str>,
}

impl World {
    pub(crate) async fn new(service: &Arc<Service>, client: Client, swarm: &str) -> Self {
        client.put(&format!("/v1/swarms/{swarm}")).send().await.expect(201);
        Self { service: Arc::clone(service), client, swarm: swarm.into() }
    }

    /// The name of the swarm.
    pub fn swarm(&self) -> &str {
        &self.swarm
    }

    /// The service.
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// The client for addresses outside of the swarm.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The same swarm seen through another address: a second server, a proxy.
    #[must_use]
    pub fn through(&self, base: &str) -> Self {
        Self { client: self.client.of(base), ..self.clone() }
    }

    /// The same swarm as the owner of another token sees it, or nobody at all.
    #[must_use]
    pub fn showing<'a>(&self, token: impl Into<Option<&'a str>>) -> Self {
        Self { client: self.client.showing(token), ..self.clone() }
    }

    /// The same swarm over TLS, as whoever `tls` makes it.
    #[must_use]
    pub fn over(&self, tls: Arc<ClientConfig>) -> Self {
        Self { client: self.client.over(Some(tls)), ..self.clone() }
    }

    /// Another swarm of the same service, which the audit at the end does not look at.
    #[must_use]
    pub fn beside(&self, swarm: &str) -> Self {
        Self { swarm: swarm.into(), ..self.clone() }
    }

    /// `/v1/swarms/{swarm}` and `path`.
    pub fn path(&self, path: &str) -> String {
        format!("/v1/swarms/{}{path}", self.swarm)
    }

    /// `GET` below the swarm.
    pub fn get(&self, path: &str) -> Request {
        self.client.get(&self.path(path))
    }

    /// `POST` below the swarm.
    pub fn post(&self, path: &str) -> Request {
        self.client.post(&self.path(path))
    }

    /// `PUT` below the swarm.
    pub fn put(&self, path: &str) -> Request {
        self.client.put(&self.path(path))
    }

    /// `DELETE` below the swarm.
    pub fn delete(&self, path: &str) -> Request {
        self.client.delete(&self.path(path))
    }

    /// Submits a task, which must be taken in; the answer.
    pub async fn submit(&self, task: impl Into<Value>) -> Value {
        self.post("/tasks").json(task).send().await.expect(201)
    }

    /// Submits a task, which must be taken in; its id.
    pub async fn submit_id(&self, task: impl Into<Value>) -> String {
        id(&self.submit(task).await)
    }

    /// Submits so many tasks with the payloads 0, 1, …; their ids in order.
    pub async fn submit_many(&self, tasks: impl IntoIterator<Item = impl Into<Value>>) -> Vec<String> {
        let tasks: Vec<Value> = tasks.into_iter().map(Into::into).collect();
        let answer = self.post("/tasks/batch").json(json!({ "tasks": tasks })).send().await.ok();
        let results = answer["results"].as_array().expect("results");
        results.iter().map(id).collect()
    }

    /// The task as it stands.
    pub async fn task(&self, id: &str) -> Value {
        self.get(&format!("/tasks/{id}")).send().await.ok()
    }

    /// Where the task stands.
    pub async fn status(&self, id: &str) -> String {
        self.task(id).await["status"].as_str().expect("a status").to_owned()
    }

    /// Waits until the task stands so.
    pub async fn until_status(&self, id: &str, status: &str) -> Value {
        until(&format!("task {id} is {status}"), PATIENCE, async || self.status(id).await == status).await;
        self.task(id).await
    }

    /// Every task in a state, all pages.
    pub async fn list(&self, status: &str) -> Vec<Value> {
        self.pages(&format!("status={status}&limit=500")).await
    }

    /// Every task a query finds, all pages.
    pub async fn pages(&self, query: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/tasks?{query}{cursor}")).send().await.ok();
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// A claim with any body.
    pub async fn claim_with(&self, claim: impl Into<Value>) -> Vec<Held> {
        Held::all(&self.post("/claims").json(claim).send().await.ok())
    }

    /// What is there for an agent now.
    pub async fn claim(&self, agent: &str) -> Vec<Held> {
        self.claim_with(json!({ "agent": agent })).await
    }

    /// A task, which must be there within 10 s.
    pub async fn claim_one(&self, agent: &str) -> Held {
        self.claim_one_with(json!({ "agent": agent })).await
    }

    /// As [`World::claim_one`], for an agent that will not be heard of in time: its lease is the shortest there is. The next
    /// who claims the task has as long as the task says.
    pub async fn claim_briefly(&self, agent: &str) -> Held {
        self.claim_one_with(json!({ "agent": agent, "lease_ms": SHORTEST_LEASE_MS })).await
    }

    async fn claim_one_with(&self, mut claim: Value) -> Held {
        claim["wait_ms"] = json!(10_000);
        let mut tasks = self.claim_with(claim.clone()).await;
        assert_eq!(tasks.len(), 1, "one task for {claim}");
        tasks.remove(0)
    }

    /// Agents wait here, each at a queue of its own, to which a task is submitted through `other` at its moment of
    /// [`over_a_round`]; how late they get it, as [`lateness`] says.
    pub async fn woken_late_by(&self, other: &Self) -> Duration {
        let queue = |ms: i64| format!("after-{ms}");
        let claims = over_a_round().map(async |ms| {
            let claim = json!({ "agent": "waiting", "queues": [queue(ms)], "wait_ms": 30_000 });
            assert_eq!(self.claim_with(claim).await.len(), 1);
            Instant::now()
        });
        let submits = async {
            // Others may wait at the same service.
            until("all of them wait", PATIENCE, async || {
                let waiting = metric(&self.client, "waggle_long_polls{kind=\"claim\"}").await;
                waiting.expect("a gauge").parse::<usize>().unwrap() >= over_a_round().count()
            })
            .await;
            let (begun, mut submitted) = (tokio::time::Instant::now(), Vec::new());
            for ms in over_a_round() {
                tokio::time::sleep_until(begun + Duration::from_millis(ms.unsigned_abs())).await;
                other.submit(task().queue(queue(ms))).await;
                submitted.push(Instant::now());
            }
            submitted
        };
        let (answered, submitted) = join(join_all(claims), submits).await;
        let late = answered.into_iter().zip(submitted);
        lateness(late.map(|(answered, submitted)| answered.saturating_duration_since(submitted)))
    }

    /// Completes a task.
    pub async fn complete(&self, held: &Held, result: impl Into<Value>) -> Reply {
        self.on(&held.id, "complete", json!({ "lease": held.token, "result": result.into() })).await
    }

    /// Fails an attempt that may be tried again.
    pub async fn fail(&self, held: &Held) -> Reply {
        self.fail_with(held, json!({})).await
    }

    /// Fails an attempt, with further fields.
    pub async fn fail_with(&self, held: &Held, fields: Value) -> Reply {
        let mut body = json!({ "lease": held.token, "error": { "message": "no luck", "kind": "test" } });
        body.as_object_mut().unwrap().extend(fields.as_object().expect("fields").clone());
        self.on(&held.id, "fail", body).await
    }

    /// Gives a task back.
    pub async fn release(&self, held: &Held) -> Reply {
        self.on(&held.id, "release", json!({ "lease": held.token })).await
    }

    /// Keeps a lease alive, with further fields.
    pub async fn heartbeat(&self, held: &Held, fields: Value) -> Reply {
        let mut body = json!({ "lease": held.token });
        body.as_object_mut().unwrap().extend(fields.as_object().expect("fields").clone());
        self.on(&held.id, "heartbeat", body).await
    }

    /// Cancels a task.
    pub async fn cancel(&self, id: &str) -> Reply {
        self.post(&format!("/tasks/{id}/cancel")).send().await
    }

    /// Makes a task ready again.
    pub async fn retry(&self, id: &str) -> Reply {
        self.post(&format!("/tasks/{id}/retry")).send().await
    }

    /// Any call on a task.
    pub async fn on(&self, id: &str, verb: &str, body: Value) -> Reply {
        self.post(&format!("/tasks/{id}/{verb}")).json(body).send().await
    }

    /// Waits until the service can do its work again.
    ///
    /// # Panics
    /// When it cannot in time, with its last answer.
    pub async fn until_it_works(&self) {
        let (deadline, mut last) = (Instant::now() + PATIENCE, String::new());
        while Instant::now() < deadline {
            // Nobody ever puts anything into this queue.
            let claim = json!({ "agent": "probe", "queues": ["nothing-here"] });
            match self.post("/claims").json(claim).try_send().await {
                Ok(reply) if reply.status == 200 => return,
                Ok(reply) => last = reply.text,
                Err(lost) => last = format!("{lost:?}"),
            }
            tokio::time::sleep(AGAIN).await;
        }
        panic!("it does not work again within {PATIENCE:?}; the last answer: {last}");
    }

    /// Waits until all that its private Redis has written so far is synced: with `everysec` that is once a second.
    pub async fn until_synced(&self) {
        let service = Arc::clone(&self.service);
        let synced = move || {
            let info: String = service.redis("INFO persistence").remove(0);
            let is = |line: &str| info.lines().any(|found| found == line);
            is("aof_buffer_length:0") && is("aof_pending_bio_fsync:0") && is("aof_last_write_status:ok")
        };
        until("it is on the disk", PATIENCE, async || synced()).await;
    }

    /// A task that has used up its attempts.
    pub async fn failed_task(&self, task: impl Into<Value>) -> String {
        let id = self.submit_id(task).await;
        let held = self.claim_one("failing").await;
        self.fail_with(&held, json!({ "retryable": false })).await.ok();
        id
    }
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("no id: {answer}")).to_owned()
}
