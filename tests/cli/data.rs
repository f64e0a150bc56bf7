//! What is stored outlives the service.

use serde_json::json;
use waggle_tests::{Service, Setup, in_a_swarm_of, task};

#[test]
fn tasks_in_every_state_and_their_leases_survive_an_orderly_restart() {
    let service = Service::start(Setup::private());
    in_a_swarm_of(&service, async |w| {
        let ready = w.submit_id(task().payload("ready").queue("later")).await;
        let scheduled = w.submit_id(task().delay_ms(3_600_000)).await;
        let failed = w.failed_task(task()).await;
        let done = w.submit_id(task()).await;
        w.complete(&w.claim_one("a").await, json!({ "n": 1.0 })).await.ok();
        let cancelled = w.submit_id(task()).await;
        w.cancel(&cancelled).await.ok();
        w.submit_id(task().payload("held")).await;
        let held = w.claim_one("holder").await;
        let ids = [&ready, &scheduled, &failed, &done, &cancelled, &held.id];
        let mut before = Vec::new();
        for id in ids {
            before.push(w.get(&format!("/tasks/{id}")).send().await.text);
        }

        w.service().terminate();
        assert_eq!(w.service().ended().code(), Some(0));
        w.service().restart();

        for (id, before) in ids.into_iter().zip(before) {
            assert_eq!(w.get(&format!("/tasks/{id}")).send().await.text, before);
        }
        w.complete(&held, json!("after the restart")).await.ok();
        assert_eq!(w.status(&held.id).await, "completed");
    });
}

#[test]
fn settings_come_from_flags_before_the_environment_before_the_file() {
    // The file and the variable name a Redis that is not there; the flag names the one that is.
    let redis = waggle_tests::RedisServer::start();
    let setup = Setup::redis(&redis).set("WAGGLE_REDIS__URL", "redis://127.0.0.1:9");
    let service = Service::start(setup.flag("--redis-url").flag(&redis.url()));
    in_a_swarm_of(&service, async |w| drop(w.submit_id(task()).await));
    let swarms: i64 = redis.query("ZCARD wg:{*}:swarms");
    assert_eq!(swarms, 1, "the tasks are in the Redis that the flag names");
}
