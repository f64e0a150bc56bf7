use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{Held, Request, World, in_a_swarm, task};

use super::support::{inbox, post_and_die, register, value};

/// Its receiver is there, and a task that nobody has yet.
async fn survey(w: &World) {
    register(w, "a2", json!({ "ttl_ms": 3_000 })).await;
    w.submit(task().payload(json!({ "rooms": 12 }))).await;
}

/// Ends the attempt of a1 and gives what is left to a2, with all that a1 knows.
fn hand_over(held: &Held) -> Value {
    json!({ "ops": [
        { "op": "state.put", "key": "survey", "value": { "done": [1, 2, 3] } },
        { "op": "task.complete", "id": held.id, "lease": held.token, "result": { "handed_over_to": "a2" } },
        { "op": "task.submit", "task": { "agent": "a2", "payload": { "rooms": 12, "continues": held.id } } },
        { "op": "message.send", "message": { "from": "a1", "to": { "agent": "a2" }, "kind": "handover" } },
    ] })
}

fn send(w: &World, held: &Held, key: Option<&str>) -> Request {
    let lease = format!("{} {}", held.id, held.token);
    let request = w.post("/transactions").header("x-lease", &lease).json(hand_over(held));
    key.into_iter().fold(request, |request, key| request.header("idempotency-key", key))
}

#[test]
fn a_task_goes_to_another_agent_with_its_state_and_nobody_sees_half_of_it() {
    in_a_swarm(async |w| {
        survey(&w).await;
        let held = w.claim_one("a1").await;
        send(&w, &held, None).send().await.ok();
        assert_eq!(inbox(&w, "a2").await[0]["kind"], "handover");
        assert!(w.claim("a3").await.is_empty(), "it is for a2 alone");
        let next = w.claim_one("a2").await;
        assert_eq!(next.task["payload"]["continues"], json!(held.id));
        assert_eq!(value(&w, "survey").await, json!({ "done": [1, 2, 3] }));
        assert_eq!(w.get("/state/survey").send().await.ok()["updated_by"], "a1");
        w.complete(&next, json!("all rooms")).await.ok();
    });
}

#[test]
fn who_dies_before_it_hears_the_answer_has_handed_over_once() {
    in_a_swarm(async |w| {
        survey(&w).await;
        let held = w.claim_one("a1").await;
        post_and_die(&w, "/transactions", "handover", &hand_over(&held)).await;
        // The process that was started anew sends it again, several times at once.
        let request = || w.post("/transactions").header("idempotency-key", "handover").json(hand_over(&held));
        let replies = join_all((0..4).map(|_| request().send())).await;
        for reply in &replies {
            assert_eq!((reply.status, &reply.text), (200, &replies[0].text));
        }
        // Without the key it is known by its attempt, which has ended.
        send(&w, &held, None).send().await.problem(409, "lease_lost");
        assert_eq!(w.list("ready").await.len(), 1);
        assert_eq!(inbox(&w, "a2").await.len(), 1);
    });
}

#[test]
fn who_was_too_slow_hands_nothing_over() {
    in_a_swarm(async |w| {
        survey(&w).await;
        let late = w.claim_briefly("a1").await;
        let next = w.claim_one("a3").await;
        assert_eq!(next.id, late.id);
        send(&w, &late, None).send().await.problem(409, "lease_lost");
        assert_eq!(value(&w, "survey").await, Value::Null, "the successor's state is not overwritten");
        assert_eq!(w.list("ready").await.len(), 0);
    });
}

#[test]
fn a_task_whose_receiver_has_died_goes_to_whoever_asks() {
    in_a_swarm(async |w| {
        survey(&w).await;
        let held = w.claim_one("a1").await;
        send(&w, &held, None).send().await.ok();
        // a2 says nothing more. Once it is lost, the task is everybody's.
        let next = w.claim_one("a3").await;
        assert_eq!(next.task["payload"]["continues"], json!(held.id));
        w.complete(&next, json!("all rooms")).await.ok();
    });
}
