//! A Redis that loads its data, one that became a replica, and one that answers too late.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::{
    Mode, PATIENCE, Proxy, RedisServer, Request, Service, Setup, in_a_swarm_of, task, until, until_some,
};

/// So many keys that Redis takes half a minute to load them, unless it is told to do without these pauses.
const KEYS: &str =
    "for n = 1, 30000 do redis.call('SET', 'filler:' .. n, 'as long as a short sentence of words') end";
const SLOWLY: [&str; 4] = ["--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024"];
/// Between two requests of somebody who asks all the time.
const AGAIN: Duration = Duration::from_millis(20);
/// The response timeout of the hot lane, and what a busy machine adds.
const BOUND: Duration = Duration::from_millis(3_500);
/// The same on a machine that is busier than that: less than what a call of Redis takes here there and back.
const IN_TIME: Duration = Duration::from_millis(6_500);

/// Fault: redis-loading
#[test]
fn while_redis_loads_its_data_nothing_is_taken_and_then_everything_is_there() {
    let redis = RedisServer::with(&SLOWLY);
    in_a_swarm_of(&Service::start(Setup::redis(&redis).waits_as_delivered()), async |w| {
        let kept = w.submit_id(task()).await;
        let () = redis.command(&["EVAL", KEYS, "0"]).unwrap();
        // What is loaded key by key, and not call by call.
        let _: String = redis.query("BGREWRITEAOF");
        until("the file is written anew", PATIENCE, async || {
            let info: String = redis.query("INFO persistence");
            let is = |line: &str| info.lines().any(|found| found == line);
            is("aof_rewrite_in_progress:0") && is("aof_rewrite_scheduled:0")
        })
        .await;
        w.until_it_works().await;
        redis.kill();
        redis.boot_to_load();
        until("Redis loads", PATIENCE, async || {
            let said = redis.try_query::<String>("PING");
            said.is_err_and(|error| error.to_string().contains("loading"))
        })
        .await;
        let refused = until_some("the service hears of it", PATIENCE, async || {
            let reply = w.post("/tasks").json(json!({"payload": "early"})).send().await;
            assert_eq!(reply.status, 503, "{}", reply.text);
            (reply.body["detail"] != "").then_some(reply)
        })
        .await;
        assert!(["1", "2", "3", "4", "5"].contains(&refused.header("retry-after")), "{:?}", refused.headers);
        assert_eq!(refused.problem(503, "backend_unavailable")["applied"], false);
        let ready = w.client().get("/health/ready").send().await;
        ready.problem(503, "backend_unavailable");
        let () = redis.query("CONFIG SET key-load-delay 0");
        w.until_it_works().await;
        assert_eq!(w.status(&kept).await, "ready");
        assert_eq!(w.pages("").await.len(), 1, "nothing was taken meanwhile");
    });
}

/// Fault: redis-read-only
#[test]
fn a_redis_that_became_a_replica_takes_nothing_until_it_is_none_any_more() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a").await;
        // Nobody listens there: it stays what it was, and read-only.
        let () = redis.query("REPLICAOF 127.0.0.1 1");
        let refused = w.post("/tasks").json(json!({"payload": "refused"})).send().await;
        assert_eq!(refused.problem(503, "backend_unavailable")["applied"], false);
        w.complete(&held, 1).await.problem(503, "backend_unavailable");
        let () = redis.query("REPLICAOF NO ONE");
        w.until_it_works().await;
        w.complete(&held, 1).await.ok();
        assert_eq!(w.status(&id).await, "completed");
        assert_eq!(w.pages("").await.len(), 1);
    });
}

/// Fault: redis-slow
#[test]
fn a_redis_that_answers_too_late_keeps_nobody_waiting_beyond_the_deadline_of_his_request() {
    let redis = RedisServer::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::unix(&redis.socket()));
    in_a_swarm_of(&Service::start(Setup::through(&redis, proxy.url()).waits_as_delivered()), async |w| {
        w.submit_many([task(), task()]).await;
        let held = w.claim_one("a").await;
        proxy.set(Mode::Delay(Duration::from_secs(4)));
        let timed = async |request: Request, most: Duration| {
            let start = Instant::now();
            let reply = request.send().await;
            assert!(start.elapsed() < most, "{:?}: {}", start.elapsed(), reply.text);
            reply.status
        };
        let wait = Duration::from_millis(1_000);
        let statuses = join_all([
            timed(w.post("/tasks").json(json!({})), IN_TIME),
            timed(
                w.post(&format!("/tasks/{}/complete", held.id)).json(json!({"lease": held.token})),
                IN_TIME,
            ),
            timed(w.get(&format!("/tasks/{}", held.id)), IN_TIME),
            timed(w.get("/tasks"), IN_TIME),
            timed(w.get("/stats"), IN_TIME),
            timed(w.post("/claims").json(json!({"agent": "b", "wait_ms": 1_000})), wait + IN_TIME),
            timed(w.get("/state?since_version=0&wait_ms=1000"), wait + IN_TIME),
            timed(w.client().get("/health/ready"), IN_TIME),
        ])
        .await;
        assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
        let silent_until = Instant::now() + BOUND;
        proxy.set(Mode::Pass);
        w.until_it_works().await;
        w.complete(&held, 1).await.ok();
        // What was asked last before fails only now, and that turns nobody away.
        while Instant::now() < silent_until {
            w.get("/tasks").send().await.ok();
            tokio::time::sleep(AGAIN).await;
        }
    });
}
