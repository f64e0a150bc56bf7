//! What becomes of a task when its command ends.

use serde_json::json;
use waggle_tests::{World, in_a_swarm, task};

use crate::program::agent;

/// The task, as text, after one agent has worked on one attempt of it with `script`.
async fn worked(w: &World, new: waggle_tests::Task, script: &str) -> String {
    let id = w.submit_id(new).await;
    let ended = agent(w, &["--max-tasks", "1"], script).run().await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(ended.stdout, "", "the agent itself prints nothing");
    w.get(&format!("/tasks/{id}")).send().await.text
}

#[test]
fn json_that_was_printed_is_the_result_as_it_stands() {
    in_a_swarm(async |w| {
        let text = worked(&w, task(), r#"echo '{"b": 1.50, "a": [ ]}'"#).await;
        assert!(text.contains(r#""status":"completed""#), "{text}");
        assert!(text.contains(r#""result":{"b": 1.50, "a": [ ]}"#), "{text}");
    });
}

#[test]
fn text_that_was_printed_is_the_result_as_a_string_and_nothing_is_null() {
    in_a_swarm(async |w| {
        let text = worked(&w, task(), "echo '42 apples'; echo pears").await;
        assert!(text.contains(r#""result":"42 apples\npears""#), "{text}");
        let text = worked(&w, task(), "true").await;
        assert!(text.contains(r#""status":"completed""#) && text.contains(r#""result":null"#), "{text}");
    });
}

#[test]
fn a_command_that_fails_leaves_its_exit_status_and_the_end_of_its_standard_error() {
    in_a_swarm(async |w| {
        let script = "echo some output; echo first >&2; echo 'no such thing' >&2; exit 3";
        let text = worked(&w, task().max_attempts(1), script).await;
        let task: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(task["status"], "failed");
        assert_eq!(task["result"], json!(null));
        let details = json!({ "status": 3, "stderr_tail": "first\nno such thing\n" });
        let error =
            json!({ "message": "exit status 3: no such thing", "kind": "exit_status", "details": details });
        assert_eq!(task["error"], error);
    });
}

#[test]
fn of_a_long_standard_error_the_end_is_kept() {
    in_a_swarm(async |w| {
        let script = "i=0; while [ $i -lt 20000 ]; do echo \"line $i of many\" >&2; i=$((i+1)); done; exit 1";
        let text = worked(&w, task().max_attempts(1), script).await;
        let task: serde_json::Value = serde_json::from_str(&text).unwrap();
        let tail = task["error"]["details"]["stderr_tail"].as_str().unwrap();
        assert!(tail.ends_with("line 19999 of many\n") && tail.len() < 100_000, "{} bytes", tail.len());
    });
}

#[test]
fn a_command_that_a_signal_ended_says_so() {
    in_a_swarm(async |w| {
        let text = worked(&w, task().max_attempts(1), "kill -9 $$").await;
        let task: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&task["status"], &task["error"]["kind"]), (&json!("failed"), &json!("signal")));
        assert_eq!(task["error"]["details"]["signal"], 9);
    });
}

#[test]
fn a_failed_command_is_tried_again_while_attempts_are_left() {
    in_a_swarm(async |w| {
        let backoff = json!({ "kind": "fixed", "base_ms": 1, "jitter": false });
        let id = w.submit_id(task().max_attempts(3).backoff(backoff)).await;
        let script = r#"echo "attempt $WAGGLE_TASK_ATTEMPT"; test "$WAGGLE_TASK_ATTEMPT" = 3"#;
        assert_eq!(agent(&w, &["--max-tasks", "3"], script).run().await.status, 0);
        let task = w.task(&id).await;
        assert_eq!((&task["status"], &task["result"]), (&json!("completed"), &json!("attempt 3")));
    });
}

#[test]
fn too_much_output_fails_the_task_for_good() {
    in_a_swarm(async |w| {
        let text = worked(&w, task(), "head -c 2000000 /dev/zero | tr '\\0' x").await;
        let task: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&task["status"], &task["error"]["kind"]), (&json!("failed"), &json!("output_too_large")));
    });
}
