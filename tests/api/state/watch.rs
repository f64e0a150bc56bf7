use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use super::support::{delete, increment, items, keys, page, put, version};
use crate::tasks::support::a_moment;

/// Longer than any wake-up takes, shorter than the wait that it ends.
const AT_ONCE: Duration = Duration::from_secs(10);

/// Watches with `query` while `change` is made, which must end the wait.
async fn woken(w: &World, query: &str, change: impl Future<Output = ()>) -> Value {
    let start = Instant::now();
    let query = format!("{query}&wait_ms=30000");
    let (page, ()) = tokio::join!(page(w, &query), async {
        a_moment().await;
        change.await;
    });
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    page
}

#[test]
fn a_watch_tells_the_last_change_of_each_key_in_the_order_of_the_changes() {
    in_a_swarm(async |w| {
        put(&w, "a", 1).await;
        put(&w, "b", 1).await;
        put(&w, "a", 2).await;
        increment(&w, "n", 1).await.expect(201);
        let page = page(&w, "since_version=0").await;
        assert_eq!(keys(&page), ["b", "a", "n"]);
        assert_eq!(items(&page).iter().map(version).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!((&page["version"], &page["next_cursor"]), (&json!(4), &Value::Null));
        assert_eq!(items(&page)[1]["value"], 2);
    });
}

#[test]
fn a_deletion_is_told_until_the_key_is_made_again() {
    in_a_swarm(async |w| {
        put(&w, "a", 1).await;
        put(&w, "b", 1).await;
        delete(&w, "a").await.expect(204);
        let seen = page(&w, "since_version=1").await;
        assert_eq!(items(&seen)[1], json!({"key": "a", "deleted": true, "version": 3}));
        assert_eq!(keys(&page(&w, "").await), ["b"], "a list has nothing of it");
        put(&w, "a", 2).await;
        let page = page(&w, "since_version=1").await;
        assert_eq!((keys(&page), items(&page)[1].get("deleted")), (vec!["b", "a"], None));
    });
}

#[test]
fn what_has_been_seen_is_not_told_again() {
    in_a_swarm(async |w| {
        put(&w, "a", 1).await;
        let first = page(&w, "since_version=0").await;
        let second = page(&w, &format!("since_version={}", version(&first))).await;
        assert_eq!(second, json!({"items": [], "next_cursor": null, "version": 1}));
    });
}

#[test]
fn a_full_page_of_changes_goes_on_where_it_ended() {
    in_a_swarm(async |w| {
        for n in 0..7 {
            put(&w, &format!("k{n}"), n).await;
        }
        let (mut since, mut seen) = (0, Vec::new());
        for _ in 0..3 {
            let page = page(&w, &format!("limit=3&since_version={since}")).await;
            assert_eq!(page["next_cursor"].is_string(), items(&page).len() == 3, "{page}");
            since = version(&page);
            seen.extend(keys(&page).into_iter().map(str::to_owned));
        }
        assert_eq!(seen, ["k0", "k1", "k2", "k3", "k4", "k5", "k6"]);
        let first = page(&w, "limit=4&since_version=0").await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = page(&w, &format!("limit=4&since_version=0&cursor={cursor}")).await;
        assert_eq!(keys(&rest), ["k4", "k5", "k6"]);
    });
}

#[test]
fn a_watch_wakes_at_the_next_change() {
    in_a_swarm(async |w| {
        put(&w, "a", 1).await;
        let seen = woken(&w, "since_version=1", async { drop(put(&w, "a", 2).await) }).await;
        assert_eq!((keys(&seen), version(&seen)), (vec!["a"], 2));
        let seen = woken(&w, "since_version=2", async { drop(delete(&w, "a").await.expect(204)) }).await;
        assert_eq!(items(&seen)[0]["deleted"], true);
        let seen =
            woken(&w, "since_version=3", async { drop(increment(&w, "n", 1).await.expect(201)) }).await;
        assert_eq!(keys(&seen), ["n"]);
    });
}

#[test]
fn a_watch_of_a_prefix_sleeps_through_the_changes_of_others() {
    in_a_swarm(async |w| {
        let seen = woken(&w, "since_version=0&prefix=a/", async {
            put(&w, "b", 1).await;
            a_moment().await;
            put(&w, "a%2Fx", 2).await;
        })
        .await;
        assert_eq!((keys(&seen), version(&seen)), (vec!["a/x"], 2));
    });
}

#[test]
fn an_empty_list_waits_for_the_first_key() {
    in_a_swarm(async |w| {
        put(&w, "b", 1).await;
        let seen = woken(&w, "prefix=a", async { drop(put(&w, "a", 2).await) }).await;
        assert_eq!(keys(&seen), ["a"]);
        let start = Instant::now();
        assert_eq!(keys(&page(&w, "wait_ms=30000").await), ["a", "b"]);
        assert!(start.elapsed() < AT_ONCE, "what is there is answered at once");
    });
}

#[test]
fn a_watch_in_which_nothing_happens_is_answered_empty_when_its_time_is_over() {
    in_a_swarm(async |w| {
        put(&w, "a", 1).await;
        let start = Instant::now();
        let answer = page(&w, "since_version=1&wait_ms=300").await;
        assert!(start.elapsed() >= Duration::from_millis(300));
        assert_eq!(answer, json!({"items": [], "next_cursor": null, "version": 1}));
        let reply = w.get("/state?since_version=1").header("prefer", "wait=1").send().await;
        assert_eq!((reply.status, reply.header("preference-applied")), (200, "wait=1"));
    });
}

#[test]
fn a_version_that_never_existed_has_nothing_after_it() {
    in_a_swarm(async |w| {
        put(&w, "a", 1).await;
        for beyond in ["2", "999999", "18446744073709551615"] {
            let answer = page(&w, &format!("since_version={beyond}&wait_ms=100")).await;
            assert_eq!(answer, json!({"items": [], "next_cursor": null, "version": 1}), "{beyond}");
        }
        w.get("/state?since_version=18446744073709551616").send().await.problem(422, "validation");
    });
}

#[test]
fn few_changes_of_a_prefix_are_found_among_many_of_others() {
    in_a_swarm(async |w| {
        put(&w, "wanted%2F1", 1).await;
        for n in 0..1_200 {
            put(&w, &format!("other{n}"), 1).await;
        }
        put(&w, "wanted%2F2", 1).await;
        let page = page(&w, "since_version=0&prefix=wanted").await;
        assert_eq!((keys(&page), version(&page)), (vec!["wanted/1", "wanted/2"], 1_202));
    });
}
