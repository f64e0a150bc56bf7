//! What happens when a schedule is due; what the clock has to be moved for is in `tests/against_redis/schedules.rs` of
//! the domain.

use serde_json::json;
use waggle_tests::in_a_swarm;

use crate::events::support::Feed;

use super::support::{each_second, get, put, until_schedule};

#[test]
fn a_schedule_runs_when_it_is_due_and_its_task_names_it() {
    in_a_swarm(async |w| {
        let mut said = each_second();
        said["overlap"] = json!("allow");
        put(&w, "s", &said).await.expect(201);
        let after = until_schedule(&w, "s", |schedule| schedule["runs"].as_u64() >= Some(2)).await;
        said["paused"] = json!(true);
        put(&w, "s", &said).await.expect(200);
        let task = w.task(after["last_task"].as_str().unwrap()).await;
        assert_eq!((&task["schedule"], &task["payload"]), (&json!("s"), &json!(1)));
        let runs = get(&w, "s").await["runs"].as_u64().unwrap();
        assert_eq!(w.list("ready").await.len() as u64, runs);
    });
}

#[test]
fn a_run_is_left_out_while_the_task_of_the_one_before_is_unfinished() {
    in_a_swarm(async |w| {
        put(&w, "s", &each_second()).await.expect(201);
        let after = until_schedule(&w, "s", |schedule| schedule["skipped"].as_u64() >= Some(1)).await;
        assert_eq!(after["runs"], 1);
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        until_schedule(&w, "s", |schedule| schedule["runs"].as_u64() == Some(2)).await;
        w.delete("/schedules/s").send().await.expect(204);
    });
}

#[test]
fn what_it_does_is_told_in_events() {
    in_a_swarm(async |w| {
        let mut feed = Feed::open(&w, "?kind=schedule.*").await;
        put(&w, "s", &each_second()).await.expect(201);
        let events = feed.until("schedule.skipped").await;
        let kinds: Vec<_> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["schedule.changed", "schedule.fired", "schedule.skipped"]);
        assert!(events.iter().all(|event| event["schedule"] == "s"), "{events:?}");
        assert_eq!(events[1]["task"], w.list("ready").await[0]["id"]);
        w.delete("/schedules/s").send().await.expect(204);
        feed.until("schedule.removed").await;
    });
}
