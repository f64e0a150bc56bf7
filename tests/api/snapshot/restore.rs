use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, on_a_service, task};

use super::support::{NDJSON, assert_sound, empty, export, furnish, lines_of, restore, tasks_of};

#[test]
fn everything_comes_back() {
    in_a_swarm(async |w| {
        let furnished = furnish(&w).await;
        let other = empty(&w).await;
        let answer = restore(&other, export(&w).await).await.ok();
        assert_eq!(answer["swarm"], other.swarm());
        assert_sound(&other).await;

        let (mut before, mut after) = (tasks_of(&w).await, tasks_of(&other).await);
        assert_eq!(answer["restored"]["tasks"], before.len());
        for running in [&furnished.held.id, &furnished.stopping.id] {
            let [was, is] = [&mut before, &mut after].map(|tasks| tasks.remove(running).unwrap());
            assert_eq!(was["status"], "running");
            assert_eq!((&was["payload"], &was["progress"]), (&is["payload"], &is["progress"]));
        }
        // The one that was released and claimed again.
        let runs = |task: &Value| task["status"] == "running";
        let others: Vec<String> = before.iter().filter(|(_, t)| runs(t)).map(|(id, _)| id.clone()).collect();
        for id in others {
            before.remove(&id);
            assert_eq!(after.remove(&id).unwrap()["status"], "ready");
        }
        assert_eq!(before, after);
        same_state(&w, &other).await;
        same_inboxes(&w, &other).await;
        same_agents(&w, &other).await;
        let said =
            |swarm: Value| [&swarm["objective"], &swarm["metadata"], &swarm["limits"]].map(Value::clone);
        assert_eq!(said(w.get("").send().await.ok()), said(other.get("").send().await.ok()));
    });
}

async fn same_state(w: &World, other: &World) {
    let of = async |w: &World| w.get("/state?limit=500").send().await.ok()["items"].clone();
    assert_eq!(of(w).await, of(other).await);
    let since =
        async |w: &World| w.get("/state?since_version=0&limit=500").send().await.ok()["items"].clone();
    assert_eq!(since(w).await, since(other).await, "deletions and versions");
}

async fn same_inboxes(w: &World, other: &World) {
    for agent in ["worker", "reader", "drained"] {
        let of = async |w: &World| w.get(&format!("/agents/{agent}/inbox?limit=500")).send().await.ok();
        let (before, after) = (of(w).await, of(other).await);
        assert_eq!(before, after, "{agent}");
        assert!(!before["messages"].as_array().unwrap().is_empty(), "{agent}");
    }
}

async fn same_agents(w: &World, other: &World) {
    let of = async |w: &World| {
        let agents = w.get("/agents?limit=500").send().await.ok()["items"].clone();
        let mut agents = agents.as_array().unwrap().clone();
        for agent in &mut agents {
            // What an agent holds is a lease, and it was seen when its inbox was read.
            for field in ["running", "last_seen_at"] {
                agent.as_object_mut().unwrap().remove(field);
            }
        }
        agents
    };
    assert_eq!(of(w).await, of(other).await);
}

#[test]
fn a_running_task_is_ready_again_and_its_old_token_worth_nothing() {
    in_a_swarm(async |w| {
        let furnished = furnish(&w).await;
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        let held = &furnished.held;
        assert_eq!(other.status(&held.id).await, "ready");
        assert_eq!(other.task(&held.id).await["attempt"], 0, "its attempt is not counted");
        other.complete(held, 1).await.problem(409, "lease_lost");
        other.heartbeat(held, json!({})).await.problem(409, "lease_lost");
        let again = other.claim_with(json!({"agent": "worker", "queues": ["work"], "max_tasks": 9})).await;
        let again = again.into_iter().find(|again| again.id == held.id).unwrap();
        assert!(again.fence() > held.fence());
        other.complete(held, 1).await.problem(409, "lease_lost");
        other.complete(&again, 2).await.ok();
    });
}

#[test]
fn a_running_task_that_was_asked_to_stop_is_cancelled() {
    in_a_swarm(async |w| {
        let furnished = furnish(&w).await;
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        assert_eq!(other.status(&furnished.stopping.id).await, "cancelled");
    });
}

#[test]
fn an_outcome_under_an_old_token_is_not_told_again() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        let other = empty(&w).await;
        restore(&other, export(&w).await).await.ok();
        assert_eq!(other.status(&held.id).await, "completed");
        other.complete(&held, 1).await.problem(409, "lease_lost");
    });
}

#[test]
fn a_swarm_that_holds_something_is_not_restored_into() {
    in_a_swarm(async |w| {
        let other = empty(&w).await;
        let snapshot = export(&w).await;
        for (put, path, body) in [
            (false, "/tasks", json!({})),
            (true, "/agents/a", json!({})),
            (true, "/state/k", json!({"value": 1})),
        ] {
            let other = w.beside(&format!("{}{}", other.swarm(), path.replace('/', "-")));
            other.put("").send().await.expect(201);
            let request = if put { other.put(path) } else { other.post(path) };
            request.json(body).send().await.expect(201);
            let before = lines_of(&export(&other).await, "end")[0]["counts"].clone();
            restore(&other, snapshot.clone()).await.problem(409, "swarm_not_empty");
            assert_eq!(lines_of(&export(&other).await, "end")[0]["counts"], before);
        }
    });
}

#[test]
fn a_swarm_that_does_not_exist_is_not_restored_into() {
    in_a_swarm(async |w| {
        let snapshot = export(&w).await;
        let nobody = w.beside(&format!("{}-nobody", w.swarm()));
        restore(&nobody, snapshot).await.problem(404, "swarm_not_found");
        nobody.get("").send().await.problem(404, "swarm_not_found");
    });
}

#[test]
fn what_is_not_said_to_be_lines_of_json_is_refused() {
    in_a_swarm(async |w| {
        let (other, snapshot) = (empty(&w).await, export(&w).await);
        for kind in ["application/json", "text/plain", ""] {
            let put = other.put("/snapshot").header("content-type", kind).untyped(snapshot.clone());
            let problem = put.send().await.problem(415, "unsupported_media_type");
            assert_eq!(problem["detail"], format!("send the body as {NDJSON}"));
        }
        let put = other.put("/snapshot").header("content-type", &format!("{NDJSON}; charset=utf-8"));
        put.untyped(snapshot).send().await.ok();
    });
}

#[test]
fn the_swarm_default_is_restored_into_when_it_is_empty() {
    on_a_service(async |w| {
        furnish(&w).await;
        let default = w.beside("default");
        restore(&default, export(&w).await).await.ok();
        assert_sound(&default).await;
        assert_eq!(tasks_of(&default).await.len(), tasks_of(&w).await.len());
    });
}
