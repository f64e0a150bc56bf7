//! Bodies at random: whatever bytes come, the answer is a problem or a success, and nothing breaks.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use waggle_tests::in_a_swarm;

const VALID: [&str; 4] = [
    r#"{"payload":{"a":[1,2.5e3,"x\u00e4"]},"priority":7,"tags":["t"],"backoff":{"kind":"list","delays_ms":[1,2]}}"#,
    r#"{"agent":"a","queues":["q","r"],"capabilities":["c"],"max_tasks":3,"lease_ms":500,"claim_id":"x"}"#,
    r#"{"agent":"a","outcomes":[{"id":"0193a0de-0000-7000-8000-000000000000","lease":"1-x","outcome":"release"}],"claim":{}}"#,
    r#"{"tasks":[{"payload":1},{"delay_ms":5}]}"#,
];
const PATHS: [&str; 5] =
    ["/tasks", "/claims", "/settlements", "/tasks/batch", "/tasks/0193a0de-0000-7000-8000-000000000000/fail"];

/// Cuts, doubles and overwrites bytes of something valid; or any bytes at all.
fn broken() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8);
    let edited = (0..VALID.len(), prop::collection::vec(edit, 1..4)).prop_map(|(which, edits)| {
        let mut bytes = VALID[which].as_bytes().to_vec();
        for (at, byte, kind) in edits {
            let at = at.index(bytes.len().max(1));
            match kind {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, byte),
                2 => bytes.extend_from_within(at.min(bytes.len())..),
                _ if at < bytes.len() => bytes[at] = byte,
                _ => {}
            }
        }
        bytes
    });
    prop_oneof![4 => edited, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

/// Fault: input-malformed
#[test]
fn random_bodies_are_taken_or_refused_and_never_break_anything() {
    in_a_swarm(async |w| {
        let mut runner = TestRunner::deterministic();
        for n in 0..800 {
            let body = broken().new_tree(&mut runner).unwrap().current();
            let path = PATHS[n % PATHS.len()];
            let reply = w.post(path).raw(body.clone()).send().await;
            let shown = String::from_utf8_lossy(&body).into_owned();
            match reply.status {
                200 | 201 => {}
                400 => drop(reply.problem(400, "malformed_json")),
                404 => drop(reply.problem(404, "task_not_found")),
                422 => drop(reply.problem(422, "validation")),
                status => panic!("{path}: {status} {} to {shown:?}", reply.text),
            }
        }
    });
}
