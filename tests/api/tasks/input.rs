use serde_json::{Value, json};
use waggle_tests::{Held, World, in_a_swarm, task};

use super::support::fields;

/// A task that asks, with a schema or null.
async fn asking(w: &World, prompt: &str, schema: Value) -> Held {
    let held = w.claim_one("a").await;
    let body = json!({"lease": held.token, "prompt": prompt, "schema": schema});
    w.on(&held.id, "input-request", body).await.ok();
    held
}

async fn answer(w: &World, id: &str, value: Value) -> waggle_tests::Reply {
    w.on(id, "input", json!({ "value": value })).await
}

#[test]
fn the_answer_reaches_the_next_claim() {
    in_a_swarm(async |w| {
        w.submit(task().max_attempts(1)).await;
        let first = asking(&w, "go on?", json!({"type": "object", "required": ["yes"]})).await;
        let given = answer(&w, &first.id, json!({"yes": [1, 2.50]})).await.ok();
        assert_eq!(given, json!({"id": first.id, "status": "ready"}));
        let shown = w.task(&first.id).await;
        assert_eq!(shown["input"], json!({"prompt": "go on?", "value": {"yes": [1, 2.50]}}));
        let next = w.claim_one("b").await;
        assert_eq!(next.task["input"], json!({"prompt": "go on?", "value": {"yes": [1, 2.50]}}));
        assert_eq!(fields(&next.task["input"]), ["prompt", "value"]);
        assert_eq!((next.attempt, next.fence()), (1, 2));
        w.complete(&next, "done").await.ok();
        assert_eq!(w.task(&first.id).await["input"]["value"]["yes"][0], 1);
    });
}

#[test]
fn the_same_claim_again_has_the_answer_too() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let first = asking(&w, "q", Value::Null).await;
        answer(&w, &first.id, json!("x")).await.ok();
        let claim = json!({"agent": "b", "claim_id": "c1"});
        let once = w.claim_with(claim.clone()).await;
        let twice = w.claim_with(claim).await;
        assert_eq!(once[0].task["input"], json!({"prompt": "q", "value": "x"}));
        assert_eq!(once[0].task["input"], twice[0].task["input"]);
    });
}

#[test]
fn an_answered_task_stands_in_front_of_those_that_came_later() {
    in_a_swarm(async |w| {
        let ids = w.submit_many([task(), task(), task()]).await;
        asking(&w, "q", Value::Null).await;
        answer(&w, &ids[0], json!(null)).await.ok();
        let next = w.claim_one("b").await;
        assert_eq!((&next.id, &next.task["input"]), (&ids[0], &json!({"prompt": "q", "value": null})));
    });
}

#[test]
fn a_claim_that_waits_is_woken_by_an_answer() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = asking(&w, "q", Value::Null).await;
        let (next, _) = futures_util::future::join(w.claim_one("b"), answer(&w, &held.id, json!(1))).await;
        assert_eq!(next.id, held.id);
    });
}

#[test]
fn a_later_question_takes_the_place_of_the_one_before() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = asking(&w, "first", json!({"type": "string"})).await;
        answer(&w, &held.id, json!("one")).await.ok();
        let again = asking(&w, "second", json!({"type": "integer"})).await;
        assert_eq!(w.task(&held.id).await["input"]["value"], Value::Null);
        answer(&w, &held.id, json!("one")).await.problem(422, "validation");
        answer(&w, &held.id, json!(2)).await.ok();
        let next = w.claim_one("b").await;
        assert_eq!(next.task["input"], json!({"prompt": "second", "value": 2}));
        assert!(next.fence() > again.fence());
    });
}

#[test]
fn an_answer_counts_once_and_only_while_it_is_asked_for() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let problem = answer(&w, &id, json!(1)).await.problem(409, "wrong_state");
        assert!(problem["detail"].as_str().unwrap().contains("input_required"), "{problem}");
        let held = asking(&w, "q", Value::Null).await;
        answer(&w, &id, json!(1)).await.ok();
        answer(&w, &id, json!(2)).await.problem(409, "wrong_state");
        assert_eq!(w.task(&held.id).await["input"]["value"], 1);
        let nobody = "0193a0de-0000-7000-8000-000000000000";
        answer(&w, nobody, json!(1)).await.problem(404, "task_not_found");
    });
}

#[test]
fn an_answer_that_does_not_meet_the_schema_is_refused_with_pointers() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let schema = json!({"type": "object", "required": ["budget"], "additionalProperties": false,
            "properties": {"budget": {"type": "integer", "minimum": 0}, "tags": {"items": {"$ref": "#/$defs/tag"}}},
            "$defs": {"tag": {"enum": ["a", "b"]}}});
        let held = asking(&w, "how much?", schema).await;
        for (value, pointer) in [
            (json!(1), "/value"),
            (json!({}), "/value"),
            (json!({"budget": -1}), "/value/budget"),
            (json!({"budget": 1, "tags": ["a", "c"]}), "/value/tags/1"),
            (json!({"budget": 1, "more": 1}), "/value"),
            (json!("x".repeat(64 * 1_024)), "/value"),
        ] {
            let problem = answer(&w, &held.id, value).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        for (body, pointer) in [(json!({}), "/value"), (json!({"value": 1, "by": "me"}), "/by")] {
            let problem = w.on(&held.id, "input", body).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        assert_eq!(w.task(&held.id).await["input"]["value"], Value::Null);
        answer(&w, &held.id, json!({"budget": 1, "tags": ["a"]})).await.ok();
    });
}

#[test]
fn question_and_answer_are_among_the_events() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = asking(&w, "q", Value::Null).await;
        answer(&w, &held.id, json!(1)).await.ok();
        let events = w.get(&format!("/tasks/{}/events", held.id)).send().await.ok();
        let events: Vec<_> = events["items"].as_array().unwrap().iter().collect();
        let kinds: Vec<_> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["task.submitted", "task.claimed", "task.input_requested", "task.input_given"]);
        assert_eq!((&events[2]["agent"], &events[2]["status"]), (&json!("a"), &json!("input_required")));
        assert_eq!(events[3]["status"], "ready");
    });
}
