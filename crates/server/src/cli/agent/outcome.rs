//! What a command's end means for its task.

use std::{os::unix::process::ExitStatusExt as _, process::ExitStatus};

use serde_json::{Value, json, value::to_raw_value};
use waggle_task_queue::model::{Complete, Fail, Json, Outcome, Release, TaskError};

use super::{
    held::Held,
    process::{Finished, OUTPUT_BYTES},
};

/// Bytes of the message of a failure.
const MESSAGE_BYTES: usize = 1_024;

/// The outcome of a command that ended by itself.
pub(super) fn of(held: &Held, finished: &Finished) -> Outcome {
    if finished.too_much {
        return too_large(held);
    }
    if !finished.status.success() {
        return failed(held, finished);
    }
    match result(&finished.stdout) {
        Some(json) if json.as_bytes().len() > OUTPUT_BYTES => too_large(held),
        result => {
            Outcome::complete(held.task.id, Complete { lease: held.token.clone(), result, usage: None })
        }
    }
}

/// The outcome of a command that was told to stop because its task was cancelled. The service turns
/// every failure of such a task into `cancelled`.
pub(super) fn cancelled(held: &Held, finished: &Finished) -> Outcome {
    fail(held, "cancelled", format!("cancelled: {}", message(finished)), &details(finished), true)
}

/// The outcome of a task that is given back. `delay_ms` keeps it from coming back at once.
pub(super) fn release(held: &Held, delay_ms: u64) -> Outcome {
    Outcome::release(held.task.id, Release { lease: held.token.clone(), delay_ms, usage: None })
}

/// The outcome of a result that the service would not take.
pub(super) fn refused(held: &Held, code: &str, detail: &str) -> Outcome {
    let message = format!("the service refused the output: {detail}");
    fail(held, "output_refused", message, &json!({ "code": code }), false)
}

/// The outcome of a command whose end the system did not tell.
pub(super) fn unknown(held: &Held, error: &std::io::Error) -> Outcome {
    fail(held, "agent_error", format!("the command's end is unknown: {error}"), &json!({}), true)
}

fn too_large(held: &Held) -> Outcome {
    let message = format!("the output is larger than {OUTPUT_BYTES} bytes");
    fail(held, "output_too_large", message, &json!({ "limit_bytes": OUTPUT_BYTES }), false)
}

fn failed(held: &Held, finished: &Finished) -> Outcome {
    let kind = if finished.status.signal().is_some() { "signal" } else { "exit_status" };
    fail(held, kind, message(finished), &details(finished), true)
}

/// How it ended, and the last line of what it said.
fn message(finished: &Finished) -> String {
    let stderr = String::from_utf8_lossy(&finished.stderr);
    let last = stderr.lines().rev().find(|line| !line.trim().is_empty());
    let how = how(finished.status);
    last.map_or_else(|| how.clone(), |line| format!("{how}: {}", line.trim()))
}

fn details(finished: &Finished) -> Value {
    let stderr = String::from_utf8_lossy(&finished.stderr);
    match finished.status.signal() {
        Some(signal) => json!({ "signal": signal, "stderr_tail": stderr }),
        None => json!({ "status": finished.status.code(), "stderr_tail": stderr }),
    }
}

fn fail(held: &Held, kind: &str, mut message: String, details: &Value, retryable: bool) -> Outcome {
    message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
    let details = Json::parse(details.to_string()).ok();
    let error = TaskError { message, kind: Some(kind.to_owned()), details };
    let lease = held.token.clone();
    Outcome::fail(held.task.id, Fail { lease, error, retryable, retry_after_ms: None, usage: None })
}

/// What was printed: nothing, JSON as it stands, or text without its last newline.
fn result(stdout: &[u8]) -> Option<Json> {
    let text = String::from_utf8_lossy(stdout);
    if text.trim().is_empty() {
        return None;
    }
    Json::parse(text.trim().to_owned()).ok().or_else(|| string(&text))
}

fn string(text: &str) -> Option<Json> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let quoted = to_raw_value(text.strip_suffix('\r').unwrap_or(text)).ok()?;
    Json::parse(quoted.get().to_owned()).ok()
}

fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => "ended in an unknown way".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(stdout: &str) -> Option<String> {
        result(stdout.as_bytes()).map(|json| json.as_str().to_owned())
    }

    #[test]
    fn json_is_kept_as_it_was_printed() {
        assert_eq!(text("{\"b\": 1.50, \"a\": []}\n").as_deref(), Some("{\"b\": 1.50, \"a\": []}"));
        assert_eq!(text("42\n").as_deref(), Some("42"));
    }

    #[test]
    fn anything_else_is_text_without_its_last_newline() {
        assert_eq!(text("42 apples\n").as_deref(), Some("\"42 apples\""));
        assert_eq!(text("{}\n{}\n\n").as_deref(), Some("\"{}\\n{}\\n\""));
        assert_eq!(text("  a\t\"b\"").as_deref(), Some("\"  a\\t\\\"b\\\"\""));
    }

    #[test]
    fn nothing_printed_is_no_result() {
        assert_eq!(text(""), None);
        assert_eq!(text("\n"), None);
    }

    #[test]
    fn bytes_that_are_not_text_are_replaced_not_refused() {
        assert_eq!(result(b"a\xffb").unwrap().as_str(), "\"a\u{fffd}b\"");
    }

    #[test]
    fn a_message_says_how_a_command_ended_and_what_it_said_last() {
        let finished = |raw, stderr: &str| Finished {
            status: ExitStatus::from_raw(raw),
            stdout: Vec::new(),
            too_much: false,
            stderr: stderr.into(),
        };
        assert_eq!(message(&finished(3 << 8, "first\nno such file\n\n")), "exit status 3: no such file");
        assert_eq!(message(&finished(9, "")), "killed by signal 9");
        assert_eq!(details(&finished(9, "")), json!({ "signal": 9, "stderr_tail": "" }));
    }
}
