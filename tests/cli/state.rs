//! `waggle state`.

use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

use crate::program::client;

async fn put(w: &World, key: &str, value: &str) -> u64 {
    let answer = client(w, &["state", "put", key, value]).json().await;
    answer["version"].as_u64().unwrap()
}

async fn get(w: &World, key: &str) -> Value {
    client(w, &["state", "get", key]).json().await
}

#[test]
fn a_value_is_put_read_patched_counted_and_deleted() {
    in_a_swarm(async |w| {
        let key = "plan/a b?#%ä";
        put(&w, key, r#"{"a": 1.0, "b": 2}"#).await;
        assert_eq!(client(&w, &["state", "get", key]).ok().await, "{\"a\":1.0,\"b\":2}\n");
        let patched = client(&w, &["state", "patch", key, r#"{"b":null,"c":3}"#]).json().await;
        assert_eq!(patched["value"], json!({ "a": 1.0, "c": 3 }));
        let full = client(&w, &["state", "get", key, "--full"]).json().await;
        assert_eq!((&full["key"], &full["version"]), (&json!(key), &patched["version"]));

        assert_eq!(client(&w, &["state", "increment", "n"]).json().await["value"], 1);
        assert_eq!(client(&w, &["state", "increment", "n", "--by", "-3"]).json().await["value"], -2);
        client(&w, &["state", "delete", "n"]).ok().await;
        let refused = client(&w, &["state", "get", "n"]).run().await;
        assert!(refused.complaint(1).contains("state_not_found"), "{refused:?}");
    });
}

#[test]
fn a_value_comes_from_the_flag_a_file_or_standard_input() {
    in_a_swarm(async |w| {
        for (flags, value) in [
            (&["[1]"][..], json!([1])),
            (&["-7"], json!(-7)),
            (&["@file.json"], json!({ "from": "file" })),
            (&["-"], json!("from stdin")),
            (&["[1]", "--text"], json!("[1]")),
            (&["-", "--text"], json!("\"from stdin\"")),
        ] {
            let put = client(&w, &[&["state", "put", "k"], flags].concat());
            let made = put.file("file.json", r#"{"from":"file"}"#).input("\"from stdin\"").json().await;
            assert_eq!(made["value"], value, "{flags:?}");
            assert_eq!(get(&w, "k").await, value, "{flags:?}");
        }
        assert_eq!(client(&w, &["state", "get", "k", "--text"]).ok().await, "\"from stdin\"\n");
        let refused = client(&w, &["state", "put", "k", "plain words"]).run().await;
        assert!(refused.complaint(1).contains("--text"), "{refused:?}");
    });
}

#[test]
fn a_change_is_made_only_at_the_version_it_names() {
    in_a_swarm(async |w| {
        let first = client(&w, &["state", "put", "k", "1", "--if-version", "0"]).json().await;
        let version = first["version"].to_string();
        for (verb, wrong) in [
            (&["put", "k", "2"][..], "0"),
            (&["put", "k", "2"], "4711"),
            (&["patch", "k", "{}"], "4711"),
            (&["increment", "k"], "4711"),
            (&["delete", "k"], "4711"),
        ] {
            let refused = client(&w, &[&["state"], verb, &["--if-version", wrong]].concat()).run().await;
            assert!(refused.complaint(1).contains("version_mismatch"), "{refused:?}");
        }
        assert_eq!(get(&w, "k").await, 1);
        client(&w, &["state", "put", "k", "2", "--if-version", &version]).ok().await;
        assert_eq!(get(&w, "k").await, 2);
    });
}

#[test]
fn who_has_lost_the_lease_changes_nothing() {
    in_a_swarm(async |w| {
        w.submit_id(task()).await;
        let held = w.claim_one("a").await;
        let lease = format!("{} {}", held.id, held.token);
        let put = client(&w, &["state", "put", "k", "1", "--lease", &lease]).json().await;
        assert_eq!(put["updated_by"], "a");
        w.release(&held).await.ok();
        for verb in [&["put", "k", "2"][..], &["patch", "k", "{}"], &["increment", "k"], &["delete", "k"]] {
            let refused = client(&w, &[&["state"], verb, &["--lease", &lease]].concat()).run().await;
            assert!(refused.complaint(1).contains("lease_lost"), "{refused:?}");
        }
        assert_eq!(get(&w, "k").await, 1);
    });
}

#[test]
fn keys_are_listed_by_their_beginning() {
    in_a_swarm(async |w| {
        for key in ["b", "votes/1", "votes/2", "votes/3"] {
            put(&w, key, "true").await;
        }
        let keys = async |flags: &[&str]| {
            let listed = client(&w, &[&["state", "list"], flags].concat()).run().await;
            let keys: Vec<Value> = listed
                .stdout
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap()["key"].clone())
                .collect();
            (keys, listed.stderr)
        };
        assert_eq!(
            keys(&["--prefix", "votes/"]).await,
            (vec![json!("votes/1"), json!("votes/2"), json!("votes/3")], String::new())
        );
        assert_eq!(keys(&["--all"]).await.0.len(), 4);
        let (some, said) = keys(&["--limit", "2"]).await;
        assert_eq!(some.len(), 2);
        assert!(said.contains("more keys"), "{said}");
    });
}

#[test]
fn a_watch_prints_what_changes_and_ends_when_it_has_seen_enough() {
    in_a_swarm(async |w| {
        put(&w, "k/old", "0").await;
        let since = put(&w, "other", "0").await.to_string();
        let watch = ["state", "watch", "--prefix", "k/", "--since", &since, "--limit", "3"];
        let watching = client(&w, &watch).start();
        put(&w, "k/1", "1").await;
        assert_eq!(watching.prints(1).await[0]["value"], 1);
        put(&w, "other", "1").await;
        put(&w, "k/1", "2").await;
        assert_eq!(watching.prints(2).await[1]["value"], 2);
        client(&w, &["state", "delete", "k/old"]).ok().await;
        let seen = watching.ended().await.lines();
        assert_eq!((&seen[2]["key"], &seen[2]["deleted"]), (&json!("k/old"), &json!(true)));

        let all = client(&w, &["state", "watch", "--since", "0", "--limit", "2"]).run().await.lines();
        assert_eq!(all.len(), 2);
        let nothing = client(&w, &["state", "watch", "--wait-ms", "50"]).run().await;
        assert_eq!((nothing.status, nothing.stdout.as_str()), (4, ""), "{nothing:?}");
    });
}

#[test]
fn a_value_that_lives_for_a_time_is_gone_after_it() {
    in_a_swarm(async |w| {
        let put = client(&w, &["state", "put", "k", "1", "--ttl-ms", "1000"]).json().await;
        assert!(put["expires_at"].is_string(), "{put}");
        let since = put["version"].to_string();
        let watch = ["state", "watch", "--since", &since, "--limit", "1", "--wait-ms", "15000"];
        assert_eq!(client(&w, &watch).json().await["deleted"], true);
        let refused = client(&w, &["state", "put", "k", "1", "--ttl-ms", "1"]).run().await;
        assert!(refused.complaint(1).contains("/ttl_ms"), "{refused:?}");
    });
}
