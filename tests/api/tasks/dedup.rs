use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

#[test]
fn an_unfinished_task_is_answered_instead_of_a_second_one() {
    in_a_swarm(async |w| {
        let first = w.submit(task().payload(1).dedup_key("k")).await;
        let again = w.post("/tasks").json(task().payload(2).dedup_key("k")).send().await;
        assert!(again.header("location").ends_with(first["id"].as_str().unwrap()));
        assert_eq!(again.expect(200), first);
        let held = w.claim_one("a").await;
        let running = w.post("/tasks").json(task().dedup_key("k")).send().await.expect(200);
        assert_eq!((&running["id"], &running["status"]), (&first["id"], &json!("running")));
        assert!(running.get("lease").is_none(), "a lease token is for its holder alone");
        w.fail_with(&held, json!({"retry_after_ms": 60_000})).await.ok();
        let scheduled = w.post("/tasks").json(task().dedup_key("k")).send().await.expect(200);
        assert_eq!((&scheduled["id"], &scheduled["status"]), (&first["id"], &json!("scheduled")));
        assert_eq!(w.pages("").await.len(), 1);
    });
}

#[test]
fn the_key_is_free_again_once_the_task_has_finished_in_any_way() {
    in_a_swarm(async |w| {
        let mut ids = vec![];
        for end in ["complete", "fail", "cancel"] {
            let id = w.submit_id(task().dedup_key("k")).await;
            match end {
                "cancel" => drop(w.cancel(&id).await.ok()),
                "fail" => {
                    let held = w.claim_one("a").await;
                    w.fail_with(&held, json!({"retryable": false})).await.ok();
                }
                _ => {
                    let held = w.claim_one("a").await;
                    w.complete(&held, Value::Null).await.ok();
                }
            }
            ids.push(id);
        }
        ids.dedup();
        assert_eq!(ids.len(), 3);
    });
}

#[test]
fn different_keys_and_no_key_at_all_stand_apart() {
    in_a_swarm(async |w| {
        for key in [json!("a"), json!("A"), json!("a "), json!("ä"), Value::Null, Value::Null] {
            w.submit(task().dedup_key(key)).await;
        }
        assert_eq!(w.list("ready").await.len(), 6);
    });
}

#[test]
fn many_submits_of_one_key_at_once_make_one_task() {
    in_a_swarm(async |w| {
        let send = || w.post("/tasks").json(task().dedup_key("race")).send();
        let replies = join_all((0..64).map(|_| send())).await;
        let created = replies.iter().filter(|reply| reply.status == 201).count();
        let found = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!((created, found), (1, 63));
        assert!(replies.iter().all(|reply| reply.body["id"] == replies[0].body["id"]));
        assert_eq!(w.pages("").await.len(), 1);
    });
}

#[test]
fn a_task_that_lost_its_key_to_another_cannot_be_retried() {
    in_a_swarm(async |w| {
        let old = w.failed_task(task().dedup_key("k")).await;
        let new = w.submit_id(task().dedup_key("k")).await;
        w.retry(&old).await.problem(409, "duplicate");
        assert_eq!(w.status(&old).await, "failed");
        w.cancel(&new).await.ok();
        w.retry(&old).await.ok();
        let again = w.post("/tasks").json(task().dedup_key("k")).send().await.expect(200);
        assert_eq!(again["id"], old.as_str(), "a retried task has its key again");
    });
}
