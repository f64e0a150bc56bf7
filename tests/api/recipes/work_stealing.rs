use serde_json::{Value, json};
use waggle_tests::{Held, World, in_a_swarm, task};

use super::support::{inbox, register};

const TASKS: usize = 6;

/// All the work there is in the hands of one agent.
async fn busy(w: &World, lease_ms: u64) -> Vec<Held> {
    for agent in ["busy", "idle"] {
        register(w, agent, json!({ "capacity": 10 })).await;
    }
    w.submit_many((0..TASKS).map(|number| task().payload(number).lease_ms(lease_ms))).await;
    let held = w.claim_with(json!({ "agent": "busy", "max_tasks": TASKS })).await;
    assert_eq!(held.len(), TASKS);
    held
}

/// The busiest agent; asks it for work.
async fn ask(w: &World) -> String {
    let agents = w.get("/agents?status=live").send().await.ok();
    let running = |agent: &Value| agent["running"].as_u64().unwrap();
    let busiest = agents["items"].as_array().unwrap().iter().max_by_key(|agent| running(agent)).unwrap();
    let name = busiest["name"].as_str().unwrap().to_owned();
    let message = json!({ "from": "idle", "to": { "agent": name }, "kind": "idle", "body": null });
    w.post("/messages").json(message).send().await.expect(201);
    name
}

/// Claims what there is until it has so many tasks.
async fn steal(w: &World, want: usize) -> Vec<Held> {
    let mut stolen = Vec::new();
    while stolen.len() < want {
        let claim = json!({ "agent": "idle", "max_tasks": want - stolen.len(), "wait_ms": 20_000 });
        stolen.extend(w.claim_with(claim).await);
    }
    stolen
}

#[test]
fn an_idle_agent_gets_half_of_what_a_busy_one_has_not_begun_and_all_is_done_once() {
    in_a_swarm(async |w| {
        let held = busy(&w, 30_000).await;
        let thief = async {
            assert_eq!(ask(&w).await, "busy");
            steal(&w, TASKS / 2).await
        };
        let victim = async {
            assert_eq!(inbox(&w, "busy").await[0]["kind"], "idle");
            let outcomes: Vec<Value> = held[TASKS / 2..]
                .iter()
                .map(|task| json!({ "id": task.id, "lease": task.token, "outcome": "release" }))
                .collect();
            w.post("/settlements").json(json!({ "agent": "busy", "outcomes": outcomes })).send().await.ok();
        };
        let (stolen, ()) = tokio::join!(thief, victim);
        for task in &stolen {
            assert_eq!(task.attempt, 1, "giving back costs no attempt");
            w.complete(task, json!("idle")).await.ok();
        }
        for task in &held[..TASKS / 2] {
            w.complete(task, json!("busy")).await.ok();
        }
        // The busy one has forgotten that it gave a task back.
        w.complete(&held[TASKS - 1], json!("busy")).await.problem(409, "lease_lost");
        assert_eq!(results(&w).await, (TASKS / 2, TASKS / 2));
    });
}

#[test]
fn a_busy_agent_that_dies_when_it_is_asked_loses_all_and_can_finish_nothing_later() {
    in_a_swarm(async |w| {
        let held = busy(&w, 300).await;
        ask(&w).await;
        // It never answers. Its leases end, and whoever waits gets its tasks.
        let stolen = steal(&w, TASKS).await;
        for task in &stolen {
            assert_eq!(task.attempt, 2, "an ended lease counts as an attempt");
        }
        for task in &held {
            w.complete(task, json!("busy")).await.problem(409, "lease_lost");
        }
        for task in &stolen {
            // As long a lease as the task has may have ended already: then it is claimed again below.
            let _ = w.complete(task, json!("idle")).await;
        }
        while results(&w).await.1 < TASKS {
            for task in steal(&w, 1).await {
                let _ = w.complete(&task, json!("idle")).await;
            }
        }
        assert_eq!(results(&w).await, (0, TASKS));
    });
}

/// How many tasks each of the two has finished.
async fn results(w: &World) -> (usize, usize) {
    let done = w.list("completed").await;
    let by = |name: &str| done.iter().filter(|task| task["result"] == name).count();
    (by("busy"), by("idle"))
}
