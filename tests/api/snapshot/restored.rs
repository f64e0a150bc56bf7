//! A restored swarm goes on.

use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

use super::support::{assert_sound, body_of, empty, export, furnish, restore, sealed};

#[test]
fn its_tasks_are_claimed_in_the_order_in_which_they_were_submitted() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..700).map(|n| task().payload(n))).await;
        let urgent = w.submit_id(task().priority(9)).await;
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        let claimed = other.claim_with(json!({"agent": "a", "max_tasks": 10})).await;
        let claimed: Vec<&String> = claimed.iter().map(|held| &held.id).collect();
        assert_eq!(claimed, [&[urgent][..], &ids[..9]].concat().iter().collect::<Vec<_>>());
    });
}

#[test]
fn its_special_lists_lead_to_those_who_may_claim() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        let tasks = other.claim_with(json!({"agent": "worker", "max_tasks": 20})).await;
        let ready = other.list("ready").await;
        let left: Vec<_> = ready.iter().filter(|task| task["queue"] == "default").collect();
        assert_eq!((tasks.len(), left.len()), (5, 1), "{ready:#?}");
        assert_eq!(left[0]["agent"], "never-seen");
        for held in &tasks {
            other.complete(held, Value::Null).await.ok();
        }
        assert_sound(&other).await;
    });
}

#[test]
fn its_queues_keep_their_limits_and_their_turns() {
    in_a_swarm(async |w| {
        let said = json!({"concurrency": 2, "concurrency_per_key": 1, "max_attempts": 9});
        w.put("/queues/q").json(said).send().await.expect(201);
        w.post("/queues/still/pause").send().await.ok();
        for (fair, slot) in [("x", "k"), ("x", "k"), ("x", "l"), ("y", "l")] {
            w.submit(task().queue("q").with("fairness_key", fair).with("concurrency_key", slot)).await;
        }
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        for queue in ["q", "still"] {
            let path = format!("/queues/{queue}");
            let [here, there] = [w.get(&path).send().await.ok(), other.get(&path).send().await.ok()];
            assert_eq!((&here["settings"], &here["paused"]), (&there["settings"], &there["paused"]));
        }
        let claim = json!({"agent": "a", "queues": ["q"], "max_tasks": 9});
        let held = other.claim_with(claim).await;
        let keys: Vec<_> = held.iter().map(|held| &held.task["fairness_key"]).collect();
        assert_eq!(keys, ["x", "y"], "one of each key, and no more than two at once");
        assert_sound(&other).await;
    });
}

#[test]
fn its_numbers_go_on_where_they_stood() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        let highest = w.get("/state?since_version=0&limit=500").send().await.ok();
        let highest = highest["items"].as_array().unwrap().iter().map(|item| item["version"].as_u64()).max();
        let count = other.post("/state/count/increment").json(json!({"by": 1})).send().await.ok();
        assert_eq!(count["value"], 42);
        assert!(count["version"].as_u64() > highest.unwrap(), "{count}");

        let message = json!({"from": "x", "to": {"agent": "reader"}, "body": 1});
        other.post("/messages").json(message).send().await.expect(201);
        let inbox = other.get("/agents/reader/inbox?limit=500").send().await.ok();
        let seqs: Vec<_> = inbox["messages"].as_array().unwrap().iter().map(|m| m["seq"].clone()).collect();
        assert_eq!(seqs, [2, 3, 4]);
        other.post("/agents/reader/inbox/ack").json(json!({"up_to": 4})).send().await.ok();
        other.post("/agents/worker/inbox/ack").json(json!({"up_to": 9})).send().await.ok();
        assert_sound(&other).await;
    });
}

#[test]
fn its_deduplication_keys_are_held() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        for key in ["mine", "later"] {
            other.post("/tasks").json(json!({"dedup_key": key})).send().await.ok();
        }
    });
}

#[test]
fn its_topics_reach_their_subscribers() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        let message = json!({"from": "x", "to": {"topic": "news"}});
        assert_eq!(other.post("/messages").json(message).send().await.expect(201)["recipients"], 2);
    });
}

#[test]
fn its_snapshot_says_the_same_once_more() {
    in_a_swarm(async |w| {
        let held = furnish(&w).await;
        for held in [held.held, held.stopping] {
            w.complete(&held, 1).await.ok();
        }
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        let sorted = |text: String| {
            let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
            lines.pop();
            lines.retain(|line| {
                !line.contains(r#""status":"running""#) && !line.contains(r#""status":"ready""#)
            });
            // Each reading of an inbox is the agent being seen.
            lines.retain(|line| !line.starts_with(r#"{"agent""#));
            lines.sort_unstable();
            lines
        };
        assert_eq!(sorted(export(&w).await), sorted(export(&other).await));
    });
}

#[test]
fn its_attempts_and_deadlines_are_what_they_were() {
    in_a_swarm(async |w| {
        let deadline = json!("2031-01-01T00:00:00.000Z");
        let running = w.submit_id(task().with("deadline", deadline.clone()).with("timeout_ms", 60_000)).await;
        let held = w.claim_one("first").await;
        w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        let held = w.claim_one("second").await;
        w.on(&running, "output", json!({"lease": held.token, "chunk": 1})).await.ok();
        let failed = w.submit_id(task().priority(9).max_attempts(1).lease_ms(100)).await;
        w.claim_one("dead").await;
        w.until_status(&failed, "failed").await;
        let attempts = async |w: &World, id: &str| {
            w.get(&format!("/tasks/{id}/attempts")).send().await.ok()["items"].clone()
        };
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        assert_eq!(attempts(&other, &failed).await, attempts(&w, &failed).await);
        let (there, here) = (attempts(&other, &running).await, attempts(&w, &running).await);
        assert_eq!(there[0], here[0]);
        assert_eq!((&there[1]["outcome"], &there[1]["agent"]), (&json!("released"), &json!("second")));
        assert_eq!(other.task(&running).await["deadline"], deadline);
        let again = other.claim_one("third").await;
        assert_eq!((again.id.as_str(), again.attempt), (running.as_str(), 2));
        assert_eq!(attempts(&other, &running).await.as_array().unwrap().len(), 3);
        assert_sound(&other).await;
        other.complete(&again, 1).await.ok();
        assert_sound(&other).await;
    });
}

#[test]
fn a_deadline_that_passed_meanwhile_fails_the_task_once_it_is_restored() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().with("deadline", "2031-01-01T00:00:00.000Z")).await;
        let other = empty(&w).await;
        let lines = body_of(&export(&w).await);
        let lines: Vec<_> = lines.iter().map(|line| line.replace("2031-01-01", "2021-01-01")).collect();
        restore(&other, sealed(&lines)).await.ok();
        let task = other.until_status(&id, "failed").await;
        assert_eq!(task["error"]["kind"], "deadline");
        assert_sound(&other).await;
    });
}

#[test]
fn attempts_that_cannot_have_been_are_refused_with_their_line() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.release(&held).await.ok();
        let other = empty(&w).await;
        let lines = body_of(&export(&w).await);
        let lines: Vec<_> = lines
            .iter()
            .map(|line| line.replace(r#""attempts":[{"fence":1"#, r#""attempts":[{"fence":7"#))
            .collect();
        restore(&other, sealed(&lines)).await.problem(422, "broken_snapshot");
    });
}

#[test]
fn its_questions_wait_on_and_its_budgets_count_on() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        let asking = other.list("input_required").await;
        assert_eq!((asking.len(), &asking[0]["input"]["value"]), (1, &Value::Null));
        let (id, parent) = (asking[0]["id"].as_str().unwrap(), asking[0]["parent"].as_str().unwrap());
        assert_eq!(other.task(parent).await["tree_usage"]["tokens"], 11);
        let claim = json!({"agent": "worker", "queues": ["asking"], "max_tasks": 9});
        let held = other.claim_with(claim.clone()).await;
        let answered = held.iter().find(|held| held.task["input"].is_object()).unwrap();
        assert_eq!(answered.task["input"], json!({"prompt": "which?", "value": 7}));
        let sibling = held.iter().find(|held| held.task["parent"] == json!(parent)).unwrap();
        // The answer grants the parent's budget once more, for the sibling as well.
        other.on(id, "input", json!({"value": true})).await.ok();
        let beat = other.heartbeat(sibling, json!({"usage": {"tokens": 10}})).await.ok();
        assert_eq!(beat.get("budget_exceeded"), None);
        let again = other.claim_with(claim).await;
        assert_eq!(again[0].id, id);
        let beat = other.heartbeat(&again[0], json!({"usage": {"tokens": 1}})).await.ok();
        assert_eq!(beat["budget_exceeded"], true);
        let agent = other.get("/agents/worker").send().await.ok();
        assert_eq!(agent["usage"], json!({"tokens": 22, "usd_micros": 3, "wall_ms": 1_000}));
        assert_sound(&other).await;
    });
}
