use std::collections::HashMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use super::support::{changes, create, items, list, transact, transaction, value, version};

const VOTERS: [(&str, &str); 5] =
    [("a1", "ship"), ("a2", "wait"), ("a3", "ship"), ("a4", "wait"), ("a5", "ship")];
const QUORUM: usize = 3;

/// Casts a vote; a voter that does not know whether it did may do it again.
async fn vote(w: &World, voter: &str, choice: &str) -> u16 {
    create(w, &format!("votes/7/{voter}"), json!({ "value": choice })).send().await.status
}

/// Waits for a quorum; what it has chosen.
async fn quorum(w: &World) -> String {
    let (mut since, mut votes) = (0, HashMap::<String, usize>::new());
    loop {
        let seen = changes(w, "votes/7/", since).await;
        since = version(&seen);
        // A vote never changes, so each is seen once.
        for item in items(&seen) {
            *votes.entry(item["value"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        if let Some((choice, _)) = votes.iter().find(|(_, count)| **count >= QUORUM) {
            return choice.clone();
        }
    }
}

fn decision(choice: &str, by: &str) -> Value {
    let ops = json!([
        { "op": "state.put", "key": "decision/7", "value": { "outcome": choice, "by": by } },
        { "op": "task.submit", "task": { "type": choice } },
    ]);
    transaction(&json!([{ "state": "decision/7", "version": 0 }]), &ops)
}

#[test]
fn a_vote_is_cast_once_and_never_changed() {
    in_a_swarm(async |w| {
        let cast =
            join_all((0..6).map(async |number| vote(&w, "a1", ["ship", "wait"][number % 2]).await)).await;
        assert_eq!(cast.iter().filter(|status| **status == 201).count(), 1, "{cast:?}");
        assert_eq!(cast.iter().filter(|status| **status == 412).count(), 5, "{cast:?}");
        assert_eq!(items(&list(&w, "votes/7/").await).len(), 1);
    });
}

#[test]
fn a_quorum_decides_once_although_who_counted_first_died_before_it_could_say_so() {
    in_a_swarm(async |w| {
        let statuses = join_all(VOTERS.map(async |(voter, choice)| vote(&w, voter, choice).await)).await;
        assert_eq!(statuses, [201; 5]);
        // a1 counts, knows the outcome, and dies: nothing of that is left anywhere.
        assert_eq!(quorum(&w).await, "ship");
        assert_eq!(value(&w, "decision/7").await, Value::Null);

        let decided = join_all(VOTERS[1..].iter().map(async |(voter, _)| {
            let choice = quorum(&w).await;
            transact(&w, decision(&choice, voter)).await.status
        }))
        .await;
        assert_eq!(decided.iter().filter(|status| **status == 200).count(), 1, "{decided:?}");
        assert_eq!(decided.iter().filter(|status| **status == 412).count(), 3, "{decided:?}");
        assert_eq!(value(&w, "decision/7").await["outcome"], "ship");
        assert_eq!(w.list("ready").await.len(), 1, "what was decided is begun once");
    });
}

#[test]
fn voters_that_die_without_a_vote_do_not_keep_the_quorum_from_deciding() {
    in_a_swarm(async |w| {
        let voters =
            async { join_all([0, 2, 4].map(async |at: usize| vote(&w, VOTERS[at].0, "wait").await)).await };
        let (chosen, statuses) = tokio::join!(quorum(&w), voters);
        assert_eq!((chosen.as_str(), statuses), ("wait", vec![201; 3]));
        transact(&w, decision(&chosen, "a1")).await.ok();
        // A late vote changes nothing any more.
        assert_eq!(vote(&w, "a2", "ship").await, 201);
        transact(&w, decision("ship", "a2")).await.problem(412, "version_mismatch");
        assert_eq!(value(&w, "decision/7").await["outcome"], "wait");
    });
}
