use serde_json::{Value as Json, json};
use waggle_core::{Codec, Redis};
use waggle_task_queue::audit::{self, Check, Finding, Report};
use waggle_task_queue::model::{
    Claim, Claimed, Complete, Fail, Heartbeat, Lease, NewTask, Release, Status, SwarmName, Task, TaskId,
};
use waggle_task_queue::{TaskQueue, library_with_manual_clock};

use super::TestServer;

const BODY: usize = 1 << 20;
/// Where the manual clock begins: a real time, so that numbers are as long as they are in earnest.
const BEGIN: i64 = 1_800_000_000_000;

/// A task queue on a Redis of its own whose clock is moved by hand, in the swarm `default`.
pub(crate) struct Store {
    pub(crate) server: TestServer,
    pub(crate) redis: Redis,
    pub(crate) queue: TaskQueue,
    pub(crate) swarm: SwarmName,
}

impl Store {
    pub(crate) async fn start() -> Self {
        let server = TestServer::start();
        let redis = server.connect(library_with_manual_clock()).await;
        let queue = TaskQueue::new(redis.clone(), Codec::new(1_024, BODY));
        let store = Self { server, redis, queue, swarm: SwarmName::default() };
        store.set(&["SET", "clock", &BEGIN.to_string()]);
        store
    }

    pub(crate) fn advance(&self, ms: u64) {
        self.set(&["INCRBY", "clock", &ms.to_string()]);
    }

    /// Runs a command past everything under test; its first argument is a key of the swarm.
    pub(crate) fn set(&self, words: &[&str]) {
        let key = self.key(words[1]);
        let words = [&[words[0], &key], &words[2..]].concat();
        let _: waggle_core::Value = self.server.raw(&words);
    }

    pub(crate) fn key(&self, name: &str) -> String {
        format!("wg:{{{}}}:{name}", self.swarm)
    }

    pub(crate) async fn submit(&self, task: Json) -> TaskId {
        self.queue.submit(&self.swarm, new_task(task), None).await.unwrap().task.id
    }

    pub(crate) async fn claim(&self, claim: Json) -> Vec<Task> {
        let claimed: Claimed = self.queue.claim(&self.swarm, agent_claim(claim)).await.unwrap();
        claimed.tasks
    }

    /// Claims the one task that is expected.
    pub(crate) async fn claim_one(&self, claim: Json) -> (TaskId, String) {
        let tasks = self.claim(claim).await;
        assert_eq!(tasks.len(), 1);
        (tasks[0].id, token(&tasks[0]))
    }

    pub(crate) async fn complete(&self, id: TaskId, lease: String) {
        let complete: Complete = serde_json::from_value(json!({"lease": lease, "result": {"n": 1}})).unwrap();
        let status = self.queue.complete(&self.swarm, id, complete).await.unwrap().status;
        assert_eq!(status, Status::Completed);
    }

    pub(crate) async fn fail(&self, id: TaskId, lease: String, retryable: bool) -> Status {
        let fail = json!({"lease": lease, "error": {"message": "no"}, "retryable": retryable});
        let fail: Fail = serde_json::from_value(fail).unwrap();
        self.queue.fail(&self.swarm, id, fail).await.unwrap().status
    }

    pub(crate) async fn release(&self, id: TaskId, lease: String, delay_ms: u64) -> Status {
        let release: Release = serde_json::from_value(json!({"lease": lease, "delay_ms": delay_ms})).unwrap();
        self.queue.release(&self.swarm, id, release).await.unwrap().status
    }

    pub(crate) async fn heartbeat(&self, id: TaskId, lease: String) {
        let heartbeat = json!({"lease": lease, "extend_ms": 90_000, "progress": {"done": 0.5}});
        let heartbeat: Heartbeat = serde_json::from_value(heartbeat).unwrap();
        self.queue.heartbeat(&self.swarm, id, heartbeat).await.unwrap();
    }

    pub(crate) async fn audit(&self) -> Report {
        let report = audit::run(&self.redis).await.unwrap();
        let alone = audit::run_swarm(&self.redis, &self.swarm).await.unwrap();
        let of_swarm = report.findings.iter().filter(|finding| finding.swarm == self.swarm.as_str());
        let of_swarm = of_swarm.filter(|finding| finding.check != Check::UnlistedSwarm);
        let what = |finding: &Finding| (finding.check, finding.subject.clone());
        assert_eq!(
            of_swarm.map(what).collect::<Vec<_>>(),
            alone.findings.iter().map(what).collect::<Vec<_>>()
        );
        report
    }

    pub(crate) async fn clean(&self) -> Report {
        let report = self.audit().await;
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.moving, 0);
        report
    }

    /// Checks and subjects of what the audit finds.
    pub(crate) async fn findings(&self) -> Vec<(Check, String)> {
        let findings = self.audit().await.findings;
        findings.into_iter().map(|finding| (finding.check, finding.subject)).collect()
    }
}

pub(crate) fn token(task: &Task) -> String {
    let Some(Lease { token, .. }) = &task.lease else { panic!("{} has no lease", task.id) };
    token.clone()
}

pub(crate) fn new_task(task: Json) -> NewTask {
    let mut task: NewTask = serde_json::from_value(task).unwrap();
    task.check().unwrap();
    task
}

pub(crate) fn agent_claim(claim: Json) -> Claim {
    let Json::Object(mut fields) = claim else { panic!("{claim} is no object") };
    fields.entry("agent").or_insert_with(|| json!("a"));
    let mut claim: Claim = serde_json::from_value(Json::Object(fields)).unwrap();
    claim.check().unwrap();
    claim
}
