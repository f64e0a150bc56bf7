//! `waggle transaction`.

use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use crate::program::client;

#[test]
fn a_transaction_is_applied_as_a_whole_and_its_results_are_printed() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a").await;
        let transaction = json!({
            "if": [{ "state": "plan", "version": 0 }],
            "ops": [
                { "op": "task.complete", "id": id, "lease": held.token, "result": 7 },
                { "op": "task.submit", "task": { "queue": "next" } },
                { "op": "state.put", "key": "plan", "value": "done" },
                { "op": "message.send", "message": { "from": "b", "to": { "agent": "a" }, "body": "done" } },
            ],
        });
        let answer = client(&w, &["transaction", "-"]).input(&transaction.to_string()).json().await;
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), 4);
        assert_eq!(results[0]["status"], "completed");
        assert_eq!(w.task(&id).await["result"], 7);
        assert_eq!(w.pages("queue=next").await[0]["id"], results[1]["id"]);
        assert_eq!(client(&w, &["state", "get", "plan"]).json().await, "done");
        assert_eq!(client(&w, &["message", "read", "--agent", "a"]).json().await["body"], "done");
    });
}

#[test]
fn a_refusal_names_the_place_and_nothing_has_changed() {
    in_a_swarm(async |w| {
        let submit = json!({ "op": "task.submit", "task": {} });
        let complete =
            json!({ "op": "task.complete", "id": "0193a0de-0000-7000-8000-000000000000", "lease": "1-x" });
        for (transaction, words) in [
            (json!({ "ops": [submit, complete] }), ["task_not_found", "in ops/1"]),
            (
                json!({ "if": [{ "state": "k", "version": 9 }], "ops": [submit] }),
                ["version_mismatch", "in if/0"],
            ),
        ] {
            let file = client(&w, &["transaction", "t.json"]).file("t.json", &transaction.to_string());
            let refused = file.run().await;
            for word in words {
                assert!(refused.complaint(1).contains(word), "{refused:?}");
            }
        }
        assert_eq!(w.list("ready").await, Vec::<Value>::new());
    });
}

#[test]
fn the_same_key_applies_it_once() {
    in_a_swarm(async |w| {
        let transaction = json!({ "ops": [{ "op": "task.submit", "task": {} }] }).to_string();
        let apply = || client(&w, &["transaction", "-", "--idempotency-key", "k"]).input(&transaction);
        assert_eq!(apply().json().await, apply().json().await);
        assert_eq!(w.list("ready").await.len(), 1);
        let refused = client(&w, &["transaction", "no-such-file"]).run().await;
        assert!(refused.complaint(1).contains("no-such-file"), "{refused:?}");
        let refused = client(&w, &["transaction", "-"]).input("no json").run().await;
        assert!(refused.complaint(1).contains("not JSON"), "{refused:?}");
    });
}
