//! What a call of a function does is bounded, counted in commands: time would tell of the machine.

use std::collections::HashMap;

use serde_json::{Value as Json, json};
use waggle_task_queue::limits::CALL_WEIGHT;
use waggle_task_queue::model::{Action, AgentHeartbeat, NewAgent, NewTask, TaskFilter, TaskId};

use crate::support::{Store, agent_claim, new_task};

/// What was asked of Redis since the last look.
struct Spent {
    /// Calls of functions.
    calls: u64,
    /// Commands in them.
    commands: u64,
}

fn spent(store: &Store) -> Spent {
    let info: String = store.server.raw(&["INFO", "commandstats"]);
    let counts: HashMap<&str, u64> = info
        .lines()
        .filter_map(|line| line.strip_prefix("cmdstat_")?.split_once(":calls="))
        .map(|(name, rest)| (name, rest.split(',').next().unwrap().parse().unwrap()))
        .collect();
    let _: waggle_core::Value = store.server.raw(&["CONFIG", "RESETSTAT"]);
    let of_others = |name: &str| {
        ["fcall", "fcall_ro", "info", "config", "client", "hello", "ping"]
            .contains(&name.split('|').next().unwrap())
    };
    let commands = counts.iter().filter(|(name, _)| !of_others(name)).map(|(_, count)| count).sum();
    let calls = ["fcall", "fcall_ro"].iter().filter_map(|name| counts.get(name)).sum();
    Spent { calls, commands }
}

async fn submit_all(store: &Store, tasks: impl Iterator<Item = Json>) -> Vec<TaskId> {
    let tasks: Vec<Result<NewTask, _>> = tasks.map(|task| Ok(new_task(task))).collect();
    let items = store.queue.submit_batch(&store.swarm, tasks, None).await.unwrap().items;
    items.into_iter().map(|item| item.unwrap().id).collect()
}

async fn register(store: &Store, agent: &str, said: Json) {
    let said: NewAgent = serde_json::from_value(said).unwrap();
    store.queue.put_agent(&store.swarm, &agent.parse().unwrap(), said).await.unwrap();
}

/// Commands of a claim of one task, on average of some.
async fn claim_costs(store: &Store, claim: Json) -> u64 {
    const CLAIMS: u64 = 5;
    // The first one makes the agent known, and what this process knows of the queue.
    store.claim_one(claim.clone()).await;
    spent(store);
    for _ in 0..CLAIMS {
        store.claim_one(claim.clone()).await;
    }
    spent(store).commands / CLAIMS
}

#[tokio::test]
async fn a_claim_among_fifty_capability_sets_asks_little_more_than_one_of_a_plain_queue() {
    let store = Store::start().await;
    submit_all(&store, (0..10).map(|_| json!({"queue": "plain"}))).await;
    let plain = claim_costs(&store, json!({"queues": ["plain"]})).await;
    for able in [0..50, 40..50, 49..50] {
        let queue = format!("q{}", able.len());
        let tasks =
            (0..500).map(|n| json!({"queue": queue, "requires": [format!("c{}", n % 50)], "priority": 4}));
        submit_all(&store, tasks).await;
        let capabilities: Vec<String> = able.clone().map(|n| format!("c{n}")).collect();
        let claim =
            json!({"queues": [queue], "agent": format!("a{}", able.len()), "capabilities": capabilities});
        let among = claim_costs(&store, claim).await;
        assert!(among <= plain + 5, "{able:?}: {among} commands, {plain} of a plain queue");
    }
    store.clean().await;
}

#[tokio::test]
async fn what_a_claim_knows_of_the_lists_holds_when_they_come_and_go() {
    let store = Store::start().await;
    let claim = |set: &str| json!({"agent": "a", "capabilities": [set]});
    for n in 0..20 {
        store.submit(json!({"requires": [format!("c{n}")]})).await;
    }
    store.claim_one(claim("c3")).await;
    for _ in 0..3 {
        for set in ["c3", "new", "c3"] {
            assert!(store.claim(claim(set)).await.is_empty());
            let id = store.submit(json!({"requires": [set]})).await;
            assert_eq!(store.claim_one(claim(set)).await.0, id);
            // One that comes first by its priority, and one that is called off.
            let late = store.submit(json!({"requires": [set]})).await;
            let first = store.submit(json!({"requires": [set], "priority": 9})).await;
            assert_eq!(store.claim_one(claim(set)).await.0, first);
            store.queue.cancel(&store.swarm, late).await.unwrap();
            assert!(store.claim(claim(set)).await.is_empty());
        }
    }
    // A queue that was forgotten and comes back.
    for n in 20..25 {
        store.submit(json!({"queue": "gone", "requires": [format!("c{n}")]})).await;
        let claim = json!({"queues": ["gone"], "capabilities": [format!("c{n}")]});
        let (id, lease) = store.claim_one(claim).await;
        store.complete(id, lease).await;
        let gone = TaskFilter { queue: Some("gone".parse().unwrap()), ..TaskFilter::default() };
        store.queue.act(&store.swarm, Action::Delete, &gone, None).await.unwrap();
    }
    store.clean().await;
}

#[tokio::test]
async fn a_task_that_waits_for_a_thousand_costs_two_commands_for_each_and_the_next_one_half() {
    let store = Store::start().await;
    let before = submit_all(&store, (0..1_000).map(|_| json!({}))).await;
    for most in [2_020, 1_020] {
        spent(&store);
        store.submit(json!({"depends_on": before})).await;
        let Spent { calls, commands } = spent(&store);
        assert_eq!(calls, 1);
        assert!(commands <= most, "{commands} commands");
    }
    store.clean().await;
}

#[tokio::test]
async fn a_batch_is_cut_by_what_its_tasks_cost_and_a_plain_one_is_one_call() {
    let store = Store::start().await;
    spent(&store);
    submit_all(&store, (0..1_000).map(|_| json!({}))).await;
    assert_eq!(spent(&store).calls, 1);
    let tags: Vec<String> = (0..32).map(|n| format!("t{n}")).collect();
    submit_all(&store, (0..1_000).map(|_| json!({"tags": tags}))).await;
    let in_a_call = u64::try_from(CALL_WEIGHT / (1 + tags.len())).unwrap();
    assert_eq!(spent(&store).calls, 1_000_u64.div_ceil(in_a_call));
    submit_all(&store, (0..50).map(|_| json!({"assign": "least_loaded"}))).await;
    assert!(spent(&store).calls >= 2);
    store.clean().await;
}

/// Tasks one below the other, the first with a budget; the last of them.
async fn chain(store: &Store) -> Vec<TaskId> {
    let mut ids: Vec<TaskId> = Vec::new();
    for _ in 0..16 {
        let budget = ids.is_empty().then(|| json!({"tokens": 1_000_000}));
        ids.push(store.submit(json!({"queue": "above", "parent": ids.last(), "budget": budget})).await);
    }
    ids
}

/// An agent that holds `count` tasks, each below one of `parents`.
async fn holder(store: &Store, parents: &[TaskId], count: usize) -> Vec<Json> {
    register(store, "h", json!({"capacity": 1_000})).await;
    submit_all(store, (0..count).map(|n| json!({"queue": "below", "parent": parents[n % parents.len()]})))
        .await;
    let mut held = Vec::new();
    while held.len() < count {
        let claim = agent_claim(json!({"agent": "h", "queues": ["below"], "max_tasks": 100}));
        let tasks = store.queue.claim(&store.swarm, claim).await.unwrap().tasks;
        assert!(!tasks.is_empty());
        held.extend(tasks.iter().map(|task| {
            json!({"id": task.id, "lease": task.lease.as_ref().unwrap().token, "usage": {"tokens": 2, "wall_ms": 3}})
        }));
    }
    held
}

async fn heartbeat(store: &Store, leases: &[Json]) -> usize {
    let heartbeat: AgentHeartbeat = serde_json::from_value(json!({"leases": leases})).unwrap();
    let answer = store.queue.heartbeat_agent(&store.swarm, &"h".parse().unwrap(), heartbeat).await.unwrap();
    answer.extended.len()
}

#[tokio::test]
async fn a_heartbeat_reads_and_writes_each_task_above_its_leases_once() {
    let store = Store::start().await;
    let above = chain(&store).await;
    let leases = holder(&store, &above[15..], 300).await;
    for _ in 0..2 {
        spent(&store);
        assert_eq!(heartbeat(&store, &leases).await, 300);
        let Spent { calls, commands } = spent(&store);
        assert!(calls <= 3, "{calls} calls");
        assert!(commands <= 300 * 9 + 100, "{commands} commands");
    }
    let top = store.queue.get(&store.swarm, above[0], std::time::Duration::ZERO).await.unwrap();
    assert_eq!(
        serde_json::to_value(top.tree_usage).unwrap(),
        json!({"tokens": 1_200, "usd_micros": 0, "wall_ms": 1_800})
    );
    store.clean().await;
}

#[tokio::test]
async fn a_heartbeat_for_tasks_far_below_many_others_takes_several_calls() {
    let store = Store::start().await;
    let mut parents = Vec::new();
    for _ in 0..60 {
        parents.extend(chain(&store).await.pop());
    }
    let leases = holder(&store, &parents, 60).await;
    spent(&store);
    assert_eq!(heartbeat(&store, &leases).await, 60);
    let Spent { calls, commands } = spent(&store);
    assert!(calls >= 3, "{calls} calls");
    assert!(commands <= calls * 2_500, "{commands} commands in {calls} calls");
    store.clean().await;
}

#[tokio::test]
async fn an_action_does_less_in_a_call_where_tasks_have_many_tags() {
    let store = Store::start().await;
    let tags: Vec<String> = (0..32).map(|n| format!("t{n}")).collect();
    submit_all(&store, (0..100).map(|_| json!({"tags": tags}))).await;
    let filter: TaskFilter = TaskFilter { tag: Some("t1".parse().unwrap()), ..TaskFilter::default() };
    for (action, calls) in [(Action::Cancel, 8), (Action::Retry, 8), (Action::Delete, 8)] {
        spent(&store);
        let acted = store.queue.act(&store.swarm, action, &filter, None).await.unwrap();
        assert_eq!((acted.matched, acted.changed, acted.more), (100, 100, false));
        let spent = spent(&store);
        assert!(spent.calls >= calls, "{action:?}: {} calls", spent.calls);
    }
    store.clean().await;
}

#[tokio::test]
async fn a_queue_of_many_pinned_tasks_is_looked_at_with_a_bound() {
    let store = Store::start().await;
    submit_all(&store, (0..800).map(|n| json!({"agent": format!("a{n}")}))).await;
    let queue = "default".parse().unwrap();
    spent(&store);
    assert_eq!(store.queue.get_queue(&store.swarm, &queue).await.unwrap().oldest_ready_ms, Some(0));
    let Spent { calls, commands } = spent(&store);
    assert_eq!(calls, 1);
    assert!(commands <= 1_550, "{commands} commands");
    store.clean().await;
}
