//! What a command is given.

use std::collections::HashMap;

use waggle_tests::{in_a_swarm, task};

use crate::program::{agent, client};

#[test]
fn a_command_reads_the_payload_as_it_was_submitted_and_a_string_as_its_text() {
    in_a_swarm(async |w| {
        for (payload, raw, read) in [
            (r#"{"b": 1.50,  "a": [1e2]}"#, false, r#"{"b": 1.50,  "a": [1e2]}"#),
            (r#""two\nlines ü""#, false, "two\nlines ü"),
            (r#""quoted""#, true, r#""quoted""#),
            ("null", false, ""),
        ] {
            w.post("/tasks").raw(format!(r#"{{"payload":{payload}}}"#)).send().await.expect(201);
            let flags: &[&str] =
                if raw { &["--max-tasks", "1", "--raw-json"] } else { &["--max-tasks", "1"] };
            let running = agent(&w, flags, "cat > read; echo >> read").start();
            assert_eq!(running.file("read").await, format!("{read}\n"));
            assert_eq!(running.ended().await.status, 0);
        }
    });
}

#[test]
fn a_command_finds_its_task_in_its_environment() {
    in_a_swarm(async |w| {
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let new = task()
            .queue("q:1")
            .priority(7)
            .max_attempts(2)
            .with("type", "a kind")
            .with("tags", vec!["x", "y"]);
        let new = new.with("metadata", serde_json::json!({ "k": 1 }));
        let made = w.post("/tasks").header("traceparent", trace).json(new).send().await.expect(201);
        let flags = ["--max-tasks", "1", "--queue", "empty", "--queue", "q:1", "--agent", "a.1"];
        let running = agent(&w, &flags, "env > seen; echo end >> seen").start();
        let seen = running.file("seen").await;
        assert_eq!(running.ended().await.status, 0);

        let seen: HashMap<_, _> = seen.lines().filter_map(|line| line.split_once('=')).collect();
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        for (name, value) in [
            ("WAGGLE_TASK_ID", text("id").as_str()),
            ("WAGGLE_TASK_CREATED_AT", text("created_at").as_str()),
            ("WAGGLE_TASK_TYPE", "a kind"),
            ("WAGGLE_TASK_QUEUE", "q:1"),
            ("WAGGLE_TASK_PRIORITY", "7"),
            ("WAGGLE_TASK_ATTEMPT", "1"),
            ("WAGGLE_TASK_MAX_ATTEMPTS", "2"),
            ("WAGGLE_TASK_TAGS", "x,y"),
            ("WAGGLE_TASK_METADATA", r#"{"k":1}"#),
            ("WAGGLE_AGENT", "a.1"),
            ("WAGGLE_SWARM", w.swarm()),
            ("WAGGLE_URL", w.client().base()),
            ("TRACEPARENT", trace),
        ] {
            assert_eq!(seen.get(name), Some(&value), "{name}");
        }
        assert!(seen["WAGGLE_LEASE"].starts_with("1-"), "the lease token: {}", seen["WAGGLE_LEASE"]);
    });
}

#[test]
fn only_an_agent_with_the_capabilities_gets_the_task() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().requires(vec!["python", "gpu"])).await;
        let idle = ["--exit-when-idle-ms", "300", "--capability", "python"];
        assert_eq!(agent(&w, &idle, "true").run().await.status, 0);
        assert_eq!(w.status(&id).await, "ready");
        let able = ["--max-tasks", "1", "--capability", "python", "--capability", "gpu"];
        assert_eq!(agent(&w, &able, "true").run().await.status, 0);
        assert_eq!(w.status(&id).await, "completed");
    });
}

#[test]
fn so_many_commands_run_at_a_time_as_the_concurrency_says() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..5).map(|number| task().payload(number))).await;
        let script = r#"echo > "$WAGGLE_TASK_ID"; until [ -e go ]; do sleep 0.05; done"#;
        let running = agent(&w, &["--concurrency", "3", "--max-tasks", "5"], script).start();
        for id in &ids[..3] {
            running.file(id).await;
        }
        assert_eq!(w.list("running").await.len(), 3, "and the others wait");
        running.touch("go");
        assert_eq!(running.ended().await.status, 0);
        assert_eq!(w.list("completed").await.len(), 5);
    });
}

#[test]
fn a_command_that_does_not_exist_costs_no_task_an_attempt() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let ended = client(&w, &["agent", "run", "--", "no-such-program"]).run().await;
        assert!(ended.complaint(1).contains("no-such-program"), "{ended:?}");
        let task = w.task(&id).await;
        assert_eq!((task["status"].as_str(), task["attempt"].as_u64()), (Some("ready"), Some(0)));
    });
}
