//! `waggle swarm`.

use serde_json::json;
use waggle_tests::{in_a_swarm, task, until};

use crate::program::client;

#[test]
fn a_swarm_is_made_described_anew_read_and_deleted() {
    in_a_swarm(async |w| {
        let name = format!("{}-b", w.swarm());
        let flags = ["--objective", "o", "--topology", "mesh", "--metadata", r#"{"k":1}"#];
        let limits = ["--max-agents", "3", "--max-tasks", "4"];
        let create = [&["swarm", "create", &name], &flags[..], &limits[..]].concat();
        let made = client(&w, &create).json().await;
        for (field, value) in [
            ("name", json!(name)),
            ("objective", json!("o")),
            ("topology", json!("mesh")),
            ("metadata", json!({ "k": 1 })),
            ("limits", json!({ "max_agents": 3, "max_tasks": 4 })),
            ("events", json!(true)),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        assert_eq!(client(&w, &["swarm", "get", &name]).json().await, made);
        assert_eq!(client(&w, &["swarm", "get", "--swarm", &name]).json().await, made);

        let anew = client(&w, &["swarm", "create", &name, "--no-events"]).json().await;
        assert_eq!((&anew["objective"], &anew["events"]), (&json!(null), &json!(false)));
        assert_eq!(anew["limits"], json!({ "max_agents": null, "max_tasks": null }));

        let gone = client(&w, &["swarm", "delete", &name]).json().await;
        assert_eq!(gone["name"], json!(name));
        let refused = client(&w, &["swarm", "get", &name]).run().await;
        assert!(refused.complaint(1).contains("swarm_not_found"), "{refused:?}");
        let refused = client(&w, &["swarm", "delete", &name]).run().await;
        assert!(refused.complaint(1).contains("swarm_not_found"), "{refused:?}");
        let refused = client(&w, &["swarm", "delete", "default"]).run().await;
        assert!(refused.complaint(1).contains("default_swarm"), "{refused:?}");
    });
}

#[test]
fn swarms_are_listed() {
    in_a_swarm(async |w| {
        let listed = client(&w, &["swarm", "list", "--all"]).run().await.lines();
        let names: Vec<_> = listed.iter().map(|swarm| swarm["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"default") && names.contains(&w.swarm()), "{names:?}");
        assert!(names.is_sorted(), "{names:?}");
        let one = client(&w, &["swarm", "list", "--limit", "1"]).run().await;
        assert_eq!((one.status, one.stdout.lines().count()), (0, 1));
        assert!(one.stderr.contains("more swarms"), "{one:?}");
    });
}

#[test]
fn no_task_is_claimed_from_a_paused_swarm_until_it_goes_on() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let paused = client(&w, &["swarm", "pause"]).json().await;
        assert_eq!((&paused["name"], &paused["paused"]), (&json!(w.swarm()), &json!(true)));
        assert!(w.claim("a").await.is_empty());
        let resumed = client(&w, &["swarm", "resume", w.swarm()]).json().await;
        assert_eq!(resumed["paused"], false);
        assert_eq!(w.claim_one("a").await.id, id);
    });
}

#[test]
fn stats_count_tasks_and_agents() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|number| task().payload(number))).await;
        w.claim_one("a").await;
        let mut stats = json!(null);
        until("the stats show it", waggle_tests::PATIENCE, async || {
            stats = client(&w, &["swarm", "stats"]).json().await;
            stats["tasks"]["running"] == 1
        })
        .await;
        assert_eq!((&stats["tasks"]["ready"], &stats["agents"]["live"]), (&json!(2), &json!(1)));
        assert_eq!(stats["queues"]["default"]["ready"], 2);
    });
}
