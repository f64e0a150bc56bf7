//! `limits` of a swarm, as every operation sees them that adds something.

use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::say;

#[test]
fn a_swarm_takes_in_as_many_unfinished_tasks_as_it_may_and_no_more() {
    in_a_swarm(async |w| {
        say(&w, json!({"limits": {"max_tasks": 2}})).await;
        w.submit(task().dedup_key("k")).await;
        w.submit(task().delay_ms(600_000)).await;
        let refused = w.post("/tasks").json(task()).send().await.problem(429, "swarm_full");
        assert_eq!(refused["applied"], false);
        w.post("/tasks").json(task()).header("idempotency-key", "i").send().await.problem(429, "swarm_full");
        w.post("/tasks").json(task().dedup_key("k")).send().await.ok();
        assert_eq!(w.pages("").await.len(), 2);
        let held = w.claim_one("a").await;
        w.post("/tasks").json(task()).send().await.problem(429, "swarm_full");
        w.complete(&held, 1).await.ok();
        w.post("/tasks").json(task()).header("idempotency-key", "i").send().await.expect(201);
        w.post("/tasks").json(task()).send().await.problem(429, "swarm_full");
    });
}

#[test]
fn a_retry_needs_room_as_a_submit_does() {
    in_a_swarm(async |w| {
        let failed = w.failed_task(task()).await;
        w.submit(task()).await;
        say(&w, json!({"limits": {"max_tasks": 1}})).await;
        w.retry(&failed).await.problem(429, "swarm_full");
        assert_eq!(w.status(&failed).await, "failed");
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        w.retry(&failed).await.ok();
    });
}

#[test]
fn of_a_batch_as_many_are_taken_in_as_there_is_room_for() {
    in_a_swarm(async |w| {
        say(&w, json!({"limits": {"max_tasks": 3}})).await;
        let batch = json!({"tasks": (0..5).map(|n| json!({"payload": n})).collect::<Vec<_>>()});
        let results = w.post("/tasks/batch").json(batch).send().await.ok()["results"].clone();
        let statuses: Vec<&Value> = results.as_array().unwrap().iter().map(|item| &item["status"]).collect();
        assert_eq!(statuses, [201, 201, 201, 429, 429]);
        assert_eq!(results[3]["problem"]["code"], "swarm_full");
        assert_eq!(w.list("ready").await.len(), 3);
    });
}

#[test]
fn submits_that_come_at_once_do_not_exceed_the_limit_together() {
    in_a_swarm(async |w| {
        say(&w, json!({"limits": {"max_tasks": 10}})).await;
        let submits = (0..40).map(|_| w.post("/tasks").json(task()).send());
        let replies = futures_util::future::join_all(submits).await;
        let taken = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!((taken, w.list("ready").await.len()), (10, 10));
    });
}

#[test]
fn a_limit_that_is_lowered_or_taken_away_holds_from_then_on() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|_| task())).await;
        say(&w, json!({"limits": {"max_tasks": 1}})).await;
        w.post("/tasks").json(task()).send().await.problem(429, "swarm_full");
        assert_eq!(w.list("ready").await.len(), 3, "what is there stays");
        say(&w, json!({})).await;
        w.submit(task()).await;
    });
}

#[test]
fn a_claim_by_an_unknown_agent_is_refused_where_there_are_as_many_as_may_be() {
    in_a_swarm(async |w| {
        say(&w, json!({"limits": {"max_agents": 2}})).await;
        w.submit_many((0..3).map(|_| task())).await;
        assert_eq!((w.claim("a").await.len(), w.claim("b").await.len()), (1, 1));
        for wait_ms in [0, 30_000] {
            let claim = json!({"agent": "c", "wait_ms": wait_ms});
            let refused = w.post("/claims").json(claim).send().await.problem(429, "too_many_agents");
            assert_eq!(refused["applied"], false);
        }
        assert_eq!(w.list("ready").await.len(), 1);
        assert_eq!(w.claim("a").await.len(), 1, "those that are there go on");
        assert_eq!(w.get("/stats").send().await.ok()["agents"]["live"], 2);
    });
}
