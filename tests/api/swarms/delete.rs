use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Reply, World, in_a_swarm, task, until};

use super::support::{another, delete, keys_of, names, until_agents_are_there, waiting};

/// A swarm with something of every kind in it.
async fn furnish(w: &World, path: &str) {
    let post = async |at: &str, body: Value| w.client().post(&format!("{path}{at}")).json(body).send().await;
    w.client().put(path).json(json!({"objective": "o", "limits": {"max_tasks": 1_000}})).send().await;
    let tasks: Vec<_> = (0..60)
        .map(|n| match n % 4 {
            0 => json!({"payload": n, "queue": format!("q{n}")}),
            1 => json!({"payload": n, "delay_ms": 600_000, "dedup_key": format!("d{n}")}),
            2 => json!({"payload": n, "agent": "pinned", "requires": ["c"]}),
            _ => json!({"payload": n, "lease_ms": 100}),
        })
        .collect();
    post("/tasks/batch", json!({ "tasks": tasks })).await.ok();
    let claimed = post("/claims", json!({"agent": "a", "claim_id": "c", "max_tasks": 5})).await.ok();
    let done = &claimed["tasks"][0];
    let complete = format!("/tasks/{}/complete", done["id"].as_str().unwrap());
    post(&complete, json!({"lease": done["lease"]["token"], "result": "x".repeat(2_000)})).await;
    let post_once = w.client().post(&format!("{path}/tasks")).header("idempotency-key", "i").json(json!({}));
    post_once.send().await.expect(201);
}

fn gone(reply: Reply) {
    reply.problem(404, "swarm_not_found");
}

#[test]
fn a_deleted_swarm_is_gone_for_every_call_at_once() {
    in_a_swarm(async |w| {
        let path = another(&w);
        furnish(&w, &path).await;
        let task = w.client().get(&format!("{path}/tasks?limit=1")).send().await.ok()["items"][0].clone();
        let id = task["id"].as_str().unwrap();
        let deleted = delete(&w, &path).await.expect(202);
        assert_eq!(deleted["name"], format!("{}-another", w.swarm()));
        for at in ["", "/stats", "/tasks", &format!("/tasks/{id}"), &format!("/tasks/{id}?wait_ms=1000")] {
            gone(w.client().get(&format!("{path}{at}")).send().await);
        }
        let lease = json!({"lease": "1-x"});
        for (at, body) in [
            ("/pause", json!({})),
            ("/resume", json!({})),
            ("/tasks", json!({})),
            ("/tasks/batch", json!({"tasks": [{}]})),
            ("/claims", json!({"agent": "a"})),
            ("/claims", json!({"agent": "a", "claim_id": "c", "wait_ms": 1_000})),
            (&format!("/tasks/{id}/cancel"), json!({})),
            (&format!("/tasks/{id}/retry"), json!({})),
            (&format!("/tasks/{id}/heartbeat"), lease.clone()),
            (&format!("/tasks/{id}/complete"), lease),
        ] {
            gone(w.client().post(&format!("{path}{at}")).json(body).send().await);
        }
        gone(delete(&w, &path).await);
    });
}

#[test]
fn nothing_of_a_deleted_swarm_is_left_and_its_neighbours_keep_everything() {
    in_a_swarm(async |w| {
        let swarm = format!("{}-another", w.swarm());
        let paths = [another(&w), format!("{}:", another(&w)), format!("{}-another-x", w.path(""))];
        for path in &paths {
            furnish(&w, path).await;
        }
        w.submit_many((0..20).map(|n| task().payload(n))).await;
        assert!(keys_of(&w, &swarm).len() > 100);
        delete(&w, &paths[0]).await.expect(202);
        until("no key is left", PATIENCE, async || keys_of(&w, &swarm).is_empty()).await;
        let directory = "ZRANGE wg:{*}:swarms 0 -1";
        until("its name has left the directory", PATIENCE, async || {
            !w.service().redis::<Vec<String>>(directory).concat().contains(&swarm)
        })
        .await;
        for path in &paths[1..] {
            let stats = w.client().get(&format!("{path}/stats")).send().await.ok();
            let there: u64 = stats["tasks"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
            assert_eq!(there, 61, "{path}");
        }
        assert_eq!(w.list("ready").await.len(), 20);
    });
}

#[test]
fn a_deleted_swarm_can_be_made_anew_and_knows_nothing_of_before() {
    in_a_swarm(async |w| {
        let path = another(&w);
        for round in 0..3 {
            furnish(&w, &path).await;
            delete(&w, &path).await.expect(202);
            until(&format!("it can be made anew, round {round}"), PATIENCE, async || {
                let reply = w.client().put(&path).send().await;
                if reply.status == 409 {
                    assert_eq!(reply.header("retry-after"), "1");
                    assert_eq!(reply.problem(409, "swarm_closed")["applied"], false);
                    return false;
                }
                reply.expect(201);
                true
            })
            .await;
            let stats = w.client().get(&format!("{path}/stats")).send().await.ok();
            assert_eq!((&stats["queues"], &stats["agents"]["live"]), (&json!({}), &json!(0)));
            assert!(names(&w, 500).await.contains(&format!("{}-another", w.swarm())));
        }
    });
}

#[test]
fn all_who_wait_in_a_swarm_hear_at_once_that_it_is_gone() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().delay_ms(600_000)).await;
        let path = w.path("");
        let claim = |n: usize| {
            let mut claim = waiting(&format!("a{n}"));
            if n.is_multiple_of(2) {
                claim["claim_id"] = json!("c");
            }
            claim["queues"] = json!([format!("q{}", n % 5)]);
            w.post("/claims").json(claim).send()
        };
        let waiting = join(join_all((0..60).map(claim)), w.get(&format!("/tasks/{id}?wait_ms=60000")).send());
        let end = async {
            until_agents_are_there(&w, 60).await;
            delete(&w, &path).await.expect(202);
            Instant::now()
        };
        let ((claims, look), deleted) = join(waiting, end).await;
        claims.into_iter().for_each(gone);
        gone(look);
        assert!(deleted.elapsed() < Duration::from_secs(4), "{:?}", deleted.elapsed());
        until("it can be made anew", PATIENCE, async || w.client().put(&path).send().await.status == 201)
            .await;
    });
}

#[test]
fn the_swarm_default_cannot_be_deleted_and_one_that_is_not_there_is_not_found() {
    in_a_swarm(async |w| {
        delete(&w, "/v1/swarms/default").await.problem(409, "default_swarm");
        w.client().get("/v1/swarms/default").send().await.ok();
        gone(delete(&w, &another(&w)).await);
        let request = w.delete("").json(json!({"force": true}));
        assert_eq!(request.send().await.problem(422, "validation")["errors"][0]["pointer"], "/force");
        w.get("").send().await.ok();
    });
}
