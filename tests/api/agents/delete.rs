use futures_util::future::{join, join_all};
use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{claim_answer, look, names, register, until_agent_exists};

#[test]
fn a_deleted_agent_s_tasks_are_ready_at_once_and_the_attempt_is_not_counted() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..3).map(|n| task().payload(n).lease_ms(60_000))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 3})).await;
        let reply = w.delete("/agents/a").send().await;
        assert_eq!((reply.status, reply.text.as_str()), (204, ""));
        w.get("/agents/a").send().await.problem(404, "agent_not_found");
        assert!(names(&w, "").await.is_empty());
        for id in &ids {
            let task = w.task(id).await;
            assert_eq!((&task["status"], &task["attempt"]), (&json!("ready"), &json!(0)));
        }
        for held in &held {
            w.complete(held, 1).await.problem(409, "lease_lost");
        }
        let again = w.claim_with(json!({"agent": "b", "max_tasks": 3})).await;
        assert_eq!(again.iter().map(|held| held.id.clone()).collect::<Vec<_>>(), ids, "in their order");
        assert!(again.iter().all(|held| held.attempt == 1));
    });
}

#[test]
fn tasks_it_was_asked_to_stop_are_cancelled() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a").await;
        w.cancel(&id).await.ok();
        w.delete("/agents/a").send().await.expect(204);
        assert_eq!(w.status(&id).await, "cancelled");
        w.complete(&held, 1).await.problem(409, "lease_lost");
    });
}

#[test]
fn its_claims_that_wait_are_told_to_stop() {
    in_a_swarm(async |w| {
        let claims = join_all((0..3).map(|n| {
            claim_answer(&w, json!({"agent": "a", "queues": [format!("q{n}")], "wait_ms": 50_000}))
        }));
        let delete = async {
            until_agent_exists(&w, "a").await;
            // A claim that comes after the deletion would register the agent anew: all of them have to wait first.
            crate::tasks::support::a_moment().await;
            w.delete("/agents/a").send().await.expect(204);
        };
        let (answers, ()) = join(claims, delete).await;
        for answer in answers {
            assert_eq!(answer, json!({"tasks": [], "directive": "stop"}));
        }
        w.get("/agents/a").send().await.problem(404, "agent_not_found");
    });
}

#[test]
fn deleting_what_is_not_there_finds_nothing() {
    in_a_swarm(async |w| {
        w.delete("/agents/a").send().await.problem(404, "agent_not_found");
        register(&w, "a", json!({})).await;
        w.delete("/agents/a").send().await.expect(204);
        w.delete("/agents/a").send().await.problem(404, "agent_not_found");
    });
}

#[test]
fn an_agent_that_comes_back_begins_anew() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capacity": 5, "capabilities": ["x"]})).await;
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        w.post("/agents/a/drain").send().await.ok();
        w.delete("/agents/a").send().await.expect(204);
        w.submit(task()).await;
        assert_eq!(w.claim("a").await.len(), 1);
        let agent = look(&w, "a").await;
        for (field, value) in [
            ("capacity", json!(100)),
            ("capabilities", json!([])),
            ("completed", json!(0)),
            ("running", json!(1)),
            ("status", json!("live")),
        ] {
            assert_eq!(agent[field], value, "{field}");
        }
    });
}

#[test]
fn its_inbox_and_its_subscriptions_go_with_it_and_nobody_else_s() {
    in_a_swarm(async |w| {
        for name in ["a", "b"] {
            register(&w, name, json!({})).await;
            w.put(&format!("/agents/{name}/subscriptions/t")).send().await.expect(204);
        }
        let to_all = |body| json!({"from": "x", "to": {"topic": "t"}, "kind": "note", "body": body});
        let many: Vec<_> = (0..20).map(|n| w.post("/messages").json(to_all(json!(n))).send()).collect();
        join_all(many).await.into_iter().for_each(|reply| drop(reply.expect(201)));
        w.delete("/agents/a").send().await.expect(204);
        let inbox = w.get("/agents/b/inbox?limit=100").send().await.ok();
        assert_eq!(inbox["messages"].as_array().unwrap().len(), 20);
        w.get("/agents/a/inbox").send().await.problem(404, "agent_not_found");
        let sent = w.post("/messages").json(to_all(json!("later"))).send().await.expect(201);
        assert_eq!(sent["recipients"], 1);
        register(&w, "a", json!({})).await;
        assert_eq!(look(&w, "a").await["unread"], 0);
        assert_eq!(look(&w, "b").await["unread"], 21);
    });
}

#[test]
fn a_deletion_takes_as_many_steps_as_it_needs() {
    in_a_swarm(async |w| {
        const TASKS: usize = 520;
        register(&w, "a", json!({"capacity": 1_000})).await;
        w.submit_many((0..TASKS).map(|n| task().payload(n))).await;
        let mut held = 0;
        while held < TASKS {
            held += w.claim_with(json!({"agent": "a", "max_tasks": 100})).await.len();
        }
        w.delete("/agents/a").send().await.expect(204);
        assert!(w.list("running").await.is_empty());
        assert_eq!(w.list("ready").await.len(), TASKS);
        w.get("/agents/a").send().await.problem(404, "agent_not_found");
        w.delete(&format!("/agents/{}", "b")).send().await.problem(404, "agent_not_found");
    });
}

#[test]
fn claims_and_deletions_at_once_leave_every_task_with_one_holder_or_none() {
    in_a_swarm(async |w| {
        w.submit_many((0..40).map(|n| task().payload(n))).await;
        let claims = (0..20).map(|_| w.claim_with(json!({"agent": "a", "max_tasks": 2})));
        let deletions = (0..10).map(|_| w.delete("/agents/a").send());
        let (_, deleted) = join(join_all(claims), join_all(deletions)).await;
        for reply in deleted {
            assert!(matches!(reply.status, 204 | 404), "{}", reply.text);
        }
        let running = w.list("running").await.len();
        let held = w.get("/agents/a").send().await;
        let holds = if held.status == 200 { held.body["running"].as_u64().unwrap() } else { 0 };
        assert_eq!(holds, running as u64);
        assert_eq!(w.list("ready").await.len(), 40 - running);
    });
}
