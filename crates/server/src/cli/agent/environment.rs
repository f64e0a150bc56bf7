//! What a command is told about its task.

use std::process::Stdio;

use tokio::process::Command;
use waggle_task_queue::model::Task;

use super::{held::Held, settings::Settings};

/// The command for `held`: a process group of its own, so that a signal reaches all that it starts
/// and the terminal's Ctrl-C does not.
pub(super) fn command(settings: &Settings, held: &Held) -> Command {
    let mut command = Command::new(&settings.program);
    command
        .args(&settings.arguments)
        .envs(variables(settings, held))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    match &held.task.traceparent {
        Some(trace) => command.env("TRACEPARENT", without_nul(trace)),
        None => command.env_remove("TRACEPARENT"),
    };
    command
}

/// What the command reads: a string as its text, other JSON as it is, nothing for null; with
/// `raw_json` always JSON.
pub(super) fn input(task: &Task, raw_json: bool) -> Vec<u8> {
    let Some(payload) = &task.payload else { return if raw_json { b"null".to_vec() } else { Vec::new() } };
    let text = if raw_json { None } else { serde_json::from_str::<String>(payload.as_str()).ok() };
    text.map_or_else(|| payload.as_bytes().to_vec(), String::into_bytes)
}

fn variables(settings: &Settings, held: &Held) -> Vec<(&'static str, String)> {
    let task = &held.task;
    let tags: Vec<&str> = task.tags.iter().map(|tag| tag.as_str()).collect();
    vec![
        ("WAGGLE_TASK_ID", task.id.to_string()),
        ("WAGGLE_TASK_TYPE", task.kind.as_ref().map_or_else(String::new, |kind| without_nul(kind.as_str()))),
        ("WAGGLE_TASK_QUEUE", task.queue.to_string()),
        ("WAGGLE_TASK_PRIORITY", task.priority.to_string()),
        ("WAGGLE_TASK_ATTEMPT", task.attempt.to_string()),
        ("WAGGLE_TASK_MAX_ATTEMPTS", task.max_attempts.to_string()),
        ("WAGGLE_TASK_TAGS", tags.join(",")),
        ("WAGGLE_TASK_METADATA", task.metadata.as_str().to_owned()),
        ("WAGGLE_TASK_CREATED_AT", task.created_at.to_text()),
        ("WAGGLE_LEASE", held.token.clone()),
        ("WAGGLE_AGENT", settings.agent.to_string()),
        ("WAGGLE_SWARM", task.swarm.to_string()),
        ("WAGGLE_URL", settings.client.url().to_owned()),
    ]
}

/// An environment cannot carry a NUL, and a task must not fail for having one in its type.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payload: &str, raw_json: bool) -> String {
        let text = format!(
            r#"{{"id":"0193a0de-0000-7000-8000-000000000000","swarm":"default","queue":"default","type":null,
            "status":"running","priority":5,"payload":{payload},"result":null,"error":null,"progress":null,
            "attempt":1,"max_attempts":3,"agent":"a","requires":[],"depends_on":[],"parent":null,"tags":[],
            "metadata":{{}},"cancel_requested":false,"created_at":"2026-01-31T12:00:00.000Z","run_at":null,
            "started_at":null,"finished_at":null,"lease_expires_at":null}}"#
        );
        String::from_utf8(input(&serde_json::from_str(&text).unwrap(), raw_json)).unwrap()
    }

    #[test]
    fn a_string_is_read_as_its_text_and_other_json_as_it_was_submitted() {
        assert_eq!(read(r#""a \"b\"\n""#, false), "a \"b\"\n");
        assert_eq!(read(r#"{"b": 1,  "a": 2.50}"#, false), r#"{"b": 1,  "a": 2.50}"#);
        assert_eq!(read("null", false), "");
    }

    #[test]
    fn raw_json_is_read_as_json_whatever_it_is() {
        assert_eq!(read(r#""a b""#, true), r#""a b""#);
        assert_eq!(read("null", true), "null");
    }
}
