//! As `corrupted`, for what a swarm has beside its tasks: agents, inboxes, state, totals.

use serde_json::json;
use waggle_task_queue::audit::Check;
use waggle_task_queue::model::TaskId;

use crate::support::Store;

/// Three agents: `a` holds a task, `lost` is lost, `slow` drains. A message to `a` alone, and one to `a` and `slow`. State
/// keys that live, expire and were deleted.
struct Sample {
    store: Store,
    running: String,
    ready: String,
    unpinned: String,
    alone: String,
    shared: String,
}

const LATER: &str = "1900000000000";

impl Sample {
    async fn start() -> Self {
        let store = Store::start().await;
        for agent in ["lost", "slow"] {
            assert!(store.claim(json!({"agent": agent})).await.is_empty());
        }
        let running = store.submit(json!({})).await.to_string();
        store.claim_one(json!({})).await;
        let ready = store.submit(json!({"agent": "b"})).await.to_string();
        for words in [
            &["HSET", "a:lost", "lo", "1"][..],
            &["ZREM", "alive", "lost"],
            &["ZADD", "absent", "1", "lost"],
            &["HSET", "a:slow", "dr", "1"],
            &["SADD", "draining", "slow"],
            &["ZADD", "former", "1", "gone"],
        ] {
            store.set(words);
        }
        let unpinned = store.submit(json!({"agent": "lost"})).await.to_string();
        let (alone, shared) = (TaskId::new().to_string(), TaskId::new().to_string());
        let sample = Self { store, running, ready, unpinned, alone, shared };
        sample.fill_inboxes();
        sample.fill_state();
        sample.store.clean().await;
        sample
    }

    fn fill_inboxes(&self) {
        let (alone, shared) = (&self.alone, &self.shared);
        for (key, member) in
            [("n:a", alone.clone()), ("n:a", format!("{shared}*")), ("n:slow", format!("{shared}*"))]
        {
            let seq = if member == *alone { "1" } else { "2" };
            self.store.set(&["ZADD", key, seq, &member]);
            let agent = &key["n:".len()..];
            self.store.set(&["HSET", &format!("a:{agent}"), "sq", "2"]);
            self.store.set(&["ZADD", "mail", LATER, &format!("{} {agent}", member.trim_end_matches('*'))]);
        }
        for id in [alone, shared] {
            self.store.set(&["SET", &format!("m:{id}"), "header\nbody"]);
        }
        self.store.set(&["SET", &format!("mc:{shared}"), "2"]);
        self.store.set(&["SADD", "u:a", "news"]);
        self.store.set(&["SADD", "f:news", "a"]);
    }

    fn fill_state(&self) {
        for (key, version, expires) in [("plan/a", "3", "0"), ("b", "4", LATER)] {
            self.store.set(&["SET", &format!("v:{key}"), &format!("{version} 1800000000000 {expires} -\n1")]);
            self.store.set(&["ZADD", "statekeys", "0", key]);
            self.store.set(&["ZADD", "versions", version, key]);
        }
        self.store.set(&["ZADD", "expiring", LATER, "b"]);
        self.store.set(&["ZADD", "versions", "2", "old"]);
        self.store.set(&["ZADD", "deleted", "2", "old"]);
        self.store.set(&["SET", "sv", "4"]);
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

    /// Breaks one thing, expects one finding, and mends it again.
    async fn finds_one(&self, write: &[&str], check: Check, subject: &str, undo: &[&str]) {
        self.finds(&[write], &[(check, subject)]).await;
        self.finds(&[undo], &[]).await;
    }
}

#[tokio::test]
async fn what_runs_and_what_its_agent_holds_differ() {
    let sample = Sample::start().await;
    let (id, ready) = (sample.running.as_str(), sample.ready.as_str());
    sample.finds_one(&["HDEL", "h:a", id], Check::Held, id, &["HSET", "h:a", id, "1"]).await;
    let subject = format!("h:a {ready}");
    sample.finds_one(&["HSET", "h:a", ready, "1"], Check::Held, &subject, &["HDEL", "h:a", ready]).await;
    let subject = format!("h:slow {id}");
    sample.finds_one(&["HSET", "h:slow", id, "1"], Check::Held, &subject, &["HDEL", "h:slow", id]).await;
    sample.finds(&[&["HSET", "h:a", "w", "1"]], &[]).await;
}

#[tokio::test]
async fn a_task_that_is_held_by_an_agent_that_is_not_registered() {
    let sample = Sample::start().await;
    let expected = [
        (Check::Orphan, "h:a"),
        (Check::Orphan, "n:a"),
        (Check::Orphan, "u:a"),
        (Check::Agents, "a:a"),
        (Check::Held, sample.running.as_str()),
        (Check::Subscriptions, "f:news a"),
    ];
    sample.finds(&[&["DEL", "a:a"]], &expected).await;
}

#[tokio::test]
async fn lists_of_agents_that_say_something_else_than_the_agents() {
    let sample = Sample::start().await;
    let alive = "1800000067500";
    for (write, undo, subject) in [
        (["ZREM", "absent", "lost", ""], ["ZADD", "absent", "1", "lost"], "a:lost"),
        (["ZREM", "agents", "a", ""], ["ZADD", "agents", "0", "a"], "a:a"),
        (["ZADD", "alive", LATER, "a"], ["ZADD", "alive", alive, "a"], "a:a"),
        (["ZADD", "alive", LATER, "lost"], ["ZREM", "alive", "lost", ""], "a:lost"),
        (["SADD", "draining", "a", "a"], ["SREM", "draining", "a", ""], "a:a"),
        (["SREM", "draining", "slow", ""], ["SADD", "draining", "slow", "slow"], "a:slow"),
        (["ZADD", "former", "1", "a"], ["ZREM", "former", "a", ""], "a:a"),
        (["ZADD", "agents", "0", "ghost"], ["ZREM", "agents", "ghost", ""], "a:ghost"),
        (["ZADD", "alive", "1", "ghost"], ["ZREM", "alive", "ghost", ""], "a:ghost"),
    ] {
        sample.finds_one(&write, Check::Agents, subject, &undo).await;
    }
    sample.finds(&[&["ZREM", "alive", "a"]], &[(Check::Agents, "a:a"), (Check::Agents, "a:a")]).await;
    sample.finds(&[&["ZADD", "alive", alive, "a"]], &[]).await;
    let both = [(Check::Agents, "w:gone"), (Check::Adoption, "w:gone default")];
    sample.finds(&[&["SADD", "w:gone", "default"]], &both).await;
    sample.finds(&[&["DEL", "w:gone"]], &[]).await;
    // A lost agent drains as well when it comes back, and is in no list until then.
    sample.finds(&[&["HSET", "a:lost", "dr", "1"]], &[]).await;
}

#[tokio::test]
async fn a_record_of_an_agent_that_makes_no_sense() {
    let sample = Sample::start().await;
    sample
        .finds_one(&["HSET", "a:a", "zz", "1"], Check::UnknownField, "a:a zz", &["HDEL", "a:a", "zz"])
        .await;
    sample.finds_one(&["HDEL", "a:a", "ca"], Check::Unreadable, "a:a", &["HSET", "a:a", "ca", "1"]).await;
    sample.finds_one(&["HSET", "a:a", "ok", "x"], Check::Unreadable, "a:a", &["HDEL", "a:a", "ok"]).await;
}

#[tokio::test]
async fn a_task_that_waits_for_the_wrong_agents() {
    let sample = Sample::start().await;
    let (ready, unpinned) = (sample.ready.as_str(), sample.unpinned.as_str());
    let (of_ready, of_unpinned) = (format!("s:{ready}"), format!("s:{unpinned}"));
    // It stands in a list of its agent, and in the set of what is its agent's.
    let twice = [(Check::WrongIndex, ready), (Check::WrongIndex, ready)];
    sample.finds(&[&["HSET", &of_ready, "un", "1"]], &twice).await;
    sample.finds(&[&["HDEL", &of_ready, "un"]], &[]).await;
    let undo = ["HSET", of_unpinned.as_str(), "un", "1"];
    let both = [(Check::NotIndexed, unpinned), (Check::WrongIndex, unpinned)];
    sample.finds(&[&["HDEL", &of_unpinned, "un"]], &both).await;
    sample.finds(&[&undo], &[]).await;
    let running = format!("s:{}", sample.running);
    let undo = ["HDEL", running.as_str(), "un"];
    sample.finds_one(&["HSET", &running, "un", "a"], Check::Unpinned, &sample.running, &undo).await;
}

#[tokio::test]
async fn queues_of_pinned_tasks_that_are_not_those_that_are_named() {
    let sample = Sample::start().await;
    let (add, remove) = (["SADD", "w:b", "default"], ["SREM", "w:b", "default"]);
    sample.finds_one(&remove, Check::Adoption, "w:b default", &add).await;
    sample
        .finds_one(&["SADD", "w:b", "other"], Check::Adoption, "w:b other", &["SREM", "w:b", "other"])
        .await;
    sample
        .finds_one(&["SADD", "w:a", "default"], Check::Adoption, "w:a default", &["SREM", "w:a", "default"])
        .await;
}

#[tokio::test]
async fn totals_that_do_not_add_up() {
    let sample = Sample::start().await;
    for (field, by, undo) in [("submitted", "1", "-1"), ("completed", "1", "-1"), ("retried", "1", "-1")] {
        let (write, undo) = (["HINCRBY", "totals", field, by], ["HINCRBY", "totals", field, undo]);
        sample.finds_one(&write, Check::Totals, "totals", &undo).await;
    }
    let both = [(Check::Totals, "totals"), (Check::Totals, "totals submitted")];
    sample.finds(&[&["HINCRBY", "totals", "submitted", "-1"]], &both).await;
    sample.finds(&[&["HINCRBY", "totals", "submitted", "1"]], &[]).await;
    sample.finds(&[&["HSET", "totals", "other", "1"]], &[(Check::UnknownField, "totals other")]).await;
}

#[tokio::test]
async fn a_message_and_the_inboxes_that_hold_it_differ() {
    let sample = Sample::start().await;
    let (alone, shared) = (sample.alone.as_str(), sample.shared.as_str());
    let [of_alone, of_shared] = [alone, shared].map(|id| format!("m:{id}"));
    let dangling = format!("n:a {alone}");
    sample.finds_one(&["DEL", &of_alone], Check::Dangling, &dangling, &["SET", &of_alone, "h\nb"]).await;
    let nobodys = format!("m:{}", TaskId::new());
    sample.finds_one(&["SET", &nobodys, "h\nb"], Check::Orphan, &nobodys, &["DEL", &nobodys]).await;
    let count = format!("mc:{shared}");
    for wrong in [&["INCR", count.as_str()][..], &["DEL", &count], &["SET", &count, "x"]] {
        sample.finds_one(wrong, Check::Shares, &count, &["SET", &count, "2"]).await;
    }
    let count = format!("mc:{alone}");
    sample.finds_one(&["SET", &count, "1"], Check::Shares, &count, &["DEL", &count]).await;
    let dangling = format!("n:slow {shared}");
    let both = [format!("n:a {shared}"), dangling];
    let both = both.each_ref().map(|subject| (Check::Dangling, subject.as_str()));
    sample.finds(&[&["DEL", &of_shared]], &both).await;
}

#[tokio::test]
async fn an_inbox_whose_numbers_make_no_sense() {
    let sample = Sample::start().await;
    let (alone, shared) = (sample.alone.as_str(), format!("n:a {}", sample.shared));
    let subject = format!("n:a {alone}");
    let undo = ["ZADD", "n:a", "1", alone];
    for seq in ["0", "3"] {
        sample.finds_one(&["ZADD", "n:a", seq, alone], Check::Inbox, &subject, &undo).await;
    }
    sample.finds_one(&["ZADD", "n:a", "2", alone], Check::Inbox, &shared, &undo).await;
    sample.finds(&[&["ZADD", "n:a", "2", "x"]], &[(Check::Dangling, "n:a x")]).await;
}

#[tokio::test]
async fn an_inbox_and_the_expiry_of_what_it_holds_differ() {
    let sample = Sample::start().await;
    let member = format!("{} a", sample.alone);
    let (subject, undo) = (format!("n:a {}", sample.alone), ["ZADD", "mail", LATER, &member]);
    sample.finds_one(&["ZREM", "mail", &member], Check::Mail, &subject, &undo).await;
    let member = format!("{} slow", sample.alone);
    let subject = format!("mail {member}");
    sample
        .finds_one(&["ZADD", "mail", "1", &member], Check::Mail, &subject, &["ZREM", "mail", &member])
        .await;
    sample.finds(&[&["ZADD", "mail", "1", "x"]], &[(Check::Dangling, "mail x")]).await;
}

#[tokio::test]
async fn a_subscription_that_is_known_on_one_side_only() {
    let sample = Sample::start().await;
    for (write, subject, undo) in [
        (["SREM", "f:news", "a"], "u:a news", ["SADD", "f:news", "a"]),
        (["SREM", "u:a", "news"], "f:news a", ["SADD", "u:a", "news"]),
        (["SADD", "u:slow", "news"], "u:slow news", ["SREM", "u:slow", "news"]),
    ] {
        sample.finds_one(&write, Check::Subscriptions, subject, &undo).await;
    }
}

#[tokio::test]
async fn a_key_of_the_state_whose_value_and_indexes_differ() {
    let sample = Sample::start().await;
    for (write, key, undo) in [
        (["ZREM", "statekeys", "plan/a", ""], "v:plan/a", ["ZADD", "statekeys", "0", "plan/a"]),
        (["ZADD", "statekeys", "0", "old"], "v:old", ["ZREM", "statekeys", "old", ""]),
        (["ZADD", "versions", "1", "plan/a"], "v:plan/a", ["ZADD", "versions", "3", "plan/a"]),
        (["ZREM", "versions", "plan/a", ""], "v:plan/a", ["ZADD", "versions", "3", "plan/a"]),
        (["ZADD", "versions", "1", "old"], "v:old", ["ZADD", "versions", "2", "old"]),
        (["ZADD", "deleted", "3", "plan/a"], "v:plan/a", ["ZREM", "deleted", "plan/a", ""]),
        (["ZREM", "deleted", "old", ""], "v:old", ["ZADD", "deleted", "2", "old"]),
        (["ZREM", "expiring", "b", ""], "v:b", ["ZADD", "expiring", LATER, "b"]),
        (["ZADD", "expiring", "1", "b"], "v:b", ["ZADD", "expiring", LATER, "b"]),
        (["ZADD", "expiring", "1", "plan/a"], "v:plan/a", ["ZREM", "expiring", "plan/a", ""]),
    ] {
        sample.finds_one(&write, Check::State, key, &undo).await;
    }
    sample.finds_one(&["SET", "sv", "3"], Check::State, "sv", &["SET", "sv", "4"]).await;
    sample
        .finds(&[&["DEL", "v:b"]], &[(Check::State, "v:b"), (Check::State, "v:b"), (Check::State, "v:b")])
        .await;
}

#[tokio::test]
async fn two_changes_of_the_state_with_one_version() {
    let sample = Sample::start().await;
    let writes: [&[&str]; 2] = [&["SET", "v:b", "3 1 1900000000000 -\n1"], &["ZADD", "versions", "3", "b"]];
    sample.finds(&writes, &[(Check::State, "v:plan/a")]).await;
}

#[tokio::test]
async fn a_value_that_does_not_begin_as_it_should() {
    let sample = Sample::start().await;
    sample.finds(&[&["SET", "v:b", "4 x 0 -\n1"]], &[(Check::Unreadable, "v:b")]).await;
}

#[tokio::test]
async fn what_should_be_bounded_is_longer() {
    let sample = Sample::start().await;
    for n in 0..13 {
        sample.finds(&[&["LPUSH", "samples", &format!("{n} 1 0")]], &[]).await;
    }
    sample.finds_one(&["LPUSH", "samples", "1 1 0"], Check::Unbounded, "samples", &["LPOP", "samples"]).await;
    sample
        .finds_one(
            &["LSET", "samples", "0", "1 1"],
            Check::Unreadable,
            "samples",
            &["LSET", "samples", "0", "1 1 1"],
        )
        .await;
}

#[tokio::test]
async fn a_swarm_that_is_being_deleted_is_counted_and_not_looked_into() {
    let sample = Sample::start().await;
    sample.finds(&[&["HSET", "swarm", "zz", "1"]], &[(Check::UnknownField, "swarm zz")]).await;
    sample.finds(&[&["HDEL", "swarm", "zz"]], &[]).await;
    sample.finds(&[&["ZADD", "z:r5:default", "0", "x"]], &[(Check::Orphan, "z:r5:default")]).await;
    sample
        .finds(
            &[&["HSET", "swarm", "restore", "x"]],
            &[(Check::Orphan, "z:r5:default"), (Check::UnknownField, "swarm restore")],
        )
        .await;
    sample.finds(&[&["HSET", "swarm", "closed", "2"], &["DEL", "agents"]], &[]).await;
    assert_eq!(sample.store.clean().await.closed, 1);
}

#[tokio::test]
async fn live_data_of_a_swarm_that_expires() {
    let sample = Sample::start().await;
    for name in [
        "totals",
        "agents",
        "alive",
        "draining",
        "former",
        "a:a",
        "h:a",
        "w:b",
        "u:a",
        "f:news",
        "n:a",
        "mail",
        "v:b",
        "sv",
        "versions",
        "statekeys",
        "deleted",
        "expiring",
        "events",
    ] {
        let write = ["PEXPIRE", name, "1000000"];
        sample.finds_one(&write, Check::Expires, name, &["PERSIST", name]).await;
    }
}
