//! `waggle schedule`.

use serde_json::json;
use waggle_tests::in_a_swarm;

use crate::program::client;

const TASK: &str =
    r#"{"queue":"reports","payload":{"b":1.50,"a":[]},"tags":["t"],"backoff":{"kind":"fixed"}}"#;

#[test]
fn a_schedule_is_made_read_listed_and_deleted() {
    in_a_swarm(async |w| {
        let flags = ["--timezone", "Europe/Berlin", "--overlap", "allow", "--missed", "once", "--paused"];
        let put = [&["schedule", "put", "s", "--cron", "0 6 * * MON", "--task", "-"], &flags[..]].concat();
        let made = client(&w, &put).input(TASK).json().await;
        for (field, value) in [
            ("cron", json!("0 6 * * MON")),
            ("timezone", json!("Europe/Berlin")),
            ("overlap", json!("allow")),
            ("missed", json!("once")),
            ("paused", json!(true)),
        ] {
            assert_eq!(made[field], value, "{field}");
        }
        assert_eq!((&made["task"]["queue"], &made["task"]["tags"]), (&json!("reports"), &json!(["t"])));
        assert_eq!(client(&w, &["schedule", "get", "s"]).json().await, made);
        assert_eq!(client(&w, &["schedule", "list"]).run().await.lines(), [made]);
        assert_eq!(client(&w, &["schedule", "delete", "s"]).ok().await, "");
        for verb in ["get", "run", "pause", "delete"] {
            let refused = client(&w, &["schedule", verb, "s"]).run().await;
            assert!(refused.complaint(1).contains("schedule_not_found"), "{refused:?}");
        }
        let refused = client(&w, &["schedule", "put", "s", "--cron", "often", "--task", "{}"]).run().await;
        assert!(refused.complaint(1).contains("/cron"), "{refused:?}");
    });
}

#[test]
fn a_schedule_stands_still_and_goes_on_and_stays_what_it_is() {
    in_a_swarm(async |w| {
        let put = ["schedule", "put", "s", "--cron", "@yearly", "--overlap", "allow", "--task", TASK];
        let made = client(&w, &put).json().await;
        let paused = client(&w, &["schedule", "pause", "s"]).json().await;
        assert_eq!((&paused["paused"], &paused["next_run_at"]), (&json!(true), &json!(null)));
        let kept = |one: &serde_json::Value| {
            ["cron", "timezone", "task", "overlap", "missed", "created_at"].map(|field| one[field].clone())
        };
        assert_eq!(kept(&paused), kept(&made));
        let raw = client(&w, &["schedule", "get", "s"]).ok().await;
        assert!(raw.contains(r#"{"b":1.50,"a":[]}"#), "numbers keep their digits: {raw}");
        let both = client(&w, &["schedule", "resume", "no-such", "s"]).run().await;
        assert_eq!((both.status, both.stderr.lines().count()), (1, 1), "{both:?}");
        let resumed: serde_json::Value = serde_json::from_str(&both.stdout).unwrap();
        assert_eq!((&resumed["paused"], &resumed["next_run_at"]), (&json!(false), &made["next_run_at"]));
        assert_eq!(kept(&resumed), kept(&made));
    });
}

#[test]
fn a_schedule_is_run_by_hand_each_time_anew_or_once_under_a_key() {
    in_a_swarm(async |w| {
        client(&w, &["schedule", "put", "s", "--cron", "@yearly", "--task", TASK]).ok().await;
        let run = ["schedule", "run", "s"];
        let first = client(&w, &run).json().await;
        assert_eq!((&first["schedule"], &first["status"]), (&json!("s"), &json!("ready")));
        assert_ne!(client(&w, &run).json().await["id"], first["id"]);
        let keyed = [&run[..], &["--idempotency-key", "k"]].concat();
        let once = client(&w, &keyed).json().await;
        assert_eq!(client(&w, &keyed).json().await, once);
        assert_eq!(client(&w, &["schedule", "get", "s"]).json().await["runs"], 3);
    });
}
