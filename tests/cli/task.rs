//! `waggle task`.

use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use crate::program::client;

#[test]
fn a_task_is_submitted_read_cancelled_and_retried() {
    in_a_swarm(async |w| {
        let flags = [
            "--queue",
            "q",
            "--priority",
            "8",
            "--type",
            "kind",
            "--tag",
            "a",
            "--tag",
            "b",
            "--max-attempts",
            "2",
        ];
        let submit = [&["task", "submit", "--payload", r#"{"n": 1.0}"#], &flags[..]].concat();
        let made = client(&w, &submit).json().await;
        let id = made["id"].as_str().unwrap();
        assert_eq!(made["status"], "ready");
        let shown = client(&w, &["task", "get", id]).json().await;
        assert_eq!(shown, w.task(id).await);
        for (field, value) in [
            ("queue", json!("q")),
            ("priority", json!(8)),
            ("type", json!("kind")),
            ("tags", json!(["a", "b"])),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
        assert_eq!((&shown["max_attempts"], &shown["payload"]), (&json!(2), &json!({ "n": 1.0 })));
        let cancelled = client(&w, &["task", "cancel", id]).json().await;
        assert_eq!(cancelled, json!({ "id": id, "status": "cancelled" }));
        let retried = client(&w, &["task", "retry", id]).json().await;
        assert_eq!(retried, json!({ "id": id, "status": "ready" }));
    });
}

#[test]
fn a_task_that_asks_is_answered() {
    in_a_swarm(async |w| {
        for (flags, value) in [(&["[1]"][..], json!([1])), (&["--text", "go on"], json!("go on"))] {
            w.submit(task()).await;
            let held = w.claim_one("a").await;
            let id = held.id.as_str();
            w.on(id, "input-request", json!({"lease": held.token, "prompt": "p"})).await.ok();
            let given = client(&w, &[&["task", "input", id], flags].concat()).json().await;
            assert_eq!(given, json!({ "id": id, "status": "ready" }));
            let held = w.claim_one("a").await;
            assert_eq!(held.task["input"]["value"], value);
            let ended = client(&w, &[&["task", "input", id], flags].concat()).run().await;
            assert!(ended.complaint(1).contains("wrong_state"), "{ended:?}");
            w.complete(&held, 1).await.ok();
        }
        let ended = client(&w, &["task", "input", "0193a0de-0000-7000-8000-000000000000", "{"]).run().await;
        assert!(ended.complaint(1).contains("--text"), "{ended:?}");
    });
}

#[test]
fn a_payload_comes_from_the_flag_a_file_or_standard_input() {
    in_a_swarm(async |w| {
        for (flags, payload) in [
            (["--payload", "[1]"], json!([1])),
            (["--payload", "@file.json"], json!({ "from": "file" })),
            (["--payload", "-"], json!("from stdin")),
            (["--text", "[1]"], json!("[1]")),
            (["--text", "-"], json!("\"from stdin\"")),
        ] {
            let submit = client(&w, &[&["task", "submit"], &flags[..]].concat());
            let made = submit.file("file.json", r#"{"from":"file"}"#).input("\"from stdin\"").json().await;
            assert_eq!(w.task(made["id"].as_str().unwrap()).await["payload"], payload, "{flags:?}");
        }
    });
}

#[test]
fn lines_and_batches_become_a_task_each() {
    in_a_swarm(async |w| {
        let lines: String = (0..1_203).map(|number| format!("line {number}\n")).collect();
        let printed =
            client(&w, &["task", "submit", "--lines", "-", "--queue", "lines"]).input(&lines).ok().await;
        assert_eq!(printed.lines().count(), 1_203);
        let payloads: Vec<_> =
            w.pages("queue=lines&limit=500").await.iter().rev().map(|task| task["payload"].clone()).collect();
        assert_eq!(payloads, (0..1_203).map(|number| json!(format!("line {number}"))).collect::<Vec<_>>());

        let batch = "{\"payload\":1,\"priority\":9}\n{\"payload\":2,\"queue\":\"other\"}\n";
        let printed = client(&w, &["task", "submit", "--batch", "tasks"]).file("tasks", batch).ok().await;
        assert_eq!(printed.lines().count(), 2);
        assert_eq!(w.pages("queue=other").await[0]["payload"], 2);
    });
}

#[test]
fn a_list_is_filtered_limited_or_whole() {
    in_a_swarm(async |w| {
        w.submit_many((0..130).map(|number| task().payload(number))).await;
        w.submit_id(task().queue("other")).await;
        let count = |text: String| {
            let tasks: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            tasks.len()
        };
        let all = ["task", "list", "--queue", "default", "--status", "ready", "--all"];
        assert_eq!(count(client(&w, &all).ok().await), 130);
        assert_eq!(count(client(&w, &["task", "list", "--all"]).ok().await), 131);
        assert_eq!(count(client(&w, &["task", "list", "--queue", "other"]).ok().await), 1);
        let some = client(&w, &["task", "list", "--limit", "120"]).run().await;
        assert_eq!((some.status, count(some.stdout)), (0, 120));
        assert!(some.stderr.contains("--all"), "{}", some.stderr);
    });
}

#[test]
fn a_list_and_a_count_take_all_the_filters_of_the_service() {
    in_a_swarm(async |w| {
        let parent = w.submit_id(task().queue("plans")).await;
        let below = w
            .submit_id(task().parent(parent.as_str()).with("type", "a kind&b").with("tags", json!(["t"])))
            .await;
        let pinned = w.submit_id(task().agent("a").with("type", "other")).await;
        for (flags, id) in [
            (&["--queue", "plans", "--status", "ready"][..], &parent),
            (&["--parent", &parent], &below),
            (&["--type", "a kind&b"], &below),
            (&["--tag", "t"], &below),
            (&["--agent", "a"], &pinned),
            (&["--type", "other", "--agent", "a", "--queue", "default"], &pinned),
        ] {
            let listed = client(&w, &[&["task", "list"], flags].concat()).json().await;
            assert_eq!(listed["id"], json!(id), "{flags:?}");
            // Counted is by one of them at a time.
            if flags.contains(&"--agent") {
                continue;
            }
            let counted = client(&w, &[&["task", "count"], flags].concat()).json().await;
            assert_eq!(
                (&counted["total"], &counted["by_status"]["ready"]),
                (&json!(1), &json!(1)),
                "{flags:?}"
            );
        }
        assert_eq!(client(&w, &["task", "list", "--parent", &parent, "--type", "other"]).ok().await, "");
        assert_eq!(client(&w, &["task", "count"]).json().await["total"], 3);
        let counted = client(&w, &["task", "count", "--agent", "a"]).json().await;
        assert_eq!((&counted["total"], &counted["not_counted"]), (&json!(1), &json!(["completed"])));
        let ended = client(&w, &["task", "count", "--agent", "a", "--type", "other"]).run().await;
        assert!(ended.complaint(1).contains("one of"), "{ended:?}");
    });
}

#[test]
fn the_exit_status_of_a_wait_tells_how_the_task_ended() {
    in_a_swarm(async |w| {
        let waiting = client(&w, &["task", "submit", "--payload", "1", "--wait"]).start();
        let held = w.claim_one("a").await;
        w.complete(&held, json!("done")).await.ok();
        let ended = waiting.ended().await;
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        assert_eq!(serde_json::from_str::<Value>(&ended.stdout).unwrap()["result"], "done");

        let failed = w.failed_task(task()).await;
        assert_eq!(client(&w, &["task", "get", &failed, "--wait-ms", "1000"]).run().await.status, 3);
        let ready = w.submit_id(task()).await;
        assert_eq!(client(&w, &["task", "get", &ready, "--wait-ms", "1"]).run().await.status, 4);
    });
}

#[test]
fn a_refusal_is_one_line_and_status_1() {
    in_a_swarm(async |w| {
        let unknown = "0193a0de-0000-7000-8000-000000000000";
        for verb in ["get", "cancel", "retry"] {
            let ended = client(&w, &["task", verb, unknown]).run().await;
            assert!(ended.complaint(1).contains("task_not_found"), "{ended:?}");
            assert_eq!(ended.stdout, "");
        }
        let ended = client(&w, &["task", "submit", "--priority", "77"]).run().await;
        assert!(ended.complaint(1).contains("/priority"), "{ended:?}");
        let ended = client(&w, &["task", "list"]).set("WAGGLE_SWARM", "no-such-swarm").run().await;
        assert!(ended.complaint(1).contains("swarm_not_found"), "{ended:?}");
        let ended = client(&w, &["task", "list"]).set("WAGGLE_URL", "http://127.0.0.1:9").run().await;
        assert!(ended.complaint(1).contains("http://127.0.0.1:9"), "{ended:?}");
        let ended = client(&w, &["task", "get", "no-id"]).run().await;
        assert_eq!(ended.status, 2, "{ended:?}");
    });
}

#[test]
fn one_refusal_of_many_does_not_keep_the_others_from_their_turn() {
    in_a_swarm(async |w| {
        let (first, last) = (w.submit_id(task()).await, w.submit_id(task()).await);
        let unknown = "0193a0de-0000-7000-8000-000000000000";
        let ended = client(&w, &["task", "cancel", &first, unknown, &last]).run().await;
        assert_eq!(ended.status, 1);
        assert_eq!(ended.stdout.lines().count(), 2);
        assert_eq!(
            (w.status(&first).await, w.status(&last).await),
            ("cancelled".to_owned(), "cancelled".to_owned())
        );
    });
}

#[test]
fn its_attempts_and_its_output_are_printed_while_it_runs_and_after() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("first").await;
        w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        let held = w.claim_one("second").await;
        let stream =
            async |chunk: &str| w.on(&id, "output", json!({"lease": held.token, "chunk": chunk})).await.ok();
        stream("one").await;
        let following = client(&w, &["task", "output", &id, "--follow"]).start();
        following.prints(1).await;
        let shown = client(&w, &["task", "output", &id]).run().await;
        assert_eq!((shown.status, shown.lines()[0]["chunk"].clone()), (0, json!("one")));
        stream("two").await;
        w.complete(&held, 1).await.ok();
        let ended = following.ended().await;
        let chunks: Vec<_> = ended.lines().iter().map(|line| line["chunk"].clone()).collect();
        assert_eq!((ended.status, chunks), (0, vec![json!("one"), json!("two")]));
        let attempts = client(&w, &["task", "attempts", &id]).run().await.lines();
        let outcomes: Vec<_> = attempts.iter().map(|one| one["outcome"].clone()).collect();
        assert_eq!(outcomes, ["failed", "completed"]);
    });
}

#[test]
fn a_task_is_assigned_to_an_agent_or_to_one_that_is_chosen() {
    in_a_swarm(async |w| {
        let (first, second) = (w.submit_id(task()).await, w.submit_id(task()).await);
        let refused = client(&w, &["task", "assign", &first, "--agent", "nobody"]).run().await;
        assert!(refused.complaint(1).contains("agent_not_found"), "{refused:?}");
        w.put("/agents/a").json(json!({"capacity": 5})).send().await.expect(201);
        let assigned = client(&w, &["task", "assign", &first, "--agent", "a"]).json().await;
        assert_eq!(assigned, json!({"id": first, "agent": "a"}));
        let assigned = client(&w, &["task", "assign", &second, "--strategy", "least_loaded"]).json().await;
        assert_eq!(assigned["agent"], "a");
        assert!(w.claim("b").await.is_empty());
    });
}

#[test]
fn tasks_that_fit_are_cancelled_retried_or_deleted_up_to_a_limit() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|number| task().queue("q").payload(number))).await;
        let other = w.submit_id(task().queue("other")).await;
        let act = ["task", "act", "cancel", "--queue", "q", "--status", "ready"];
        let some = client(&w, &[&act[..], &["--limit", "2"]].concat()).run().await;
        let answer: Value = serde_json::from_str(&some.stdout).unwrap();
        assert_eq!((some.status, answer), (0, json!({"matched": 2, "changed": 2, "more": true})));
        assert!(some.stderr.contains("run it again"), "{some:?}");
        let rest = client(&w, &act).json().await;
        assert_eq!(rest, json!({"matched": 1, "changed": 1, "more": false}));
        let retried = client(&w, &["task", "act", "retry", "--queue", "q"]).json().await;
        assert_eq!(retried["changed"], 3);
        let deleted = client(&w, &["task", "act", "delete", "--queue", "q"]).json().await;
        assert_eq!(deleted["changed"], 3);
        assert_eq!(client(&w, &["task", "list", "--queue", "q"]).ok().await, "");
        assert_eq!(w.status(&other).await, "ready");
        let ended = client(&w, &["task", "act", "delete"]).run().await;
        assert!(ended.complaint(1).contains("/filter"), "{ended:?}");
    });
}

#[test]
fn a_task_that_stands_on_two_pages_is_printed_once() {
    let [a, b, c] = ["a", "b", "c"].map(|end| format!("0193a0de-0000-7000-8000-00000000000{end}"));
    let pages = [
        json!({"items": [{"id": a, "status": "scheduled"}, {"id": b, "status": "ready"}], "next_cursor": "1"}),
        json!({"items": [{"id": a, "status": "running"}, {"id": c, "status": "running"}], "next_cursor": null}),
    ];
    in_a_swarm(async |w| {
        let answer = async move |uri: axum::http::Uri| {
            let second = uri.query().is_some_and(|query| query.contains("cursor=1"));
            axum::Json(pages[usize::from(second)].clone())
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server =
            tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
        let listed = client(&w, &["task", "list", "--all"]).set("WAGGLE_URL", &url).run().await.lines();
        let ids: Vec<_> = listed.iter().map(|task| task["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [&a, &b, &c]);
        assert_eq!(listed[0]["status"], "scheduled", "as it was met first");
        server.abort();
    });
}
