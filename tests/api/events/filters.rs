use serde_json::json;
use waggle_tests::{Service, Setup, in_a_swarm, in_a_swarm_of, task};

use super::support::Feed;

#[test]
fn only_the_kinds_that_are_asked_for_come() {
    in_a_swarm(async |w| {
        let mut feed = Feed::open(&w, "?kind=task.completed,task.failed").await;
        for ends_well in [true, false, true] {
            let id = w.submit_id(task()).await;
            let held = w.claim_one("a1").await;
            if ends_well {
                w.complete(&held, 1).await.ok();
            } else {
                w.fail_with(&held, json!({"retryable": false})).await.ok();
            }
            let event = feed.event().await;
            let kind = if ends_well { "task.completed" } else { "task.failed" };
            assert_eq!((&event["kind"], &event["task"]), (&json!(kind), &json!(id)));
        }
    });
}

#[test]
fn only_the_task_or_the_agent_that_is_asked_for_comes() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..40).map(|n| task().payload(n))).await;
        let (mut of_task, mut of_agent) = (
            Feed::behind(&w, &format!("?task={}", ids[20]), "0-0.0").await,
            Feed::open(&w, "?agent=a1&kind=task.*").await,
        );
        assert_eq!(of_task.event().await["task"], ids[20].as_str());
        for (agent, id) in [("a11", &ids[0]), ("a1", &ids[1]), ("a2", &ids[2]), ("a1", &ids[3])] {
            let held = w.claim_one(agent).await;
            assert_eq!(held.id, *id);
        }
        let claimed: Vec<_> = of_agent.take(2).await.iter().map(|event| event["task"].clone()).collect();
        assert_eq!(claimed, [ids[1].as_str(), ids[3].as_str()]);
        w.cancel(&ids[20]).await.ok();
        assert_eq!(of_task.event().await["kind"], "task.cancelled");
    });
}

#[test]
fn a_follower_for_whom_nothing_comes_still_learns_how_far_it_is() {
    let setup = Setup::private().set("WAGGLE_SERVER__SSE_HEARTBEAT_MS", "50");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let mut feed = Feed::open(&w, "?kind=swarm.restored").await;
        let start = feed.block().await.unwrap().id.unwrap();
        w.submit(task()).await;
        let reached = loop {
            let block = feed.block().await.unwrap();
            assert!(block.has_comment && block.data.is_none(), "{block:?}");
            if block.id.as_ref() != Some(&start) {
                break block.id.unwrap();
            }
        };
        let last = w.submit_id(task()).await;
        assert_eq!(Feed::behind(&w, "", &reached).await.event().await["task"], last.as_str());
    });
}
