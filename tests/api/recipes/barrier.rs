use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, until};

use super::support::{changes, insist, items, post_and_die, value, version};

const PARTS: u64 = 5;

/// Says that a part is done; the key names the part, not who works on it.
async fn arrive(w: &World, part: &str) -> Value {
    let request =
        || w.post("/state/barrier/build/increment").header("idempotency-key", part).json(json!({ "by": 1 }));
    let reply = insist(request).await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
    reply.body
}

/// Waits until all parts are done; what the barrier counted then.
async fn pass(w: &World) -> u64 {
    let mut since = 0;
    loop {
        let seen = changes(w, "barrier/build", since).await;
        since = version(&seen);
        let count = items(&seen).last().and_then(|item| item["value"].as_u64()).unwrap_or(0);
        if count >= PARTS {
            return count;
        }
    }
}

#[test]
fn nobody_passes_before_all_have_arrived_and_then_everybody_does() {
    in_a_swarm(async |w| {
        let worker = async |part: u64| {
            arrive(&w, &format!("part-{part}")).await;
            pass(&w).await
        };
        let all_but_one = join_all((1..PARTS).map(worker));
        let last = async {
            until("the others wait", waggle_tests::PATIENCE, async || {
                value(&w, "barrier/build").await == PARTS - 1
            })
            .await;
            worker(PARTS).await
        };
        let (mut passed, last) = tokio::join!(all_but_one, last);
        passed.push(last);
        assert_eq!(passed, [PARTS; PARTS as usize]);
    });
}

#[test]
fn who_dies_before_it_hears_that_it_has_arrived_is_counted_once_with_its_successor() {
    in_a_swarm(async |w| {
        post_and_die(&w, "/state/barrier/build/increment", "part-1", &json!({ "by": 1 })).await;
        // Its successor does not know whether that was applied, and says it again; the others have not died.
        let arrivals = ["part-1", "part-2", "part-3", "part-4"].map(async |part| arrive(&w, part).await);
        join_all(arrivals).await;
        assert_eq!(value(&w, "barrier/build").await, 4, "neither three nor five");
        let (passed, _) = tokio::join!(pass(&w), arrive(&w, "part-5"));
        assert_eq!(passed, PARTS);
    });
}
