//! A server is killed while it tells tasks what has become of what they depend on.

use std::time::Duration;

use serde_json::json;
use waggle_tests::{
    Held, Mode, PATIENCE, Proxy, RedisServer, Service, Setup, World, in_a_swarm_of, task, until,
};

/// Of a path to Redis on which a server can be caught between two of its steps.
const SLOW: Duration = Duration::from_millis(100);
const TASKS: usize = 1_500;

fn blocked(redis: &RedisServer, w: &World) -> usize {
    redis.query(&format!("ZCARD wg:{{{}}}:blocked", w.swarm()))
}

/// Whether somebody has still to be told what has become of a task.
fn is_resolving(redis: &RedisServer, w: &World) -> bool {
    redis.query(&format!("EXISTS wg:{{{}}}:resolving", w.swarm()))
}

/// Two servers: the one that `end` a task through is killed once it has told some, and the other is started after that.
fn killed_halfway(
    prepare: impl AsyncFnOnce(&World) -> Vec<String>,
    end: impl AsyncFnOnce(&World),
    check: impl AsyncFnOnce(&World, &[String]),
) {
    let redis = RedisServer::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let proxy = runtime.block_on(Proxy::unix(&redis.socket()));
    let one = Service::start(Setup::through(&redis, proxy.url()).waits_as_delivered());
    in_a_swarm_of(&one, async |w| {
        let ids = prepare(&w).await;
        let waiting = blocked(&redis, &w);
        proxy.set(Mode::Delay(SLOW));
        end(&w).await;
        let told_at_once = waiting - blocked(&redis, &w);
        assert!(told_at_once < 300, "the call that ended it told {told_at_once}, with no bound");
        until("the resolver has made some steps", PATIENCE, async || {
            let has = waiting - blocked(&redis, &w) > told_at_once + 100;
            if has {
                // It makes no more of them until it is dead.
                proxy.set(Mode::Blackhole);
            }
            has
        })
        .await;
        one.kill();
        let left = blocked(&redis, &w);
        assert!(left > 500 && is_resolving(&redis, &w), "it was done before it was killed: {left} are left");
        let two = Service::start(Setup::redis(&redis));
        let other = w.through(&two.base());
        until("the other server has told them all", PATIENCE, async || !is_resolving(&redis, &w)).await;
        check(&other, &ids).await;
        proxy.set(Mode::Pass);
        one.restart();
    });
}

async fn settle_all(w: &World, agent: &str, held: &[Held]) {
    for some in held.chunks(100) {
        let outcomes: Vec<_> = some
            .iter()
            .map(|held| json!({"id": held.id, "lease": held.token, "outcome": "complete"}))
            .collect();
        w.post("/settlements").json(json!({"agent": agent, "outcomes": outcomes})).send().await.ok();
    }
}

async fn held_by(w: &World, agent: &str, queue: &str) -> Held {
    w.claim_with(json!({"agent": agent, "queues": [queue]})).await.remove(0)
}

/// Fault: server-killed
#[test]
fn those_who_wait_for_one_task_are_all_told_though_the_server_is_killed_that_tells_them() {
    killed_halfway(
        async |w| {
            let (root, second) =
                (w.submit_id(task().queue("root")).await, w.submit_id(task().queue("second")).await);
            let of = |n: usize| match n % 3 {
                0 => task().depends_on(json!([root])),
                1 => task().depends_on(json!([root])).on_dependency_failure("cancel"),
                _ => task().depends_on(json!([root, second])).on_dependency_failure("run"),
            };
            let mut ids = Vec::new();
            for from in (0..TASKS).step_by(500) {
                ids.extend(w.submit_many((from..from + 500).map(of)).await);
            }
            ids
        },
        async |w| {
            let root = held_by(w, "a", "root").await;
            w.fail_with(&root, json!({"retryable": false})).await.ok();
        },
        async |w, ids| {
            for (status, at) in [("failed", 0), ("cancelled", 1), ("blocked", 2)] {
                let mut expected: Vec<_> = ids.iter().skip(at).step_by(3).cloned().collect();
                let mut there: Vec<_> = w
                    .list(status)
                    .await
                    .iter()
                    .filter(|task| task["queue"] == "default")
                    .map(|task| task["id"].as_str().unwrap().to_owned())
                    .collect();
                expected.sort();
                there.sort();
                assert!(there == expected, "{} of {} are {status}", there.len(), expected.len());
            }
            // Whoever was told twice would have gone on without the other one, whoever was not waits for ever.
            let second = held_by(w, "a", "second").await;
            w.complete(&second, 1).await.ok();
            let mut done = 0;
            while done < TASKS / 3 {
                let claim = json!({"agent": "b", "max_tasks": 100, "wait_ms": 5_000});
                let held = w.claim_with(claim).await;
                assert!(!held.is_empty(), "after {done}");
                settle_all(w, "b", &held).await;
                done += held.len();
            }
            assert_eq!(w.list("blocked").await.len(), 0);
        },
    );
}

/// Fault: server-killed
#[test]
fn a_chain_is_followed_to_its_end_though_the_server_is_killed_that_follows_it() {
    killed_halfway(
        async |w| {
            let mut ids = vec![w.submit_id(task().queue("root")).await];
            for n in 1..TASKS {
                let policy = if n + 1 == TASKS { "run" } else { ["fail", "cancel"][n % 2] };
                let next = task().depends_on(json!([ids[n - 1]])).on_dependency_failure(policy);
                ids.push(w.submit_id(next).await);
            }
            ids
        },
        async |w| drop(w.cancel(w.list("ready").await[0]["id"].as_str().unwrap()).await.ok()),
        async |w, ids| {
            let ends: std::collections::HashMap<_, _> = w
                .pages("limit=500")
                .await
                .iter()
                .map(|task| (task["id"].clone(), task["status"].clone()))
                .collect();
            for (n, id) in ids.iter().enumerate() {
                let expected = match n {
                    0 => "cancelled",
                    n if n + 1 == TASKS => "ready",
                    n => ["failed", "cancelled"][n % 2],
                };
                assert_eq!(ends[&json!(id)], expected, "task {n} of the chain");
            }
            let last = w.claim_one("b").await;
            w.complete(&last, 1).await.ok();
        },
    );
}
