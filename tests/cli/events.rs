//! `waggle events`.

use rustix::process::Signal;
use serde_json::{Value, json};
use waggle_tests::{Service, Setup, in_a_swarm, in_a_swarm_of, task};

use crate::program::client;

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

#[test]
fn what_has_happened_is_printed_one_event_a_line() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let other = w.submit_id(task().queue("other")).await;
        w.complete(&w.claim_one("a").await, json!(1)).await.ok();
        let seen = client(&w, &["events", "--task", &id]).run().await.lines();
        assert_eq!(kinds(&seen), ["task.submitted", "task.claimed", "task.completed"]);
        assert!(seen.iter().all(|event| event["task"] == json!(id)), "{seen:?}");

        let since = seen[0]["id"].as_str().unwrap();
        let later = client(&w, &["events", "--task", &id, "--since", since]).run().await.lines();
        assert_eq!(later, seen[1..]);
        let of_kinds = ["events", "--kind", "task.submitted", "--kind", "agent.*"];
        let seen = client(&w, &of_kinds).run().await.lines();
        assert_eq!(kinds(&seen), ["task.submitted", "task.submitted", "agent.registered"]);
        assert_eq!(seen[1]["task"], json!(other));
        let of_agent = client(&w, &["events", "--agent", "a", "--kind", "task.*"]).run().await.lines();
        assert_eq!(kinds(&of_agent), ["task.claimed", "task.completed"]);
    });
}

#[test]
fn a_follower_goes_on_where_it_was_when_the_service_comes_back() {
    let service = Service::start(Setup::private());
    in_a_swarm_of(&service, async |w| {
        let first = w.submit_id(task()).await;
        let following =
            client(&w, &["events", "--follow", "--since", "0-0.0", "--kind", "task.submitted"]).start();
        assert_eq!(following.prints(1).await[0]["task"], json!(first));
        w.service().terminate();
        assert_eq!(w.service().ended().code(), Some(0));
        w.service().restart();
        w.until_it_works().await;
        let second = w.submit_id(task()).await;
        let seen = following.prints(2).await;
        assert_eq!((seen.len(), &seen[1]["task"]), (2, &json!(second)));
        following.signal(Signal::TERM);
        assert_eq!(following.ended().await.status, 128 + 15);
    });
}

#[test]
fn events_that_are_turned_off_cannot_be_followed() {
    in_a_swarm(async |w| {
        client(&w, &["swarm", "create", w.swarm(), "--no-events"]).ok().await;
        let refused = client(&w, &["events", "--follow"]).run().await;
        assert!(refused.complaint(1).contains("events_off"), "{refused:?}");
        w.submit_id(task()).await;
        let kept = client(&w, &["events"]).run().await.lines();
        assert_eq!(kinds(&kept), ["swarm.changed"], "what was written before can be read");
    });
}
