//! Each check sees what it is for, and nothing else is found.

use serde_json::json;
use waggle_task_queue::audit::Check;
use waggle_task_queue::model::TaskId;

use crate::support::Store;

/// A task in each state, and one of each special kind.
struct Sample {
    store: Store,
    ready: TaskId,
    running: TaskId,
    scheduled: TaskId,
    completed: TaskId,
    cancelled: TaskId,
    keyed: TaskId,
}

impl Sample {
    async fn start() -> Self {
        let store = Store::start().await;
        let completed = store.submit(json!({"payload": 1})).await;
        let (id, lease) = store.claim_one(json!({"claim_id": "c"})).await;
        store.complete(id, lease).await;
        let running = store.submit(json!({"priority": 9})).await;
        let (id, lease) = store.claim_one(json!({})).await;
        store.heartbeat(id, lease).await;
        let cancelled = store.submit(json!({})).await;
        store.queue.cancel(&store.swarm, cancelled).await.unwrap();
        let ready = store.submit(json!({})).await;
        let scheduled = store.submit(json!({"delay_ms": 1_000})).await;
        let keyed = store.submit(json!({"dedup_key": "key"})).await;
        store.submit(json!({"requires": ["gpu"]})).await;
        store.submit(json!({"agent": "b", "requires": ["gpu"]})).await;
        assert_eq!(store.clean().await.tasks, 8);
        Self { store, ready, running, scheduled, completed, cancelled, keyed }
    }

    /// Writes past all operations, and expects exactly these findings.
    async fn finds(&self, writes: &[&[&str]], expected: &[(Check, &str)]) {
        for words in writes {
            self.store.set(words);
        }
        let found = self.store.findings().await;
        let found: Vec<_> = found.iter().map(|(check, subject)| (*check, subject.as_str())).collect();
        assert_eq!(found, expected, "after {writes:?}");
    }
}

#[tokio::test]
async fn a_key_of_no_swarm() {
    let sample = Sample::start().await;
    for key in ["wg:loose", "wg:{open:x", "wg:{a b}:x"] {
        let () = sample.store.server.raw(&["SET", key, "1"]);
        assert_eq!(sample.store.findings().await, [(Check::UntaggedKey, key.to_owned())]);
        let _: i64 = sample.store.server.raw(&["DEL", key]);
    }
}

#[tokio::test]
async fn a_key_of_an_unknown_kind() {
    let sample = Sample::start().await;
    sample.finds(&[&["SET", "y:1", "1"]], &[(Check::UnknownKey, "y:1")]).await;
}

#[tokio::test]
async fn an_unknown_key_of_the_directory() {
    let sample = Sample::start().await;
    let () = sample.store.server.raw(&["SET", "wg:{*}:x", "1"]);
    assert_eq!(sample.store.findings().await, [(Check::UnknownKey, "x".to_owned())]);
}

#[tokio::test]
async fn a_key_of_another_type() {
    let sample = Sample::start().await;
    sample.finds(&[&["SET", "p:x", "1"]], &[(Check::WrongType, "p:x")]).await;
}

#[tokio::test]
async fn a_task_whose_state_is_of_another_type() {
    let sample = Sample::start().await;
    let state = format!("s:{}", sample.completed);
    let writes: [&[&str]; 2] = [&["DEL", &state], &["SET", &state, "1"]];
    sample.finds(&writes, &[(Check::WrongType, &state), (Check::Counts, "q:default completed")]).await;
}

#[tokio::test]
async fn live_data_that_expires() {
    let sample = Sample::start().await;
    for name in [
        format!("t:{}", sample.ready),
        format!("s:{}", sample.running),
        format!("o:{}", sample.completed),
        format!("g:{}", sample.running),
        "leases".to_owned(),
        "scheduled".to_owned(),
        "x:completed".to_owned(),
        "dedup".to_owned(),
        "q:default".to_owned(),
        "r5:default".to_owned(),
        "queues".to_owned(),
    ] {
        sample.finds(&[&["PEXPIRE", &name, "1000000"]], &[(Check::Expires, &name)]).await;
        sample.finds(&[&["PERSIST", &name]], &[]).await;
    }
}

#[tokio::test]
async fn a_memory_that_never_expires() {
    let sample = Sample::start().await;
    sample.finds(&[&["SET", "i:abc", "1"]], &[(Check::NeverExpires, "i:abc")]).await;
    sample.finds(&[&["PEXPIRE", "i:abc", "1000000"]], &[]).await;
    let claim_ids: Vec<String> = sample.store.server.raw(&["KEYS", &sample.store.key("b:*")]);
    let name = claim_ids[0].split_once("}:").unwrap().1;
    sample.finds(&[&["PERSIST", name]], &[(Check::NeverExpires, name)]).await;
}

#[tokio::test]
async fn a_swarm_that_is_not_in_the_directory() {
    let sample = Sample::start().await;
    let _: i64 = sample.store.server.raw(&["HSET", "wg:{lost}:swarm", "created_at", "1"]);
    assert_eq!(sample.store.findings().await, [(Check::UnlistedSwarm, "lost".to_owned())]);
}

#[tokio::test]
async fn what_a_task_left_behind() {
    let sample = Sample::start().await;
    let id = TaskId::new();
    for part in ["o", "g"] {
        let name = format!("{part}:{id}");
        sample.finds(&[&["SET", &name, "1"]], &[(Check::Orphan, &name)]).await;
        sample.finds(&[&["DEL", &name]], &[]).await;
    }
    let name = format!("s:{id}");
    sample.finds(&[&["HSET", &name, "at", "1"]], &[(Check::Orphan, &name)]).await;
}

#[tokio::test]
async fn a_task_that_makes_no_sense() {
    let sample = Sample::start().await;
    for text in ["x", "x {}\n\n", "1 {]\n\n", "1,y {}\n\n"] {
        let id = TaskId::new();
        let name = format!("t:{id}");
        sample.finds(&[&["SET", &name, text]], &[(Check::Unreadable, &id.to_string())]).await;
        sample.finds(&[&["DEL", &name]], &[]).await;
    }
}

#[tokio::test]
async fn a_state_that_nothing_sets() {
    let sample = Sample::start().await;
    let id = sample.completed.to_string();
    let state = format!("s:{id}");
    let word = (Check::Unreadable, id.as_str());
    sample.finds(&[&["HSET", &state, "st", "lost"]], &[word, (Check::Counts, "q:default completed")]).await;
}

#[tokio::test]
async fn a_task_that_is_in_no_index() {
    let sample = Sample::start().await;
    let mut expected: Vec<String> = Vec::new();
    for (id, words) in [
        (sample.running, vec!["ZREM", "leases"]),
        (sample.scheduled, vec!["ZREM", "scheduled"]),
        (sample.completed, vec!["ZREM", "x:completed"]),
        (sample.cancelled, vec!["ZREM", "x:cancelled"]),
        (sample.ready, vec!["LREM", "r5:default", "0"]),
    ] {
        let id = id.to_string();
        let words = [words, vec![id.as_str()]].concat();
        expected.push(id.clone());
        expected.sort();
        let expected: Vec<_> = expected.iter().map(|id| (Check::NotIndexed, id.as_str())).collect();
        sample.finds(&[&words], &expected).await;
    }
}

#[tokio::test]
async fn a_task_that_is_in_the_index_of_another_state() {
    let sample = Sample::start().await;
    for (id, index) in [
        (sample.ready, "leases"),
        (sample.running, "scheduled"),
        (sample.completed, "x:failed"),
        (sample.scheduled, "x:completed"),
    ] {
        let id = id.to_string();
        sample.finds(&[&["ZADD", index, "1", &id]], &[(Check::WrongIndex, &id)]).await;
        sample.finds(&[&["ZREM", index, &id]], &[]).await;
    }
}

#[tokio::test]
async fn a_task_that_could_be_claimed_where_it_must_not() {
    let sample = Sample::start().await;
    for (id, element) in [
        (sample.running, sample.running.to_string()),
        (sample.completed, sample.completed.to_string()),
        (sample.scheduled, sample.scheduled.to_string()),
        (sample.ready, format!("{}.1", sample.ready)),
    ] {
        let id = id.to_string();
        sample.finds(&[&["RPUSH", "r5:default", &element]], &[(Check::WrongIndex, &id)]).await;
        sample.finds(&[&["LREM", "r5:default", "0", &element]], &[]).await;
    }
    let ready = sample.ready.to_string();
    let writes: [&[&str]; 2] = [&["LREM", "r5:default", "0", &ready], &["RPUSH", "r6:default", &ready]];
    sample.finds(&writes, &[(Check::WrongIndex, &ready)]).await;
}

#[tokio::test]
async fn a_task_that_could_be_claimed_twice() {
    let sample = Sample::start().await;
    let id = sample.ready.to_string();
    sample.finds(&[&["RPUSH", "r5:default", &id]], &[(Check::Duplicate, &id)]).await;
}

#[tokio::test]
async fn an_entry_of_an_index_for_nothing() {
    let sample = Sample::start().await;
    let id = TaskId::new().to_string();
    for index in ["leases", "scheduled", "x:failed"] {
        sample.finds(&[&["ZADD", index, "1", &id]], &[(Check::Dangling, &id)]).await;
        sample.finds(&[&["ZREM", index, &id]], &[]).await;
    }
    sample.finds(&[&["ZADD", "leases", "1", "x"]], &[(Check::Dangling, "leases x")]).await;
    let both = [(Check::Dangling, "leases x"), (Check::Dangling, "r5:default x")];
    sample.finds(&[&["RPUSH", "r5:default", "x"]], &both).await;
}

#[tokio::test]
async fn an_element_for_a_task_that_is_gone_is_no_finding() {
    let sample = Sample::start().await;
    sample.finds(&[&["RPUSH", "r5:default", &TaskId::new().to_string()]], &[]).await;
    assert_eq!(sample.store.clean().await.tombstones, 1);
}

#[tokio::test]
async fn a_lease_without_what_belongs_to_it() {
    let sample = Sample::start().await;
    let (id, state) = (sample.running.to_string(), format!("s:{}", sample.running));
    let later = "1900000000000";
    sample.finds(&[&["HSET", &state, "ex", later]], &[(Check::Lease, &id)]).await;
    sample.finds(&[&["ZADD", "leases", later, &id]], &[]).await;
    sample.finds(&[&["HDEL", &state, "ex"]], &[(Check::Lease, &id)]).await;
    let (without, held) = ((Check::Lease, id.as_str()), format!("h:a {id}"));
    let held = (Check::Held, held.as_str());
    sample.finds(&[&["HDEL", &state, "ag"]], &[without, without, held]).await;
    sample.finds(&[&["HDEL", &state, "tk"]], &[without, without, without, held]).await;
}

#[tokio::test]
async fn a_fence_that_fell_back() {
    let sample = Sample::start().await;
    let (id, state) = (sample.running.to_string(), format!("s:{}", sample.running));
    sample.finds(&[&["HSET", &state, "at", "2"]], &[(Check::Fence, &id)]).await;
    sample.finds(&[&["HSET", &state, "fe", "2"]], &[(Check::Fence, &id)]).await;
    sample.finds(&[&["HSET", &state, "tk", "2-abc"]], &[]).await;
}

#[tokio::test]
async fn more_attempts_than_allowed() {
    let sample = Sample::start().await;
    let (id, state) = (sample.completed.to_string(), format!("s:{}", sample.completed));
    sample.finds(&[&["HSET", &state, "at", "3", "fe", "3"]], &[]).await;
    sample.finds(&[&["HSET", &state, "at", "4", "fe", "4"]], &[(Check::Attempts, &id)]).await;
}

#[tokio::test]
async fn times_that_differ_from_their_index() {
    let sample = Sample::start().await;
    let id = sample.scheduled.to_string();
    sample.finds(&[&["ZINCRBY", "scheduled", "1", &id]], &[(Check::Schedule, &id)]).await;
    sample.finds(&[&["ZINCRBY", "scheduled", "-1", &id]], &[]).await;
    let id = sample.completed.to_string();
    sample.finds(&[&["ZINCRBY", "x:completed", "1", &id]], &[(Check::Retention, &id)]).await;
}

#[tokio::test]
async fn copies_that_differ_from_the_spec() {
    let sample = Sample::start().await;
    let (id, state) = (sample.running.to_string(), format!("s:{}", sample.running));
    for (field, value) in [("q", "other"), ("rt", "1"), ("dd", "1")] {
        sample.finds(&[&["HSET", &state, field, value]], &[(Check::Copy, &id)]).await;
        sample.finds(&[&["HDEL", &state, field]], &[]).await;
    }
}

#[tokio::test]
async fn a_deduplication_key_in_the_wrong_hands() {
    let sample = Sample::start().await;
    let (keyed, ready) = (sample.keyed.to_string(), sample.ready.to_string());
    for holder in [ready.clone(), TaskId::new().to_string()] {
        let subject = format!("dedup \"ghost\" {holder}");
        sample.finds(&[&["HSET", "dedup", "ghost", &holder]], &[(Check::DedupHolder, &subject)]).await;
    }
    sample.finds(&[&["HDEL", "dedup", "ghost"]], &[]).await;
    sample.finds(&[&["HDEL", "dedup", "key"]], &[(Check::DedupLost, &keyed)]).await;
    let subject = format!("dedup \"key\" {ready}");
    let both = [(Check::DedupHolder, subject.as_str()), (Check::DedupLost, &keyed)];
    sample.finds(&[&["HSET", "dedup", "key", &ready]], &both).await;
}

#[tokio::test]
async fn counts_that_do_not_add_up() {
    let sample = Sample::start().await;
    for (arrow, state, total) in [
        ("new>ready", "ready", Some((Check::Totals, "totals submitted"))),
        ("completed>gone", "completed", None),
    ] {
        let subject = format!("q:default {state}");
        let expected: Vec<_> = [(Check::Counts, subject.as_str())].into_iter().chain(total).collect();
        sample.finds(&[&["HINCRBY", "q:default", arrow, "1"]], &expected).await;
        sample.finds(&[&["HINCRBY", "q:default", arrow, "-1"]], &[]).await;
    }
    let both = [(Check::Counts, "q:default ready"), (Check::Counts, "q:default running")];
    sample.finds(&[&["HINCRBY", "q:default", "ready>running", "1"]], &both).await;
}

#[tokio::test]
async fn a_task_that_vanished() {
    let sample = Sample::start().await;
    let (id, spec) = (sample.ready.to_string(), format!("t:{}", sample.ready));
    let writes: [&[&str]; 2] = [&["DEL", &spec], &["LREM", "r5:default", "0", &id]];
    let both = [(Check::Counts, "q:default ready"), (Check::Totals, "totals")];
    sample.finds(&writes, &both).await;
}

#[tokio::test]
async fn a_field_that_nothing_writes() {
    let sample = Sample::start().await;
    for field in ["other", "completed>ready"] {
        let subject = format!("q:default {field}");
        sample.finds(&[&["HSET", "q:default", field, "0"]], &[(Check::UnknownField, &subject)]).await;
        sample.finds(&[&["HDEL", "q:default", field]], &[]).await;
    }
}

#[tokio::test]
async fn special_lists_that_are_not_those_that_are_named() {
    let sample = Sample::start().await;
    for counter in ["classes", "pins"] {
        let subject = format!("q:default {counter}");
        sample.finds(&[&["HINCRBY", "q:default", counter, "1"]], &[(Check::Specials, &subject)]).await;
        sample.finds(&[&["HINCRBY", "q:default", counter, "-1"]], &[]).await;
    }
    let id = TaskId::new();
    sample
        .finds(&[&["ZADD", "c:default", "4", &format!("{id} 5/x")]], &[(Check::Specials, "c:default")])
        .await;
    sample.finds(&[&["ZREM", "c:default", &format!("{id} 5/x")]], &[]).await;
    sample.finds(&[&["ZADD", "p:default", "0", "c"]], &[(Check::Specials, "p:default")]).await;
    sample.finds(&[&["ZREM", "p:default", "c"]], &[]).await;
    sample.finds(&[&["DEL", "c:default"]], &[(Check::Specials, "c:default")]).await;
    let both = [(Check::Specials, "c:default"), (Check::Specials, "c:default@b")];
    sample.finds(&[&["DEL", "c:default@b"]], &both).await;
}

#[tokio::test]
async fn a_queue_that_is_not_in_the_list_of_queues() {
    let sample = Sample::start().await;
    sample.finds(&[&["ZREM", "queues", "default"]], &[(Check::Queues, "q:default")]).await;
    sample.finds(&[&["ZADD", "queues", "0", "default"]], &[]).await;
    sample.finds(&[&["ZADD", "queues", "0", "none"]], &[(Check::Queues, "q:none")]).await;
}

#[tokio::test]
async fn a_deadline_that_is_not_indexed_and_one_that_is_no_deadline() {
    let sample = Sample::start().await;
    let store = &sample.store;
    let id = store.submit(json!({"deadline": "2031-01-01T00:00:00Z"})).await;
    store.clean().await;
    let subject = id.to_string();
    sample.finds(&[&["ZADD", "deadlines", "5", &subject]], &[(Check::Deadline, &subject)]).await;
    sample.finds(&[&["DEL", "deadlines"]], &[(Check::Deadline, &subject)]).await;
    store.queue.cancel(&store.swarm, id).await.unwrap();
    let ready = sample.ready.to_string();
    sample.finds(&[&["ZADD", "deadlines", "5", &ready]], &[(Check::Deadline, &ready)]).await;
    let nobody = TaskId::new().to_string();
    sample
        .finds(&[&["DEL", "deadlines"], &["ZADD", "deadlines", "5", &nobody]], &[(Check::Dangling, &nobody)])
        .await;
}

#[tokio::test]
async fn a_lease_that_goes_on_after_the_end_of_its_attempt() {
    let store = Store::start().await;
    let id = store.submit(json!({"timeout_ms": 1_000})).await;
    store.claim_one(json!({})).await;
    store.clean().await;
    let subject = id.to_string();
    store.set(&["HINCRBY", &format!("s:{id}"), "to", "-1"]);
    // The lease is too long, and the end is not the one that the spec says.
    assert_eq!(store.findings().await, [(Check::Lease, subject.clone()), (Check::Lease, subject)]);
}

#[tokio::test]
async fn attempts_that_are_not_in_order_or_belong_to_no_task() {
    let sample = Sample::start().await;
    let attempts = format!("e:{}", sample.ready);
    let record = |fence: u64| format!("{fence} 1 a 1 2 failed 0\n");
    sample.finds(&[&["RPUSH", &attempts, &record(2), &record(2)]], &[(Check::Attempts, &attempts)]).await;
    let orphan = format!("e:{}", TaskId::new());
    sample.finds(&[&["DEL", &attempts], &["RPUSH", &orphan, &record(1)]], &[(Check::Orphan, &orphan)]).await;
}

#[tokio::test]
async fn output_that_is_not_what_its_head_says() {
    let sample = Sample::start().await;
    let output = format!("oc:{}", sample.ready);
    for broken in [["1 9 0", "1 1 5\nabcd"], ["2 10 0", "1 1 5\nabcd"], ["1 1 5\nabcd", "1 10 0"]] {
        sample
            .finds(
                &[&["DEL", &output], &["RPUSH", &output, broken[0], broken[1]]],
                &[(Check::Output, &output)],
            )
            .await;
    }
    sample.finds(&[&["DEL", &output], &["RPUSH", &output, "1 10 0", "1 1 5\nabcd"]], &[]).await;
}
