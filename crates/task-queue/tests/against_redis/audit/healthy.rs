//! Whatever the operations do, the audit finds nothing.

use serde_json::json;
use waggle_task_queue::Idempotency;
use waggle_task_queue::audit;
use waggle_task_queue::maintenance::{Promoter, Pruner, Reaper};
use waggle_task_queue::model::{Status, SwarmName, TaskId};

use crate::support::{Store, new_task};

#[tokio::test]
async fn nothing_at_all_is_clean() {
    let store = Store::start().await;
    let _: i64 = store.server.raw(&["DEL", &store.key("clock")]);
    let report = store.clean().await;
    assert_eq!((report.swarms, report.tasks, report.keys), (0, 0, 0));
    assert_eq!(report.to_string(), "0 swarms, 0 tasks, 0 keys: 0 findings");
}

#[tokio::test]
async fn each_end_of_an_attempt_is_clean() {
    let store = Store::start().await;
    for queue in ["default", "other"] {
        for _ in 0..6 {
            store.submit(json!({"queue": queue, "payload": {"x": 1}, "retention_ms": 5_000})).await;
        }
        let claimed = store.claim(json!({"queues": [queue], "max_tasks": 6, "claim_id": queue})).await;
        store.clean().await;
        let mut claimed = claimed.into_iter().map(|task| (task.id, task.lease.unwrap().token));
        let mut next = || claimed.next().unwrap();

        let (id, lease) = next();
        store.heartbeat(id, lease.clone()).await;
        store.complete(id, lease.clone()).await;
        store.complete(id, lease).await;
        let (id, lease) = next();
        assert_eq!(store.fail(id, lease, true).await, Status::Scheduled);
        let (id, lease) = next();
        assert_eq!(store.fail(id, lease, false).await, Status::Failed);
        let (id, lease) = next();
        assert_eq!(store.release(id, lease, 0).await, Status::Ready);
        let (id, lease) = next();
        assert_eq!(store.release(id, lease, 4_000).await, Status::Scheduled);
        let (id, lease) = next();
        store.queue.cancel(&store.swarm, id).await.unwrap();
        store.clean().await;
        assert_eq!(store.fail(id, lease, true).await, Status::Cancelled);
        store.clean().await;
    }
    let report = store.clean().await;
    assert_eq!((report.swarms, report.tasks, report.tombstones), (1, 12, 0));
}

#[tokio::test]
async fn what_is_remembered_of_requests_is_clean() {
    let store = Store::start().await;
    for n in 0..4 {
        let key = format!("key {}", n / 2).parse().unwrap();
        let idempotency = Idempotency { key, scope: "POST /tasks".to_owned(), body_digest: [1; 32] };
        let submitted =
            store.queue.submit(&store.swarm, new_task(json!({})), Some(idempotency)).await.unwrap();
        assert_eq!(submitted.replayed, n % 2 == 1);
        assert_eq!(store.claim(json!({"claim_id": format!("claim {}", n / 2)})).await.len(), 1);
    }
    let report = store.clean().await;
    assert_eq!(report.tasks, 2);
    let memories: Vec<String> = store.server.raw(&["KEYS", "wg:*}:[ib]:*"]);
    assert_eq!(memories.len(), 4);
}

#[tokio::test]
async fn what_time_does_to_tasks_is_clean() {
    let store = Store::start().await;
    for n in 0..5 {
        store.submit(json!({"delay_ms": 1_000 * n, "max_attempts": 2, "retention_ms": 10_000})).await;
        store.submit(json!({"queue": "pinned", "agent": "a", "delay_ms": 500 * n})).await;
    }
    let mut ended = 0;
    for _ in 0..40 {
        store.advance(700);
        Promoter.run_once(&store.redis, &store.swarm).await.unwrap();
        store.clean().await;
        store.claim(json!({"queues": ["default", "pinned"], "max_tasks": 3, "lease_ms": 1_000})).await;
        store.clean().await;
        ended += Reaper.run_once(&store.redis, &store.swarm).await.unwrap().tasks;
        Pruner.run_once(&store.redis, &store.swarm).await.unwrap();
        store.clean().await;
    }
    assert!(ended >= 15, "{ended} leases ended");
    store.advance(5_000_000);
    while Reaper.run_once(&store.redis, &store.swarm).await.unwrap().tasks > 0 {}
    store.advance(5_000_000);
    while Pruner.run_once(&store.redis, &store.swarm).await.unwrap().tasks > 0 {}
    let report = store.clean().await;
    assert_eq!(report.tasks, 0, "all have failed and are forgotten: {report}");
}

#[tokio::test]
async fn tasks_for_some_agents_only_are_clean() {
    let store = Store::start().await;
    let kinds = [
        json!({"requires": ["gpu"]}),
        json!({"requires": ["gpu", "python:3"], "priority": 9}),
        json!({"agent": "a:b"}),
        json!({"agent": "a:b", "requires": ["gpu"], "queue": "q:1"}),
        json!({"priority": 0}),
    ];
    for _ in 0..3 {
        for kind in &kinds {
            store.submit(kind.clone()).await;
            store.clean().await;
        }
    }
    let able = json!({"agent": "a:b", "capabilities": ["gpu", "python:3"], "queues": ["default", "q:1"]});
    for n in 0..15 {
        let (id, lease) = store.claim_one(able.clone()).await;
        store.clean().await;
        if n % 4 == 0 {
            store.release(id, lease, 0).await;
            store.clean().await;
            let (id, lease) = store.claim_one(able.clone()).await;
            store.complete(id, lease).await;
        } else {
            store.complete(id, lease).await;
        }
        store.clean().await;
    }
    assert_eq!(store.claim(able).await.len(), 0);
    let kept: Vec<String> = store.server.raw(&["KEYS", "wg:*}:[kcp]:*"]);
    assert!(kept.is_empty(), "nothing names a list any more: {kept:?}");
}

#[tokio::test]
async fn cancelled_and_retried_tasks_are_clean() {
    let store = Store::start().await;
    let mut ids = Vec::new();
    for n in 0..8 {
        ids.push(
            store.submit(json!({"dedup_key": format!("k{n}"), "agent": (n % 2 == 0).then_some("a")})).await,
        );
    }
    ids.push(store.submit(json!({"delay_ms": 10, "dedup_key": "later"})).await);
    for id in &ids {
        store.queue.cancel(&store.swarm, *id).await.unwrap();
        store.clean().await;
    }
    store.submit(json!({"dedup_key": "k0"})).await;
    for (n, id) in ids.iter().enumerate() {
        let retried = store.queue.retry(&store.swarm, *id).await;
        assert_eq!(retried.is_err(), n == 0, "another task has the key of the first: {retried:?}");
        store.clean().await;
    }
    let report = store.clean().await;
    assert_eq!(report.tasks, 10);
    let claimed = store.claim(json!({"max_tasks": 100})).await;
    assert_eq!(claimed.len(), 9);
    for task in claimed {
        let lease = task.lease.unwrap().token;
        store.fail(task.id, lease, false).await;
        store.queue.retry(&store.swarm, task.id).await.unwrap();
    }
    store.clean().await;
}

#[tokio::test]
async fn tombstones_deep_in_a_list_are_counted_and_do_no_harm() {
    let store = Store::start().await;
    let tasks = (0..2_400).map(|_| Ok(new_task(json!({"retention_ms": 10})))).collect::<Vec<_>>();
    let mut tasks = tasks.into_iter();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let batch = tasks.by_ref().take(800).collect();
        let batch = store.queue.submit_batch(&store.swarm, batch, None).await.unwrap();
        ids.extend(batch.items.into_iter().map(|item| item.unwrap().id));
    }
    for id in [ids[1_150], ids[1_200], ids[1_250]] {
        store.queue.cancel(&store.swarm, id).await.unwrap();
    }
    assert_eq!(store.clean().await.tombstones, 3);
    store.queue.retry(&store.swarm, ids[1_150]).await.unwrap();
    assert_eq!(store.clean().await.tombstones, 3);
    store.advance(1_000);
    Pruner.run_once(&store.redis, &store.swarm).await.unwrap();
    assert_eq!(store.clean().await.tombstones, 3);
    let mut claimed = 0;
    for n in 0.. {
        let tasks = store.claim(json!({"agent": format!("a{n}"), "max_tasks": 100})).await;
        if tasks.is_empty() {
            break;
        }
        claimed += tasks.len();
    }
    assert_eq!((claimed, store.clean().await.tombstones), (2_398, 0));
}

#[tokio::test]
async fn swarms_are_told_apart() {
    let mut store = Store::start().await;
    for name in ["blue", "blue:2", "red"] {
        store.swarm = name.parse::<SwarmName>().unwrap();
        store.set(&["SET", "clock", "1800000000000"]);
        store.queue.put_swarm(&store.swarm, serde_json::from_value(json!({})).unwrap()).await.unwrap();
        store.submit(json!({})).await;
        store.clean().await;
    }
    let report = audit::run(&store.redis).await.unwrap();
    assert_eq!((report.swarms, report.tasks), (4, 3), "{report}");
    let alone = audit::run_swarm(&store.redis, &"blue".parse().unwrap()).await.unwrap();
    assert_eq!((alone.swarms, alone.tasks), (1, 1));
}

#[tokio::test]
async fn a_claim_of_thousands_of_tasks_leases_each_of_them() {
    let store = Store::start().await;
    let queues = ["a", "b", "c", "d", "e"];
    for queue in queues {
        let tasks = (0..1_000).map(|_| Ok(new_task(json!({"queue": queue})))).collect();
        store.queue.submit_batch(&store.swarm, tasks, None).await.unwrap();
    }
    let claim = |n| store.claim(json!({"agent": format!("a{n}"), "queues": queues, "max_tasks": 100}));
    let claimed = futures_util::future::join_all((0..60).map(claim)).await;
    assert_eq!(claimed.iter().map(Vec::len).sum::<usize>(), 5_000);
    store.clean().await;
}

#[tokio::test]
async fn an_entry_for_nothing_stops_no_sweep() {
    let store = Store::start().await;
    let gone = TaskId::new().to_string();
    for index in ["leases", "scheduled"] {
        store.set(&["ZADD", index, "1", &gone]);
    }
    store.submit(json!({"max_attempts": 1})).await;
    store.claim(json!({})).await;
    store.advance(60_000);
    assert_eq!(Reaper.run_once(&store.redis, &store.swarm).await.unwrap().tasks, 2);
    Promoter.run_once(&store.redis, &store.swarm).await.unwrap();
    store.clean().await;
}

#[tokio::test]
#[ignore = "measures: run alone, with --nocapture"]
async fn how_long_an_audit_takes() {
    let store = Store::start().await;
    let empty = std::time::Instant::now();
    store.clean().await;
    println!("empty, both ways: {:?}", empty.elapsed());
    for n in 0..10 {
        let tasks =
            (0..1_000).map(|_| Ok(new_task(json!({"queue": format!("q{n}"), "payload": n})))).collect();
        store.queue.submit_batch(&store.swarm, tasks, None).await.unwrap();
        for task in store.claim(json!({"queues": [format!("q{n}")], "max_tasks": 100})).await {
            store.complete(task.id, task.lease.unwrap().token).await;
        }
    }
    for _ in 0..3 {
        let started = std::time::Instant::now();
        let report = audit::run_swarm(&store.redis, &store.swarm).await.unwrap();
        println!("{report} in {:?}", started.elapsed());
    }
}
