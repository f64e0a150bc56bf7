//! JSON comes back as the bytes it went in as.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use waggle_task_queue::library_with_manual_clock;
use waggle_task_queue::model::{Claim, Complete, Fail, Heartbeat, Json, NewTask, SwarmName, Task, TaskError};

use crate::run::for_any;
use crate::store::Backend;

const MIB: usize = 1 << 20;

#[test]
fn payload_progress_result_and_error_come_back_byte_for_byte() {
    let backend = Backend::start(library_with_manual_clock());
    let swarm = backend.swarm();
    for_any(150, &(json(), json(), json()), |(payload, progress, result)| {
        let seen = backend.runtime.block_on(there_and_back(&backend, &swarm, &payload, &progress, &result));
        for (sent, came) in [&payload, &progress, &result, &result].into_iter().zip(seen) {
            prop_assert!(
                as_stored(sent) == came.as_deref(),
                "{:.200} came back as {:.200}",
                sent,
                came.unwrap_or_default()
            );
        }
        Ok(())
    });
}

#[test]
fn a_mebibyte_of_json_comes_back_byte_for_byte_whether_it_can_be_compressed_or_not() {
    let backend = Backend::start(library_with_manual_clock());
    let swarm = backend.swarm();
    let noise: String = (0_u32..)
        .map(|n| char::from(b'!' + (n.wrapping_mul(2_654_435_761) >> 26) as u8))
        .take(MIB - 2)
        .collect();
    let noise = noise.replace(['"', '\\'], "x");
    for text in [
        format!("\"{noise}\""),
        format!("\"{}\"", "waggle ".repeat(149_796)),
        format!("[{}1]", "1,".repeat(524_286)),
    ] {
        assert!(text.len() <= MIB && text.len() > MIB - 100, "{}", text.len());
        let seen = backend.runtime.block_on(there_and_back(&backend, &swarm, &text, &text, &text));
        assert!(seen.iter().all(|came| came.as_deref() == Some(&text)));
    }
}

#[test]
fn what_shrinks_is_kept_compressed_and_what_does_not_is_kept_as_it_is() {
    let backend = Backend::start(library_with_manual_clock());
    let swarm = backend.swarm();
    for (text, compressed) in
        [(format!("\"{}\"", "a".repeat(1_022)), true), (format!("\"{}\"", "a".repeat(1_021)), false)]
    {
        let task = NewTask { payload: Some(parsed(&text)), ..NewTask::default() };
        let id = backend.runtime.block_on(backend.queue.submit(&swarm, task, None)).unwrap().task.id;
        let bytes: usize = backend.server.query(&format!("STRLEN wg:{{{swarm}}}:t:{id}"));
        assert_eq!(bytes < text.len() / 2, compressed, "{} bytes are kept in {bytes}", text.len());
    }
}

/// Payload, progress, result and an error's details, as a client reads them in the end.
async fn there_and_back(
    backend: &Backend,
    swarm: &SwarmName,
    payload: &str,
    progress: &str,
    result: &str,
) -> [Option<String>; 4] {
    let queue = &backend.queue;
    let new = NewTask { payload: Some(parsed(payload)), ..NewTask::default() };
    let id = queue.submit(swarm, new, None).await.unwrap().task.id;

    let lease = claim(backend, swarm).await;
    let error = TaskError { message: "no".to_owned(), kind: None, details: Some(parsed(result)) };
    queue
        .fail(swarm, id, Fail { lease, error, retryable: false, retry_after_ms: None, usage: None })
        .await
        .unwrap();
    let failed = read(backend, swarm, id).await.error.map(|error| error.as_str().to_owned());
    let details = failed.and_then(|error| {
        Some(error.strip_prefix(r#"{"message":"no","details":"#)?.strip_suffix('}')?.to_owned())
    });

    queue.retry(swarm, id).await.unwrap();
    let lease = claim(backend, swarm).await;
    let heartbeat =
        Heartbeat { lease: lease.clone(), extend_ms: None, progress: Some(parsed(progress)), usage: None };
    queue.heartbeat(swarm, id, heartbeat).await.unwrap();
    queue.complete(swarm, id, Complete { lease, result: Some(parsed(result)), usage: None }).await.unwrap();
    let task = read(backend, swarm, id).await;
    let text = |json: Option<Json>| json.map(|json| json.as_str().to_owned());
    // A null that was reported is a null like none.
    let details = details.filter(|details| details != "null");
    let progress = text(task.progress).filter(|progress| progress != "null");
    [text(task.payload), progress, text(task.result), details]
}

async fn claim(backend: &Backend, swarm: &SwarmName) -> String {
    let claim: Claim = serde_json::from_str(r#"{"agent":"a"}"#).unwrap();
    let mut tasks = backend.queue.claim(swarm, claim).await.unwrap().tasks;
    tasks.remove(0).lease.unwrap().token
}

async fn read(backend: &Backend, swarm: &SwarmName, id: waggle_task_queue::model::TaskId) -> Task {
    backend.queue.get(swarm, id, Duration::ZERO).await.unwrap()
}

/// JSON's null is kept as nothing.
fn as_stored(text: &str) -> Option<&str> {
    (text != "null").then_some(text)
}

fn parsed(text: &str) -> Json {
    Json::parse(text.to_owned()).unwrap()
}

/// JSON text of every kind, with white space, escapes, odd numbers and repeated keys, from one byte to some 100 KiB.
fn json() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "null",
            "true",
            "0",
            "-0",
            "-0.0",
            "1e400",
            "1E+2",
            "12345678901234567890123",
            "0.1000",
            "[]",
            "{}",
            "\"\"",
            r#""\u0000""#,
            r#""\ud83d\ude00 \/ \u00e9""#,
            r#"{"a":1,"a":2}"#,
        ])
        .prop_map(str::to_owned),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "\\PC{0,40}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        (1_000_usize..100_000, "[a-z]{1,9}|\\PC{1,4}")
            .prop_map(|(bytes, text)| { serde_json::to_string(&text.repeat(bytes / text.len())).unwrap() }),
        prop::collection::vec(any::<u64>(), 60..400)
            .prop_map(|numbers| serde_json::to_string(&numbers).unwrap()),
    ];
    let nested = leaf.prop_recursive(4, 24, 4, |inner| {
        let space = prop::sample::select(vec!["", " ", "\n", "\t \r\n"]);
        let key = "\\PC{0,6}".prop_map(|key| serde_json::to_string(&key).unwrap());
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..4), space.clone())
                .prop_map(|(items, space)| format!("[{space}{}{space}]", items.join(&format!("{space},")))),
            (prop::collection::vec((key, inner), 0..4), space).prop_map(|(members, space)| {
                let members: Vec<_> =
                    members.iter().map(|(key, value)| format!("{key}{space}:{space}{value}")).collect();
                format!("{{{space}{}{space}}}", members.join(","))
            }),
        ]
    });
    nested.boxed()
}
