use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::{body_of, export, furnish, lines_of, sealed};

#[test]
fn a_snapshot_begins_with_what_is_said_of_the_swarm_and_ends_with_counts_and_a_digest() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let text = export(&w).await;
        let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!((&header["waggle_snapshot"], &header["swarm"]), (&json!(1), &json!(w.swarm())));
        assert_eq!((&header["objective"], &header["metadata"]), (&json!("o"), &json!({"n": 1.0})));
        assert_eq!(header["limits"], json!({"max_tasks": 500, "max_agents": 50}));
        let sealed = sealed(&body_of(&text));
        assert_eq!(lines_of(&sealed, "end"), lines_of(&text, "end"), "the end fits what is before it");
        for (kind, count) in [("former", 1), ("agent", 3), ("state", 3), ("deleted", 1), ("end", 1)] {
            assert_eq!(lines_of(&text, kind).len(), count, "{kind}");
        }
        assert_eq!(lines_of(&text, "task").len(), w.pages("limit=500").await.len());
    });
}

#[test]
fn a_swarm_with_nothing_in_it_has_a_snapshot_too() {
    in_a_swarm(async |w| {
        assert_eq!(export(&w).await.lines().count(), 3);
    });
}

#[test]
fn a_snapshot_holds_payloads_as_they_came_and_no_lease() {
    in_a_swarm(async |w| {
        let payload = r#"{"b": 1.50, "a": 12345678901234567890123, "nested": {"x" : "\u00e4"}}"#;
        w.post("/tasks").raw(format!("{{\"payload\":\n{payload}}}")).send().await.expect(201);
        let held = w.claim_one("a").await;
        let text = export(&w).await;
        assert!(text.contains(payload), "{text}");
        assert!(!text.contains(&held.token), "{text}");
    });
}

#[test]
fn a_snapshot_of_no_swarm_is_refused() {
    in_a_swarm(async |w| {
        let nobody = w.beside(&format!("{}-nobody", w.swarm()));
        nobody.get("/snapshot").send().await.problem(404, "swarm_not_found");
    });
}

#[test]
fn a_snapshot_changes_nothing() {
    in_a_swarm(async |w| {
        w.submit_many((0..10).map(|n| task().payload(n))).await;
        let (one, two) = (export(&w).await, export(&w).await);
        let tasks = |text: &str| {
            let mut tasks = lines_of(text, "task");
            tasks.sort_by_key(|task| task["id"].to_string());
            tasks
        };
        assert_eq!(tasks(&one), tasks(&two));
    });
}
