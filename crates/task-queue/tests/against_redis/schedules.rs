//! Schedules on a clock that is moved by hand: what fires, once, and what becomes of times that were missed.

use serde_json::{Value as Json, json};
use waggle_task_queue::audit::Check;
use waggle_task_queue::maintenance::Scheduler;
use waggle_task_queue::model::{NewSchedule, Schedule, ScheduleName};
use waggle_task_queue::{SnapshotCheck, TaskQueue};

use crate::support::Store;

const MINUTE: u64 = 60_000;
const MOMENT: u64 = 5;

fn name() -> ScheduleName {
    "s".parse().unwrap()
}

async fn put(store: &Store, said: Json) -> Schedule {
    let Json::Object(mut fields) = said else { panic!("{said} is no object") };
    fields.entry("cron").or_insert_with(|| json!("* * * * *"));
    fields.entry("task").or_insert_with(|| json!({"payload": 1}));
    let said: NewSchedule = serde_json::from_value(Json::Object(fields)).unwrap();
    store.queue.put_schedule(&store.swarm, &name(), said).await.unwrap().0
}

async fn get(store: &Store) -> Schedule {
    store.queue.get_schedule(&store.swarm, &name()).await.unwrap()
}

/// Runs and skipped ones after one look of a server.
async fn looked(store: &Store) -> (u64, u64) {
    look(store, &store.queue).await;
    let schedule = get(store).await;
    (schedule.runs, schedule.skipped)
}

async fn look(store: &Store, queue: &TaskQueue) {
    Scheduler::new(queue).run_once(&store.redis, &store.swarm).await.unwrap();
}

async fn finish_one(store: &Store) {
    let (id, lease) = store.claim_one(json!({"max_tasks": 5})).await;
    store.complete(id, lease).await;
}

#[tokio::test]
async fn it_fires_at_its_time_and_not_before() {
    let store = Store::start().await;
    // The clock begins at a full minute.
    let made = put(&store, json!({})).await;
    assert_eq!(looked(&store).await, (0, 0));
    store.advance(MINUTE - 1);
    assert_eq!(looked(&store).await, (0, 0));
    store.advance(1);
    assert_eq!(looked(&store).await, (1, 0));
    assert_eq!(looked(&store).await, (1, 0), "once");
    let after = get(&store).await;
    assert_eq!((after.last_run_at, after.next_run_at), (made.next_run_at, Some(made.next_runs[1])));
    store.clean().await;
}

#[tokio::test]
async fn of_several_servers_exactly_one_fires() {
    let store = Store::start().await;
    put(&store, json!({"overlap": "allow"})).await;
    let others: Vec<_> = (0..4).map(|_| store.queue.clone()).collect();
    for n in 1..=5 {
        store.advance(MINUTE);
        futures_of(&store, &others).await;
        assert_eq!(get(&store).await.runs, n);
        assert_eq!(store.claim(json!({"max_tasks": 5})).await.len(), 1);
    }
    store.clean().await;
}

/// All of them look at once: what each reads is read before any has fired.
async fn futures_of(store: &Store, queues: &[TaskQueue]) {
    let [a, b, c, d] = queues else { panic!("four") };
    tokio::join!(look(store, a), look(store, b), look(store, c), look(store, d));
}

#[tokio::test]
async fn while_the_task_before_is_unfinished_it_is_skipped_or_not_as_it_says() {
    let store = Store::start().await;
    put(&store, json!({})).await;
    store.advance(MINUTE);
    assert_eq!(looked(&store).await, (1, 0));
    store.advance(MINUTE);
    assert_eq!(looked(&store).await, (1, 1));
    finish_one(&store).await;
    store.advance(MINUTE);
    assert_eq!(looked(&store).await, (2, 1));
    put(&store, json!({"overlap": "allow"})).await;
    store.advance(MINUTE);
    assert_eq!(looked(&store).await, (3, 1));
    store.clean().await;
}

#[tokio::test]
async fn times_that_were_missed_are_left_out_or_made_up_for_by_one_run() {
    let store = Store::start().await;
    for (missed, after) in [("skip", (0, 1)), ("once", (1, 1))] {
        put(&store, json!({"missed": missed, "overlap": "allow"})).await;
        store.advance(10 * MINUTE + MOMENT);
        assert_eq!(looked(&store).await, after, "{missed}");
        assert_eq!(looked(&store).await, after, "{missed}: not again");
        let next = get(&store).await.next_run_at.unwrap();
        assert_eq!(
            next,
            put(&store, json!({"missed": missed})).await.next_run_at.unwrap(),
            "{missed}: the next to come"
        );
    }
    store.clean().await;
}

#[tokio::test]
async fn a_minute_late_is_not_yet_missed() {
    let store = Store::start().await;
    put(&store, json!({"cron": "0 * * * *"})).await;
    store.advance(60 * MINUTE + MINUTE);
    // Wherever in an hour the clock began, one full hour has passed: by a minute at most after the next one.
    let due = get(&store).await.next_run_at.unwrap();
    store.set(&["SET", "clock", &(due.0 + 60_000).to_string()]);
    assert_eq!(looked(&store).await, (1, 0));
    finish_one(&store).await;
    let due = get(&store).await.next_run_at.unwrap();
    store.set(&["SET", "clock", &(due.0 + 60_001).to_string()]);
    assert_eq!(looked(&store).await, (1, 1));
}

#[tokio::test]
async fn a_paused_swarm_fires_nothing_and_what_was_due_is_missed() {
    let store = Store::start().await;
    put(&store, json!({"missed": "once"})).await;
    store.queue.pause_swarm(&store.swarm).await.unwrap();
    store.advance(5 * MINUTE);
    assert_eq!(looked(&store).await, (0, 0));
    store.queue.resume_swarm(&store.swarm).await.unwrap();
    assert_eq!(looked(&store).await, (1, 0));
    store.clean().await;
}

#[tokio::test]
async fn what_was_read_before_it_was_put_anew_does_not_fire() {
    let store = Store::start().await;
    put(&store, json!({})).await;
    store.advance(MINUTE);
    let key = store.key("sc:s");
    let version: String = store.server.raw(&["HGET", &key, "vn"]);
    let due = get(&store).await.next_run_at.unwrap();
    put(&store, json!({"task": {"payload": 2}})).await;
    // As if it were due at the same time again.
    store.set(&["ZADD", "fires", &due.0.to_string(), "s"]);
    let fire = |version: &str| {
        let mut call = waggle_core::Call::new("schedule_fire_v1", "wg:{default}:");
        call.arg("s").arg(due.0).arg(version).arg("1800000120000").arg("skip").arg("skip");
        call.arg("0193a0de-0000-7000-8000-000000000000").arg("").arg("{}").arg("").arg("{}\n").arg("");
        store.redis.call(call)
    };
    let answer = format!("{:?}", fire(&version).await.unwrap());
    assert_eq!(get(&store).await.runs, 0, "{answer}");
    fire("2").await.unwrap();
    assert_eq!(get(&store).await.runs, 1);
}

#[tokio::test]
async fn a_task_that_is_refused_is_a_run_that_is_skipped() {
    let store = Store::start().await;
    put(&store, json!({"task": {"dedup_key": "k"}})).await;
    store.submit(json!({"dedup_key": "k"})).await;
    store.advance(MINUTE);
    assert_eq!(looked(&store).await, (0, 1));
    store.clean().await;
}

#[tokio::test]
async fn a_snapshot_has_schedules_and_a_restored_one_goes_on() {
    let store = Store::start().await;
    put(&store, json!({"missed": "once", "timezone": "Asia/Tokyo", "overlap": "allow"})).await;
    store.advance(MINUTE);
    assert_eq!(looked(&store).await, (1, 0));
    let before = get(&store).await;
    let (pages, mut read) = tokio::sync::mpsc::channel(100);
    store.queue.export_swarm(&store.swarm).await.unwrap().send(pages).await;
    let (mut snapshot, mut check) = (Vec::new(), SnapshotCheck::default());
    while let Some(page) = read.recv().await {
        snapshot.extend_from_slice(&page.unwrap());
    }
    check.feed(&snapshot).unwrap();
    let other = Store::start().await;
    other.queue.restore_swarm(&other.swarm, &check.finish().unwrap(), &snapshot[..]).await.unwrap();
    let after = get(&other).await;
    assert_eq!(serde_json::to_value(&after).unwrap(), serde_json::to_value(&before).unwrap());
    let of_task =
        other.queue.get(&other.swarm, after.last_task.unwrap(), std::time::Duration::ZERO).await.unwrap();
    assert_eq!(of_task.schedule, Some(name()));
    other.clean().await;
    other.advance(10 * MINUTE);
    assert_eq!(looked(&other).await, (2, 0));
    other.clean().await;
}

#[tokio::test]
async fn the_audit_sees_schedules_whose_parts_do_not_go_together() {
    let store = Store::start().await;
    put(&store, json!({})).await;
    for write in [
        &["ZREM", "fires", "s"][..],
        &["HSET", "sc:s", "of", "1"],
        &["HDEL", "schedules", "s"],
        &["DEL", "sc:s"],
        &["ZADD", "fires", "5", "other"],
    ] {
        put(&store, json!({})).await;
        store.set(write);
        let found = store.findings().await;
        assert!(
            !found.is_empty() && found.iter().all(|(check, _)| *check == Check::Schedules),
            "{write:?}: {found:?}"
        );
        store.set(&["ZREM", "fires", "other"]);
    }
    store.set(&["HSET", "sc:s", "zz", "1"]);
    put(&store, json!({})).await;
    assert_eq!(store.findings().await, [(Check::UnknownField, "sc:s".to_owned())]);
}
