//! A Redis that is full, that may forget, or that is busy.

use std::sync::Arc;

use serde_json::json;
use waggle_tests::{PATIENCE, RedisServer, Service, Setup, in_a_swarm_of, task, until, until_some};

/// Fault: memory-full
#[test]
fn a_full_redis_refuses_new_tasks_and_lets_held_ones_be_finished() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        w.put("/agents/a").json(json!({"capacity": 10})).send().await;
        w.post("/messages")
            .json(json!({"from": "a", "to": {"agent": "a"}, "body": 1}))
            .send()
            .await
            .expect(201);
        w.submit_many((0..7).map(|n| task().payload(n))).await;
        w.submit(task().queue("unwanted")).await;
        w.put("/state/old").json(json!({"value": 1})).send().await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 6, "queues": ["default"]})).await;
        let () = redis.query("CONFIG SET maxmemory 1");
        let refused = w.post("/tasks").json(json!({"payload": "too much"})).send().await;
        assert_eq!(refused.header("retry-after"), "30");
        assert_eq!(refused.problem(503, "backend_out_of_memory")["applied"], false);
        let batch = w.post("/tasks/batch").json(json!({"tasks": [{}]})).send().await;
        batch.problem(503, "backend_out_of_memory");
        let submit = json!({"ops": [{"op": "task.submit", "task": {"payload": "too much"}}]});
        for (path, body) in
            [("/messages", json!({"from": "a", "to": {"agent": "a"}, "body": 2})), ("/transactions", submit)]
        {
            w.post(path).json(body).send().await.problem(503, "backend_out_of_memory");
        }
        w.put("/state/key").json(json!({"value": 1})).send().await.problem(503, "backend_out_of_memory");
        w.heartbeat(&held[0], json!({"progress": "still here"})).await.ok();
        w.complete(&held[0], "done").await.ok();
        w.fail_with(&held[1], json!({"retryable": false})).await.ok();
        w.release(&held[2]).await.ok();
        w.cancel(&held[3].id).await.ok();
        let outcome = json!({"id": held[4].id, "lease": held[4].token, "outcome": "complete"});
        let settled =
            w.post("/settlements").json(json!({"agent": "a", "outcomes": [outcome]})).send().await.ok();
        assert_eq!(settled["outcomes"][0]["status"], 200, "{settled}");
        let ends = json!({"op": "task.complete", "id": held[5].id, "lease": held[5].token});
        let ops = json!({"ops": [ends, {"op": "state.delete", "key": "old"}]});
        w.post("/transactions").json(ops).send().await.ok();
        let unwanted = json!({"queue": "unwanted"});
        for action in ["cancel", "delete"] {
            let acted = w.post("/tasks/actions").json(json!({"action": action, "filter": unwanted}));
            assert_eq!(acted.send().await.ok()["changed"], 1, "{action}");
        }
        let retry = w.post("/tasks/actions").json(json!({"action": "retry", "filter": {"agent": "a"}}));
        retry.send().await.problem(503, "backend_out_of_memory");
        assert_eq!(
            w.claim_with(json!({"agent": "b", "max_tasks": 1})).await.len(),
            1,
            "what is there is handed out"
        );
        w.post("/agents/a/inbox/ack").json(json!({"up_to": 1})).send().await.ok();
        w.post("/agents/a/heartbeat").json(json!({})).send().await.ok();
        assert_eq!(w.task(&held[0].id).await["result"], "done");
        assert_eq!(w.pages("").await.len(), 7);
        let () = redis.query("CONFIG SET maxmemory 0");
        w.submit(task()).await;
    });
}

/// Fault: eviction-allowed
#[test]
fn a_redis_that_may_delete_tasks_keeps_the_service_from_being_ready() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        let () = redis.query("CONFIG SET maxmemory-policy allkeys-lru");
        let reply = until_some("it is not ready", PATIENCE, async || {
            Some(w.client().get("/health/ready").send().await).filter(|reply| reply.status != 200)
        })
        .await;
        let problem = reply.problem(503, "unsafe_eviction_policy");
        assert!(problem["detail"].as_str().unwrap().contains("noeviction"), "it names the remedy: {problem}");
        assert_eq!(w.client().get("/health/live").send().await.status, 200, "a restart would not help");
        let () = redis.query("CONFIG SET maxmemory-policy noeviction");
    });
}

/// Fault: redis-gone
#[test]
fn a_redis_that_is_gone_keeps_the_service_from_being_ready_until_it_is_back() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        redis.kill();
        let reply = until_some("it is not ready", PATIENCE, async || {
            Some(w.client().get("/health/ready").send().await).filter(|reply| reply.status != 200)
        })
        .await;
        reply.problem(503, "backend_unavailable");
        w.post("/tasks").json(json!({})).send().await.problem(503, "backend_unavailable");
        redis.boot();
        w.until_it_works().await;
    });
}

/// Fault: redis-busy
#[test]
fn a_function_that_does_not_end_is_answered_with_busy_and_passes() {
    const SPIN: &str = "#!lua name=spin\nredis.register_function('spin', function(keys, args)\n\
        local function now() local t = redis.call('TIME') return t[1] * 1000 + t[2] / 1000 end\n\
        local stop = now() + tonumber(args[1]) while now() < stop do end return 'done' end)";
    let redis = Arc::new(RedisServer::start());
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        let () = redis.query("CONFIG SET busy-reply-threshold 100");
        let _: String = redis.command(&["FUNCTION", "LOAD", SPIN]).unwrap();
        let spinning = Arc::clone(&redis);
        let spin =
            tokio::task::spawn_blocking(move || spinning.command::<String>(&["FCALL", "spin", "0", "60000"]));
        until("Redis is busy", PATIENCE, async || redis.command::<String>(&["PING"]).is_err()).await;
        let reply = w.post("/tasks").json(json!({"payload": "busy"})).send().await;
        assert_eq!(reply.problem(503, "backend_busy")["applied"], false);
        until("the service says what runs", PATIENCE, async || {
            let ready = w.client().get("/health/ready").send().await;
            let detail = ready.body["detail"].as_str().unwrap_or_default();
            ready.body["code"] == "backend_busy" && detail.contains("the function spin for")
        })
        .await;
        let told = || w.service().log().matches("not ready").count();
        let before = told();
        for _ in 0..20 {
            w.client().get("/health/ready").send().await.problem(503, "backend_busy");
        }
        assert_eq!(told(), before, "a probe that finds the same fills no log");
        let _: String = redis.command(&["FUNCTION", "KILL"]).unwrap();
        assert!(spin.await.unwrap().is_err(), "it span until then");
        w.until_it_works().await;
        assert!(w.pages("").await.iter().all(|task| task["payload"] != "busy"));
    });
}
