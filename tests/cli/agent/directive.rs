//! What the service asks of an agent.

use serde_json::json;
use waggle_tests::{PATIENCE, World, in_a_swarm, task, until};

use crate::program::agent;

/// Claims to be waiting: a task that comes now would be theirs.
async fn until_known(w: &World, name: &str) {
    until("the agent is known", PATIENCE, async || {
        w.get(&format!("/agents/{name}")).send().await.status == 200
    })
    .await;
}

#[test]
fn an_agent_that_is_drained_finishes_what_it_holds_takes_no_more_and_ends_well() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..3).map(|number| task().payload(number))).await;
        let script = "echo > started-$WAGGLE_TASK_ID; until test -e go; do sleep 0.05; done; echo done";
        let running = agent(&w, &["--agent", "a", "--concurrency", "2"], script).start();
        for id in &ids[..2] {
            running.file(&format!("started-{id}")).await;
        }
        w.post("/agents/a/drain").send().await.ok();
        running.touch("go");
        assert_eq!(running.ended().await.status, 0);
        for id in &ids[..2] {
            assert_eq!(w.task(id).await["result"], "done");
        }
        assert_eq!(w.status(&ids[2]).await, "ready");
        assert_eq!(w.get("/agents/a").send().await.ok()["status"], "draining");
    });
}

#[test]
fn an_agent_that_is_drained_while_it_waits_ends_at_once() {
    in_a_swarm(async |w| {
        let running = agent(&w, &["--agent", "a", "--concurrency", "3"], "true").start();
        until_known(&w, "a").await;
        w.post("/agents/a/drain").send().await.ok();
        let ended = running.ended().await;
        assert_eq!(ended.status, 0);
        assert!(ended.stderr.contains("drains"), "{}", ended.stderr);
    });
}

#[test]
fn an_agent_that_is_removed_while_it_waits_ends_at_once_and_does_not_come_back() {
    in_a_swarm(async |w| {
        w.submit(task().payload("held")).await;
        let script = "echo > started; until test -e go; do sleep 0.05; done";
        let running = agent(&w, &["--agent", "a", "--concurrency", "3"], script).start();
        running.file("started").await;
        w.delete("/agents/a").send().await.expect(204);
        running.says("removed").await;
        running.touch("go");
        let ended = running.ended().await;
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        w.get("/agents/a").send().await.problem(404, "agent_not_found");
        // What it held was given back, and its result came too late.
        assert_eq!(w.claim_one("b").await.attempt, 1);
    });
}

#[test]
fn without_flags_an_agent_can_do_what_it_is_registered_with() {
    in_a_swarm(async |w| {
        let registered = json!({"capabilities": ["rust"], "capacity": 2});
        w.put("/agents/a").json(registered).send().await.expect(201);
        let rust = w.submit_id(task().requires(["rust"])).await;
        let go = w.submit_id(task().requires(["go"])).await;
        let ended = agent(&w, &["--agent", "a", "--exit-when-idle-ms", "300"], "true").run().await;
        assert_eq!(ended.status, 0);
        assert_eq!(
            (w.status(&rust).await, w.status(&go).await),
            ("completed".to_owned(), "ready".to_owned())
        );
        let ended =
            agent(&w, &["--agent", "a", "--capability", "go", "--max-tasks", "1"], "true").run().await;
        assert_eq!(ended.status, 0);
        assert_eq!(w.status(&go).await, "completed");
    });
}
