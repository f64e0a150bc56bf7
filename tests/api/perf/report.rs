use std::time::Duration;

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Service, Setup, World, in_a_swarm, in_a_swarm_of, metric, task, until};

/// Refreshes often, so that what a refresh sees is there soon.
fn quick() -> Setup {
    Setup::private().set("WAGGLE_PERF__REFRESH_MS", "100")
}

async fn report(w: &World) -> Value {
    w.client().get("/perf/report").send().await.ok()
}

fn count(report: &Value, operation: &str) -> u64 {
    report["latency"][operation]["count"].as_u64().unwrap()
}

#[test]
fn what_was_not_measured_is_null_and_without_evidence_there_is_no_confidence() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        let report = report(&w).await;
        let submit = report["latency"]["submit"].as_object().unwrap();
        assert_eq!(submit["count"], 0);
        assert!(submit.iter().all(|(name, value)| name == "count" || value.is_null()), "{submit:?}");
        assert_eq!(report["confidence"]["score"].as_f64(), Some(0.0), "{}", report["confidence"]);
        assert_eq!(report["confidence"]["verdict"], "insufficient");
        for target in report["targets"].as_array().unwrap() {
            assert_eq!(target["verdict"], "insufficient", "{target}");
        }
        assert_eq!((report["scope"].as_str(), report["nodes"].as_u64()), (Some("node"), Some(1)));
        assert_eq!(report["window_ms"], 60_000);
    });
}

#[test]
fn what_was_done_is_counted_where_it_was_done() {
    in_a_swarm_of(&Service::start(quick()), async |w| {
        w.submit_many((0..20).map(|n| task().payload(n))).await;
        w.submit(task()).await;
        for _ in 0..3 {
            let held = w.claim_one("a").await;
            w.heartbeat(&held, json!({})).await.ok();
            w.complete(&held, 1).await.ok();
        }
        assert!(w.claim_with(json!({"agent": "b", "queues": ["nothing"]})).await.is_empty());
        w.put("/state/k").json(json!({"value": 1})).send().await.expect(201);
        w.get("/tasks/01a205aa-cb6a-75fc-94de-ef603ee1f01a").send().await.problem(404, "task_not_found");
        let report = report(&w).await;
        for (operation, times) in [
            ("submit", 21),
            ("claim", 3),
            ("claim_empty", 1),
            ("complete", 3),
            ("heartbeat", 3),
            ("state_write", 1),
        ] {
            assert_eq!(count(&report, operation), times, "{operation}: {}", report["latency"]);
        }
        for phase in ["queued", "running", "total"] {
            assert_eq!(report["phases"][phase]["count"], 3, "{phase}");
        }
        let p = |name: &str| report["phases"]["total"][name].as_f64().unwrap();
        assert!(p("p50_ms") <= p("p95_ms") && p("p95_ms") <= p("max_ms"), "{}", report["phases"]);
        assert_eq!(report["errors"]["by_code"]["task_not_found"], 1);
        assert_eq!(report["summary"]["error_rate"], 0.0, "a client's own 4xx is no error of the service");
        assert!(report["summary"]["operations"].as_u64().unwrap() >= 14);
        assert!(report["pipeline"]["operations"].as_u64() >= report["pipeline"]["flushes"].as_u64());
        let top = report["top_operations"].as_array().unwrap();
        assert!(top.iter().any(|top| top["operation"] == "POST /v1/swarms/{swarm}/tasks/batch"), "{top:?}");
    });
}

#[test]
fn what_is_asked_for_again_is_done_and_counted_once() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        for _ in 0..5 {
            w.post("/tasks").header("idempotency-key", "one").json(json!({})).send().await.expect(201);
        }
        let held = w.claim_one("a").await;
        for _ in 0..5 {
            w.complete(&held, 1).await.ok();
        }
        let after_one = report(&w).await;
        for operation in ["submit", "complete"] {
            assert_eq!(count(&after_one, operation), 1, "{operation}: {}", after_one["latency"]);
        }
        let new = json!({"dedup_key": "k"});
        let batch = json!({"tasks": [new.clone(), {}, new]});
        for _ in 0..5 {
            let send = w.post("/tasks/batch").header("idempotency-key", "batch").json(batch.clone());
            send.send().await.ok();
        }
        assert_eq!(count(&report(&w).await, "submit"), 3, "one of the batch is there already");
    });
}

#[test]
fn a_task_is_assigned_to_an_agent_that_waited_and_queued_for_any() {
    in_a_swarm_of(&Service::start(quick()), async |w| {
        // Ready before anybody asked: queued, and not assigned.
        w.submit(task()).await;
        w.claim_one("early").await;
        let before = report(&w).await;
        assert_eq!(
            (count(&before, "task_assignment"), before["phases"]["queued"]["count"].as_u64()),
            (0, Some(1))
        );
        let mut waiting: FuturesUnordered<_> =
            (0..3).map(|n| w.claim_with(json!({"agent": format!("a{n}"), "wait_ms": 20_000}))).collect();
        // Polled until all of them wait.
        until("three claims wait", PATIENCE, async || {
            let _none_yet = tokio::time::timeout(Duration::from_millis(20), waiting.next()).await;
            let history = w.client().get("/perf/history").send().await.ok();
            history["samples"].as_array().unwrap().last().is_some_and(|last| last["waiting_claims"] == 3)
        })
        .await;
        for n in 0..3 {
            w.submit(task().payload(n)).await;
            waiting.next().await.unwrap();
        }
        let after = report(&w).await;
        assert_eq!(count(&after, "task_assignment"), 3);
        assert_eq!(after["phases"]["queued"]["count"], 4);
        let assigned = after["latency"]["task_assignment"]["max_ms"].as_f64().unwrap();
        assert!(assigned > 0.0 && assigned < 5_000.0, "{assigned}");
        let claims = after["latency"]["claim"]["max_ms"].as_f64().unwrap();
        assert!(claims < 5_000.0, "the wait is no time the service took: {claims}");
    });
}

#[test]
fn time_waited_on_purpose_is_no_time_of_the_service() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        let none = w.claim_with(json!({"agent": "a", "wait_ms": 1_500})).await;
        let id = w.submit_id(task()).await;
        w.get(&format!("/tasks/{id}?wait_ms=1500")).send().await.ok();
        w.get("/agents/a/inbox?wait_ms=1500").send().await.ok();
        assert!(none.is_empty());
        let http = &report(&w).await["latency"]["http"];
        assert!(http["count"].as_u64() >= Some(4), "{http}");
        assert!(http["max_ms"].as_f64().unwrap() < 1_000.0, "{http}");
    });
}

#[test]
fn a_message_that_was_waited_for_is_measured_from_its_send() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        w.put("/agents/b").json(json!({})).send().await.expect(201);
        let reader = async { w.get("/agents/b/inbox?wait_ms=20000").send().await.ok() };
        let writer = async {
            until("the reader waits", PATIENCE, async || {
                metric(w.client(), "waggle_long_polls{kind=\"inbox\"}").await.as_deref() == Some("1")
            })
            .await;
            w.post("/messages")
                .json(json!({"from": "a", "to": {"agent": "b"}, "body": 1}))
                .send()
                .await
                .expect(201)
        };
        let (inbox, _) = futures_util::future::join(reader, writer).await;
        assert_eq!(inbox["messages"].as_array().unwrap().len(), 1);
        // Read once more, by one who did not wait: a reading consumes nothing, and delivers nothing new.
        w.get("/agents/b/inbox").send().await.ok();
        let report = report(&w).await;
        assert_eq!(count(&report, "message_delivery"), 1);
    });
}

#[test]
fn what_a_refresh_sees_is_in_the_report() {
    in_a_swarm_of(&Service::start(quick()), async |w| {
        w.submit_many((0..5).map(|n| task().payload(n))).await;
        w.submit(json!({"queue": "other", "delay_ms": 60_000})).await;
        let held = w.claim_one("a").await;
        w.complete(&held, Value::Null).await.ok();
        until("the refresh has seen it", PATIENCE, async || {
            let report = report(&w).await;
            let tasks = &report["tasks"];
            tasks["ready"] == 4
                && tasks["scheduled"] == 1
                && tasks["completed"] == 1
                && report["agents"]["live"] == 1
        })
        .await;
        let report = report(&w).await;
        assert_eq!(report["queues_total"], 2);
        let queue = &report["queues"][0];
        assert_eq!((queue["queue"].as_str(), queue["swarm"].as_str()), (Some("default"), Some(w.swarm())));
        assert_eq!(queue["tasks"]["ready"], 4);
        assert!(queue["oldest_ready_ms"].is_u64(), "{queue}");
        assert_eq!(report["redis"]["mode"], "private");
        assert!(report["redis"]["used_memory_bytes"].as_u64() > Some(100_000));
        assert_eq!(
            (report["redis"]["aof_ok"].as_bool(), report["missing"].as_array().unwrap().len()),
            (Some(true), 0)
        );
        let pool = &report["pool"];
        assert!(count(&report, "pool_acquire") > 0, "the refresh asks Redis through the pool: {pool}");
    });
}

#[test]
fn compression_is_told_by_the_bytes_of_the_values_above_the_threshold() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        w.submit(task().payload("small")).await;
        let words = "the quick brown fox jumps over the lazy dog and tells the others ".repeat(40);
        w.submit(task().payload(words.as_str())).await;
        let compression = report(&w).await["compression"].clone();
        assert_eq!((compression["values"].as_u64(), compression["compressed"].as_u64()), (Some(1), Some(1)));
        assert_eq!(compression["bytes_in"].as_u64().unwrap(), words.len() as u64 + 2);
        assert!(compression["saved_ratio"].as_f64().unwrap() > 0.8, "{compression}");
        assert_eq!(compression["threshold_bytes"], 1_024);
    });
}

#[test]
fn a_window_that_cannot_be_is_refused() {
    in_a_swarm(async |w| {
        for query in [
            "window_ms=0",
            "window_ms=999",
            "window_ms=600001",
            "window_ms=31536000000",
            "window_ms=-1",
            "window_ms=soon",
            "scope=galaxy",
            "windows_ms=1000",
        ] {
            let reply = w.client().get(&format!("/perf/report?{query}")).send().await;
            reply.problem(422, "validation");
        }
        w.client().get("/perf/report?window_ms=1000&scope=node").send().await.ok();
    });
}

#[test]
fn who_asks_for_text_gets_a_table_and_everybody_else_json() {
    in_a_swarm(async |w| {
        let asked = async |accept: &str| w.client().get("/perf/report").header("accept", accept).send().await;
        let table = asked("text/plain").await;
        assert_eq!((table.status, table.header("content-type")), (200, "text/plain; charset=utf-8"));
        assert!(
            table.text.starts_with("Waggle, this server") && table.text.contains("\nTARGETS\n"),
            "{}",
            table.text
        );
        for accept in ["*/*", "application/json", "application/json, text/plain, */*", "text/html, */*;q=0.8"]
        {
            let reply = asked(accept).await;
            assert_eq!(reply.header("content-type"), "application/json", "{accept}");
            assert_eq!(reply.ok()["scope"], "node");
        }
        w.client()
            .get("/perf/report?window_ms=1")
            .header("accept", "text/plain")
            .send()
            .await
            .problem(422, "validation");
    });
}

#[test]
fn agents_that_ask_again_and_again_are_told_to_wait() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        for _ in 0..100 {
            assert!(w.claim("a").await.is_empty());
        }
        let report = report(&w).await;
        let told = report["recommendations"].as_array().unwrap();
        let messages: Vec<_> = told.iter().map(|told| told["message"].as_str().unwrap()).collect();
        assert!(messages.iter().any(|message| message.contains("`wait_ms`")), "{messages:?}");
    });
}
