use reqwest::Method;
use serde_json::{Value, json};
use waggle_tests::{Reply, World, in_a_swarm};

use super::support::{address, get, hold, lease, on, patching, put, putting, value};

/// One change of each kind under a lease.
async fn every_change(w: &World, key: &str, lease: &str) -> [Reply; 4] {
    let increment = w.post(&format!("/state/{key}/increment"));
    [
        putting(w, key, 1).header("x-lease", lease).send().await,
        increment.header("x-lease", lease).send().await,
        patching(w, key, json!({"a": 1})).header("x-lease", lease).send().await,
        w.delete(&address(key)).header("x-lease", lease).send().await,
    ]
}

#[test]
fn the_holder_of_a_lease_writes_and_is_said_to_have_written() {
    in_a_swarm(async |w| {
        let held = hold(&w, "ada").await;
        let [put, increment, patch, delete] = every_change(&w, "k", &lease(&held)).await;
        assert_eq!((put.status, &put.body["updated_by"]), (201, &json!("ada")));
        assert_eq!((increment.status, &increment.body["updated_by"]), (200, &json!("ada")));
        assert_eq!((patch.status, &patch.body["updated_by"]), (200, &json!("ada")));
        assert_eq!(delete.status, 204);
    });
}

#[test]
fn who_names_no_lease_is_nobody() {
    in_a_swarm(async |w| {
        let held = hold(&w, "ada").await;
        putting(&w, "k", 1).header("x-lease", &lease(&held)).send().await.expect(201);
        assert_eq!(get(&w, "k").await["updated_by"], "ada");
        put(&w, "k", 2).await;
        assert_eq!(get(&w, "k").await["updated_by"], Value::Null);
    });
}

#[test]
fn a_stale_holder_cannot_write_any_more() {
    in_a_swarm(async |w| {
        let stale = hold(&w, "ada").await;
        w.release(&stale).await.ok();
        let held = w.claim_one("bob").await;
        let entry = put(&w, "k", 7).await;
        for reply in every_change(&w, "k", &lease(&stale)).await {
            reply.problem(409, "lease_lost");
        }
        assert_eq!(get(&w, "k").await, entry);
        putting(&w, "k", 8).header("x-lease", &lease(&held)).send().await.ok();
        w.complete(&held, 1).await.ok();
        for reply in every_change(&w, "k", &lease(&held)).await {
            reply.problem(409, "lease_lost");
        }
        assert_eq!(value(&w, "k").await, 8);
    });
}

#[test]
fn a_lease_that_has_ended_is_lost_whether_or_not_anybody_noticed() {
    in_a_swarm(async |w| {
        let held = hold(&w, "ada").await;
        w.heartbeat(&held, json!({"extend_ms": 100})).await.ok();
        w.until_status(&held.id, "ready").await;
        putting(&w, "k", 1).header("x-lease", &lease(&held)).send().await.problem(409, "lease_lost");
        w.get(&address("k")).send().await.problem(404, "state_not_found");
    });
}

#[test]
fn the_token_of_another_task_is_no_lease() {
    in_a_swarm(async |w| {
        let (one, two) = (hold(&w, "ada").await, hold(&w, "bob").await);
        let foreign = format!("{} {}", one.id, two.token);
        putting(&w, "k", 1).header("x-lease", &foreign).send().await.problem(409, "lease_lost");
        let nobody = format!("0193a0de-0000-7000-8000-000000000000 {}", one.token);
        putting(&w, "k", 1).header("x-lease", &nobody).send().await.problem(404, "task_not_found");
        w.get(&address("k")).send().await.problem(404, "state_not_found");
    });
}

#[test]
fn a_lost_lease_is_told_before_a_wrong_version() {
    in_a_swarm(async |w| {
        let stale = hold(&w, "ada").await;
        w.complete(&stale, 1).await.ok();
        put(&w, "k", 1).await;
        let change = putting(&w, "k", 2).header("x-lease", &lease(&stale)).header("if-match", "\"99\"");
        change.send().await.problem(409, "lease_lost");
    });
}

#[test]
fn what_is_no_lease_is_refused_by_its_header() {
    in_a_swarm(async |w| {
        let held = hold(&w, "ada").await;
        let entry = put(&w, "k", 1).await;
        let long = format!("{} {}", held.id, "x".repeat(65));
        for bad in ["", "x", &held.id, &held.token, "not-an-id 1-abc", &long, &format!("{} a b", held.id)] {
            for method in [Method::PUT, Method::PATCH, Method::DELETE] {
                let body = if method == Method::PUT { json!({"value": 2}) } else { json!({}) };
                let reply = on(&w, method, "k").header("x-lease", bad).json(body).send().await;
                assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/X-Lease", "{bad}");
            }
            let reply = w.post("/state/k/increment").header("x-lease", bad).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/X-Lease", "{bad}");
        }
        assert_eq!(get(&w, "k").await, entry);
    });
}
