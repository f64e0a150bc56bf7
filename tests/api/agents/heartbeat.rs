use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

use super::support::{heartbeat, look, register};
use crate::tasks::support::{between, fields, stamp};

async fn send(w: &World, agent: &str, body: Value) -> Value {
    w.post(&format!("/agents/{agent}/heartbeat")).json(body).send().await.ok()
}

#[test]
fn all_leases_of_an_agent_are_extended_in_one_call() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|_| task().lease_ms(40_000))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 3, "lease_ms": 2_000})).await;
        let leases: Vec<_> = held.iter().map(|held| json!({"id": held.id, "lease": held.token})).collect();
        let answer = send(&w, "a", json!({"leases": leases, "extend_ms": 60_000})).await;
        assert_eq!(fields(&answer), ["cancel", "directive", "extended", "lost", "unread"]);
        assert_eq!((&answer["directive"], &answer["unread"]), (&json!("run"), &json!(0)));
        assert_eq!((&answer["lost"], &answer["cancel"]), (&json!([]), &json!([])));
        for (held, extended) in held.iter().zip(answer["extended"].as_array().unwrap()) {
            assert_eq!((&extended["id"], &extended["lease"]["token"]), (&json!(held.id), &json!(held.token)));
            let until = &extended["lease"]["expires_at"];
            assert!((60_000..70_000).contains(&between(&held.task["started_at"], until)));
            assert_eq!(&w.task(&held.id).await["lease_expires_at"], until);
        }
        let answer = send(&w, "a", json!({ "leases": leases })).await;
        let until = &answer["extended"][2]["lease"]["expires_at"];
        assert!((40_000..50_000).contains(&between(&held[2].task["started_at"], until)));
    });
}

#[test]
fn what_is_not_held_under_the_lease_named_is_lost_and_stays_as_it_was() {
    in_a_swarm(async |w| {
        w.submit_many((0..5).map(|n| task().payload(n))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 4})).await;
        let others = w.claim_one("b").await;
        w.complete(&held[0], 1).await.ok();
        w.release(&held[1]).await.ok();
        let unknown = "01a205aa-cb6a-75fc-94de-ef603ee1f01a";
        let leases = json!([
            {"id": held[0].id, "lease": held[0].token},
            {"id": held[1].id, "lease": held[1].token},
            {"id": held[2].id, "lease": held[3].token},
            {"id": held[3].id, "lease": held[3].token},
            {"id": others.id, "lease": others.token},
            {"id": unknown, "lease": "1-x"},
        ]);
        let before = w.task(&others.id).await;
        let answer = send(&w, "a", json!({"leases": leases, "extend_ms": 80_000})).await;
        assert_eq!(answer["lost"], json!([held[0].id, held[1].id, held[2].id, others.id, unknown]));
        assert_eq!(answer["extended"].as_array().unwrap().len(), 1);
        assert_eq!(answer["extended"][0]["id"], held[3].id);
        assert_eq!(w.task(&others.id).await, before);
        assert_eq!(w.task(&held[2].id).await, {
            let mut task = held[2].task.clone();
            task.as_object_mut().unwrap().remove("lease");
            task
        });
    });
}

#[test]
fn a_lease_that_has_ended_is_not_revived() {
    in_a_swarm(async |w| {
        w.submit(task().lease_ms(100).max_attempts(1)).await;
        let held = w.claim_one("a").await;
        w.until_status(&held.id, "failed").await;
        let answer = heartbeat(&w, "a", &[&held]).await;
        assert_eq!((&answer["lost"], &answer["extended"]), (&json!([held.id]), &json!([])));
        assert_eq!(w.status(&held.id).await, "failed");
    });
}

#[test]
fn the_holder_learns_which_tasks_it_shall_stop() {
    in_a_swarm(async |w| {
        w.submit_many((0..2).map(|_| task())).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        w.cancel(&held[1].id).await.ok();
        let answer = heartbeat(&w, "a", &[&held[0], &held[1]]).await;
        assert_eq!(answer["cancel"], json!([held[1].id]));
        assert_eq!(answer["extended"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn messages_that_wait_are_counted() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        let message = json!({"from": "b", "to": {"agent": "a"}, "kind": "note", "body": 1});
        w.post("/messages").json(message).send().await.expect(201);
        assert_eq!(heartbeat(&w, "a", &[]).await["unread"], 1);
    });
}

#[test]
fn without_a_body_it_only_says_that_the_agent_is_there() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        let answer = w.post("/agents/a/heartbeat").send().await.ok();
        assert_eq!(
            answer,
            json!({"directive": "run", "extended": [], "lost": [], "cancel": [], "unread": 0})
        );
        assert!(stamp(&look(&w, "a").await["last_seen_at"]) > 0);
    });
}

#[test]
fn an_agent_that_nobody_registered_is_not_found() {
    in_a_swarm(async |w| {
        w.post("/agents/a/heartbeat").send().await.problem(404, "agent_not_found");
        w.get("/agents/a").send().await.problem(404, "agent_not_found");
    });
}

#[test]
fn each_wrong_field_is_refused_by_its_pointer_and_nothing_is_changed() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let good = json!({"id": held.id, "lease": held.token});
        let many: Vec<_> = (0..1_001).map(|_| good.clone()).collect();
        for (body, pointer) in [
            (json!({"leases": [good], "extend_ms": 99}), "/extend_ms"),
            (json!({"leases": [good], "extend_ms": 86_400_001}), "/extend_ms"),
            (json!({"leases": [good, {"id": held.id}]}), "/leases/1/lease"),
            (json!({"leases": [good, {"id": held.id, "lease": ""}]}), "/leases/1/lease"),
            (json!({"leases": [good, {"id": held.id, "lease": "x".repeat(65)}]}), "/leases/1/lease"),
            (json!({"leases": [good, {"id": "x", "lease": "1-x"}]}), "/leases/1/id"),
            (json!({"leases": [good, {"id": held.id, "lease": "x", "y": 1}]}), "/leases/1/y"),
            (json!({"leases": [good, [held.id, held.token]]}), "/leases/1"),
            (json!({"leases": many}), "/leases"),
            (json!({"lease": held.token}), "/lease"),
        ] {
            let problem = w.post("/agents/a/heartbeat").json(body).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        assert_eq!(w.task(&held.id).await["lease_expires_at"], held.task["lease_expires_at"]);
    });
}
