//! Timeouts, deadlines and backoffs to the millisecond, on a clock that is moved by hand.

use serde_json::{Value as Json, json};
use waggle_task_queue::maintenance::{Promoter, Reaper, Swept, Timekeeper};
use waggle_task_queue::model::{AttemptOutcome, Stamp, Status, Task, TaskId};

use crate::support::Store;

impl Store {
    async fn task(&self, id: TaskId) -> Task {
        self.queue.get(&self.swarm, id, std::time::Duration::ZERO).await.unwrap()
    }

    async fn status(&self, id: TaskId) -> Status {
        self.task(id).await.status
    }

    async fn reap(&self) -> Swept {
        Reaper.run_once(&self.redis, &self.swarm).await.unwrap()
    }

    async fn promote(&self) -> Swept {
        Promoter.run_once(&self.redis, &self.swarm).await.unwrap()
    }

    async fn expire(&self) -> Swept {
        Timekeeper.run_once(&self.redis, &self.swarm).await.unwrap()
    }

    async fn outcomes(&self, id: TaskId) -> Vec<Option<AttemptOutcome>> {
        let attempts = self.queue.attempts(&self.swarm, id).await.unwrap();
        attempts.items.into_iter().map(|attempt| attempt.outcome).collect()
    }

    fn now(&self) -> i64 {
        self.server.raw::<String>(&["GET", &self.key("clock")]).parse().unwrap()
    }

    fn in_ms(&self, ms: i64) -> Json {
        json!(Stamp(self.now() + ms).to_text())
    }
}

const NO_JITTER: &str = r#"{"kind":"linear","base_ms":1000,"max_ms":1500,"jitter":false}"#;

fn backoff() -> Json {
    serde_json::from_str(NO_JITTER).unwrap()
}

#[tokio::test]
async fn a_timeout_comes_to_the_millisecond_and_its_backoff_is_that_of_a_failure() {
    let store = Store::start().await;
    let id = store.submit(json!({"timeout_ms": 500, "lease_ms": 200, "backoff": backoff()})).await;
    for (attempt, wait) in [(1, 1_000), (2, 1_500)] {
        let (_, lease) = store.claim_one(json!({})).await;
        store.advance(199);
        store.heartbeat(id, lease.clone()).await;
        store.advance(300);
        store.heartbeat(id, lease).await;
        assert_eq!(store.reap().await.tasks, 0, "a millisecond before its end");
        store.advance(1);
        assert_eq!(store.reap().await.tasks, 1);
        let task = store.task(id).await;
        assert_eq!((task.status, task.attempt, task.crashes), (Status::Scheduled, attempt, 0));
        assert_eq!(task.run_at, Some(Stamp(store.now() + wait)));
        store.clean().await;
        store.advance(wait.try_into().unwrap());
        assert_eq!(store.promote().await.tasks, 1);
    }
    store.claim_one(json!({})).await;
    store.advance(200);
    store.reap().await;
    let task = store.task(id).await;
    assert_eq!((task.status, task.crashes), (Status::Failed, 1), "silent for its lease: a crash");
    let timed_out = Some(AttemptOutcome::TimedOut);
    assert_eq!(store.outcomes(id).await, [timed_out, timed_out, Some(AttemptOutcome::Crashed)]);
    store.clean().await;
}

#[tokio::test]
async fn a_reaper_that_comes_late_tells_silence_from_a_timeout_all_the_same() {
    let store = Store::start().await;
    let id = store.submit(json!({"timeout_ms": 500, "lease_ms": 200})).await;
    store.claim_one(json!({})).await;
    store.advance(60_000);
    store.reap().await;
    assert_eq!(store.outcomes(id).await, [Some(AttemptOutcome::Crashed)]);
    assert_eq!(store.status(id).await, Status::Ready);
}

#[tokio::test]
async fn a_deadline_comes_to_the_millisecond_in_every_state() {
    let store = Store::start().await;
    let deadline = store.in_ms(1_000);
    let running = store.submit(json!({"deadline": deadline, "priority": 9})).await;
    let (_, lease) = store.claim_one(json!({})).await;
    let retried = store.submit(json!({"deadline": deadline, "priority": 9})).await;
    let (_, failing) = store.claim_one(json!({})).await;
    store.fail(retried, failing, true).await;
    let ready = store.submit(json!({"deadline": deadline})).await;
    let special = store.submit(json!({"deadline": deadline, "requires": ["x"], "agent": "b"})).await;
    let scheduled = store.submit(json!({"deadline": deadline, "delay_ms": 999})).await;
    let all = [running, retried, ready, special, scheduled];
    store.clean().await;
    store.advance(999);
    assert_eq!(store.expire().await.tasks, 0);
    store.heartbeat(running, lease).await;
    store.advance(1);
    assert_eq!(store.expire().await.tasks, all.len());
    for id in all {
        let task = store.task(id).await;
        assert_eq!((task.status, task.finished_at), (Status::Failed, Some(Stamp(store.now()))));
        assert!(task.error.unwrap().as_str().contains(r#""kind":"deadline""#));
    }
    assert!(store.claim(json!({"agent": "b", "capabilities": ["x"], "max_tasks": 9})).await.is_empty());
    assert_eq!((store.reap().await.tasks, store.promote().await.tasks), (0, 0));
    store.clean().await;
}

#[tokio::test]
async fn the_reaper_and_a_claim_that_come_first_do_what_the_timekeeper_would() {
    let store = Store::start().await;
    let deadline = store.in_ms(1_000);
    let running = store.submit(json!({"deadline": deadline, "priority": 9, "lease_ms": 60_000})).await;
    store.claim_one(json!({})).await;
    let ready = store.submit(json!({"deadline": deadline})).await;
    let special = store.submit(json!({"deadline": deadline, "requires": ["x"]})).await;
    let other = store.submit(json!({"priority": 0})).await;
    store.advance(1_000);
    store.reap().await;
    assert_eq!(store.outcomes(running).await, [Some(AttemptOutcome::Deadline)]);
    let claimed = store.claim(json!({"capabilities": ["x"], "max_tasks": 9})).await;
    assert_eq!(claimed.iter().map(|task| task.id).collect::<Vec<_>>(), [other]);
    for id in [running, ready, special] {
        assert_eq!(store.status(id).await, Status::Failed);
    }
    assert_eq!(store.expire().await, Swept { tasks: 0, next_in: None });
    store.clean().await;
}

#[tokio::test]
async fn a_task_that_fails_deep_inside_a_long_queue_leaves_a_tombstone_that_nobody_gets() {
    let store = Store::start().await;
    for _ in 0..1_200 {
        store.submit(json!({})).await;
    }
    let id = store.submit(json!({"deadline": store.in_ms(1_000)})).await;
    for _ in 0..1_200 {
        store.submit(json!({})).await;
    }
    store.advance(1_000);
    assert_eq!(store.expire().await.tasks, 1);
    assert_eq!(store.clean().await.tombstones, 1);
    let mut claimed = 0;
    for n in 0..30 {
        let tasks = store.claim(json!({"agent": format!("a{n}"), "max_tasks": 100})).await;
        assert!(tasks.iter().all(|task| task.id != id));
        claimed += tasks.len();
    }
    assert_eq!(claimed, 2_400);
}

#[tokio::test]
async fn a_deadline_that_a_retry_has_taken_off_stays_off() {
    let store = Store::start().await;
    let task = json!({"deadline": store.in_ms(100), "queue": "q", "dedup_key": r#","e":1,"#});
    let id = store.submit(task).await;
    store.advance(100);
    store.expire().await;
    store.queue.retry(&store.swarm, id).await.unwrap();
    assert_eq!(store.task(id).await.deadline, None);
    let claimed = store.claim(json!({"queues": ["q"]})).await;
    assert_eq!((claimed[0].deadline, claimed[0].queue.as_str()), (None, "q"));
    assert_eq!(claimed[0].lease_expires_at, Some(Stamp(store.now() + 30_000)));
    store.clean().await;
    store.advance(30_000);
    assert_eq!(store.expire().await.tasks, 0);
    store.reap().await;
    assert_eq!(store.status(id).await, Status::Ready);
    store.clean().await;
}

#[tokio::test]
async fn of_more_deadlines_than_a_sweep_takes_the_rest_is_left_to_the_next() {
    let store = Store::start().await;
    for _ in 0..501 {
        store.submit(json!({"deadline": store.in_ms(100)})).await;
    }
    store.advance(100);
    let first = store.expire().await;
    assert!(first.is_full());
    assert_eq!(store.expire().await.tasks, 1);
    store.clean().await;
}

#[tokio::test]
async fn output_survives_what_its_holders_do() {
    let store = Store::start().await;
    let id = store.submit(json!({})).await;
    let read = async || {
        let query = waggle_task_queue::model::OutputQuery { after: 0, limit: None };
        store.queue.output(&store.swarm, id, query, std::time::Duration::from_millis(1)).await.unwrap()
    };
    assert!(read().await.chunks.is_empty(), "a reader that waited leaves its mark");
    store.clean().await;
    let (_, lease) = store.claim_one(json!({})).await;
    let append = serde_json::from_value(json!({"lease": lease, "chunk": [1]})).unwrap();
    assert_eq!(store.queue.append_output(&store.swarm, id, append).await.unwrap().seq, 1);
    store.clean().await;
    store.complete(id, lease).await;
    let output = read().await;
    assert_eq!((output.next, output.done, output.chunks[0].at), (1, true, Stamp(store.now())));
    store.clean().await;
}
