//! Looking at agents and steering them.

use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use crate::program::{agent, client};

#[test]
fn an_agent_is_registered_and_printed() {
    in_a_swarm(async |w| {
        let flags = ["--capability", "python", "--capability", "gpu", "--capacity", "3", "--ttl-ms", "5000"];
        let more = ["--inbox-limit", "7", "--metadata", r#"{"k":1}"#];
        let register = [&["agent", "register", "a1"], &flags[..], &more[..]].concat();
        let made = client(&w, &register).json().await;
        for (field, value) in [
            ("name", json!("a1")),
            ("capabilities", json!(["gpu", "python"])),
            ("capacity", json!(3)),
            ("status", json!("live")),
            ("metadata", json!({ "k": 1 })),
            ("ttl_ms", json!(5_000)),
            ("inbox_limit", json!(7)),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        assert_eq!(client(&w, &["agent", "get", "a1"]).json().await["name"], "a1");
        let refused = client(&w, &["agent", "get", "a2"]).run().await;
        assert!(refused.complaint(1).contains("agent_not_found"), "{refused:?}");
        let refused = client(&w, &["agent", "register", "a2", "--capacity", "0"]).run().await;
        assert!(refused.complaint(1).contains("/capacity"), "{refused:?}");
    });
}

#[test]
fn agents_are_listed_by_what_they_are_and_can_do() {
    in_a_swarm(async |w| {
        client(&w, &["agent", "register", "able", "--capability", "python"]).ok().await;
        for name in ["a", "b"] {
            client(&w, &["agent", "register", name]).ok().await;
        }
        client(&w, &["agent", "drain", "b"]).ok().await;
        for (flags, names) in [
            (&[][..], &["a", "able", "b"][..]),
            (&["--status", "draining"], &["b"]),
            (&["--status", "live", "--capability", "python"], &["able"]),
            (&["--status", "lost"], &[]),
        ] {
            let listed = client(&w, &[&["agent", "list"], flags].concat()).run().await.lines();
            let listed: Vec<_> = listed.iter().map(|agent| agent["name"].as_str().unwrap()).collect();
            assert_eq!(listed, names, "{flags:?}");
        }
    });
}

#[test]
fn a_draining_runner_ends_by_itself_and_a_resumed_one_takes_tasks() {
    in_a_swarm(async |w| {
        let running = agent(&w, &["--agent", "a"], "echo x > seen").start();
        w.submit_id(task()).await;
        running.file("seen").await;
        client(&w, &["agent", "drain", "a"]).ok().await;
        assert_eq!(running.ended().await.status, 0, "it was told to take no more");
        assert_eq!(client(&w, &["agent", "get", "a"]).json().await["status"], "draining");

        let id = w.submit_id(task()).await;
        assert!(w.claim("a").await.is_empty());
        client(&w, &["agent", "resume", "a"]).ok().await;
        assert_eq!(w.claim_one("a").await.id, id);
    });
}

#[test]
fn a_removed_agent_leaves_its_tasks_to_others_at_once() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        w.claim_one("a").await;
        let ended = client(&w, &["agent", "remove", "nobody", "a"]).run().await;
        assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
        assert!(
            ended.stderr.contains("agent_not_found"),
            "one refusal keeps no other from its turn: {ended:?}"
        );
        assert_eq!(w.claim_one("b").await.id, id);
        let refused = client(&w, &["agent", "get", "a"]).run().await;
        assert!(refused.complaint(1).contains("agent_not_found"), "{refused:?}");
    });
}
