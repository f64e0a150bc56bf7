use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{SWARM_FIELDS, another, fields};

#[test]
fn a_paused_swarm_says_so_and_hands_out_nothing() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let paused = w.post("/pause").send().await.ok();
        assert_eq!((&paused["paused"], fields(&paused)), (&json!(true), SWARM_FIELDS.to_vec()));
        assert_eq!(w.get("").send().await.ok(), paused);
        assert_eq!(
            w.post("/pause").json(json!({})).send().await.ok(),
            paused,
            "pausing again changes nothing"
        );
        let claimed = w.post("/claims").json(json!({"agent": "a"})).send().await.ok();
        assert_eq!((&claimed["tasks"], &claimed["directive"]), (&json!([]), &json!("run")));
        assert_eq!(w.list("ready").await.len(), 1);
    });
}

#[test]
fn what_is_held_goes_on_in_a_paused_swarm_and_tasks_are_taken_in() {
    in_a_swarm(async |w| {
        w.submit_many((0..4).map(|n| task().payload(n))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 4})).await;
        w.post("/pause").send().await.ok();
        w.heartbeat(&held[0], json!({"extend_ms": 60_000})).await.ok();
        w.complete(&held[0], 1).await.ok();
        w.fail(&held[1]).await.ok();
        w.release(&held[2]).await.ok();
        w.cancel(&held[3].id).await.ok();
        w.submit(task()).await;
        let outcome = json!([{"id": held[3].id, "lease": held[3].token, "outcome": "complete"}]);
        let body = json!({"agent": "a", "outcomes": outcome, "claim": {"max_tasks": 9}});
        let settled = w.post("/settlements").json(body).send().await.ok();
        assert_eq!((&settled["outcomes"][0]["status"], &settled["tasks"]), (&json!(200), &json!([])));
    });
}

#[test]
fn a_claim_that_is_sent_again_gets_what_it_holds_in_a_paused_swarm_too() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let claim = json!({"agent": "a", "claim_id": "c"});
        let held = w.claim_with(claim.clone()).await;
        w.post("/pause").send().await.ok();
        assert_eq!(w.claim_with(claim).await, held);
    });
}

#[test]
fn the_pause_of_one_swarm_is_none_of_another_one() {
    in_a_swarm(async |w| {
        w.client().put(&another(&w)).send().await.expect(201);
        w.client().post(&format!("{}/pause", another(&w))).send().await.ok();
        w.submit(task()).await;
        assert_eq!(w.claim("a").await.len(), 1);
    });
}

#[test]
fn a_swarm_that_is_not_there_is_neither_paused_nor_resumed() {
    in_a_swarm(async |w| {
        for verb in ["pause", "resume"] {
            w.client().post(&format!("{}/{verb}", another(&w))).send().await.problem(404, "swarm_not_found");
            let reply = w.post(&format!("/{verb}")).json(json!({"for_ms": 1})).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/for_ms");
        }
        w.client().get(&another(&w)).send().await.problem(404, "swarm_not_found");
    });
}
