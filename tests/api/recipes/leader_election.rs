use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_task_queue::model::Stamp;
use waggle_tests::{Reply, World, in_a_swarm};

use super::support::{changes, create, replace, transact, transaction, value, version};

const TTL_MS: i64 = 1_000;

fn claim_of(name: &str) -> Value {
    json!({ "value": { "name": name }, "ttl_ms": TTL_MS })
}

/// Stands for election until somebody leads: the version of the leadership, or none where another one was faster.
async fn stand(w: &World, name: &str) -> Option<u64> {
    let reply = create(w, "leader", claim_of(name)).send().await;
    if reply.status == 201 {
        Some(version(&reply.body))
    } else {
        reply.problem(412, "version_mismatch");
        None
    }
}

/// What a leader does: it counts only while the leadership has this version.
async fn lead(w: &World, term: u64, name: &str) -> Reply {
    let ops = json!([
        { "op": "state.put", "key": "plan", "value": name },
        { "op": "state.increment", "key": "plans" },
    ]);
    transact(w, transaction(&json!([{ "state": "leader", "version": term }]), &ops)).await
}

#[test]
fn of_many_candidates_one_leads() {
    in_a_swarm(async |w| {
        let names: Vec<String> = (0..8).map(|number| format!("a{number}")).collect();
        let elected = join_all(names.iter().map(|name| stand(&w, name))).await;
        assert_eq!(elected.iter().flatten().count(), 1, "{elected:?}");
        let leader = names.iter().zip(&elected).find(|(_, term)| term.is_some()).unwrap().0;
        assert_eq!(value(&w, "leader").await["name"], json!(leader));
    });
}

#[test]
fn a_leader_stays_for_as_long_as_it_renews_and_its_version_rises() {
    in_a_swarm(async |w| {
        let mut term = stand(&w, "a1").await.unwrap();
        // Longer than the leadership lasts without renewal: by the clock that ends it, that of the service.
        let begun = w.get("/state/leader").send().await.ok()["updated_at"].clone();
        loop {
            let renewed = replace(&w, "leader", term, claim_of("a1")).send().await.ok();
            assert!(version(&renewed) > term);
            term = version(&renewed);
            assert_eq!(stand(&w, "a2").await, None);
            if ms(&renewed["updated_at"]) > ms(&begun) + TTL_MS + 200 {
                break;
            }
        }
        lead(&w, term, "a1").await.ok();
    });
}

#[test]
fn a_leader_that_falls_silent_in_the_middle_of_its_work_is_followed_and_can_do_nothing_more() {
    in_a_swarm(async |w| {
        let old = stand(&w, "a1").await.unwrap();
        lead(&w, old, "a1").await.ok();
        // Here a1 stops: it believes that it leads, has its next step ready, and does not renew.
        let successors = join_all(["a2", "a3", "a4"].map(async |name| {
            let mut since = old;
            loop {
                // Whoever waits hears of the end of the leadership and of the next leader alike.
                let seen = changes(&w, "leader", since).await;
                since = version(&seen);
                match stand(&w, name).await {
                    Some(term) => return Some(term),
                    None if value(&w, "leader").await["name"] != "a1" => return None,
                    None => {}
                }
            }
        }))
        .await;
        let terms: Vec<u64> = successors.into_iter().flatten().collect();
        assert_eq!(terms.len(), 1, "one successor");
        assert!(terms[0] > old, "a later leader has a higher version");

        let refused = lead(&w, old, "a1").await.problem(412, "version_mismatch");
        assert_eq!((&refused["in"], &refused["index"]), (&json!("if"), &json!(0)));
        replace(&w, "leader", old, claim_of("a1")).send().await.problem(412, "version_mismatch");
        assert_eq!(
            (value(&w, "plan").await, value(&w, "plans").await),
            (json!("a1"), json!(1)),
            "nothing was changed"
        );
        lead(&w, terms[0], "next").await.ok();
        assert_eq!(value(&w, "plans").await, 2);
    });
}

/// Milliseconds since the epoch.
fn ms(stamp: &Value) -> i64 {
    serde_json::from_value::<Stamp>(stamp.clone()).unwrap().0
}
