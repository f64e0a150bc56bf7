use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{claim_answer, look, register};

#[test]
fn a_resumed_agent_gets_tasks_again() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        w.submit(task()).await;
        w.post("/agents/a/drain").send().await.ok();
        assert_eq!(claim_answer(&w, json!({"agent": "a"})).await["directive"], "drain");
        let agent = w.post("/agents/a/resume").send().await.ok();
        assert_eq!(agent["status"], "live");
        let answer = claim_answer(&w, json!({"agent": "a"})).await;
        assert_eq!((&answer["directive"], answer["tasks"].as_array().unwrap().len()), (&json!("run"), 1));
    });
}

#[test]
fn resuming_an_agent_that_does_not_drain_changes_nothing() {
    in_a_swarm(async |w| {
        let agent = register(&w, "a", json!({})).await;
        assert_eq!(w.post("/agents/a/resume").send().await.ok(), agent);
        assert_eq!(look(&w, "a").await, agent);
    });
}
