//! Agents and time: who is silent is lost, who stays away is forgotten, and nothing of it is left behind.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::task::JoinHandle;
use waggle_task_queue::Error;
use waggle_task_queue::maintenance::{Custodian, Reaper};
use waggle_task_queue::model::{Agent, AgentName, AgentStatus, NewAgent, Status};

use crate::support::{Store, new_task};

const DAY_MS: u64 = 86_400_000;

fn name(agent: &str) -> AgentName {
    agent.parse().unwrap()
}

async fn register(store: &Store, agent: &str, fields: serde_json::Value) {
    let new: NewAgent = serde_json::from_value(fields).unwrap();
    let (_, created) = store.queue.put_agent(&store.swarm, &name(agent), new).await.unwrap();
    assert!(created, "{agent}");
}

async fn look(store: &Store, agent: &str) -> Option<Agent> {
    match store.queue.get_agent(&store.swarm, &name(agent)).await {
        Ok(agent) => Some(agent),
        Err(Error::AgentNotFound(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

async fn status(store: &Store, agent: &str) -> AgentStatus {
    look(store, agent).await.unwrap().status
}

/// Until nothing is due.
async fn tend(store: &Store) {
    while Custodian.run_once(&store.redis, &store.swarm).await.unwrap().tasks > 0 {}
}

/// How often an event of this kind was written.
fn events(store: &Store, kind: &str) -> usize {
    let entries: Vec<(String, Vec<String>)> = store.server.raw(&["XRANGE", &store.key("events"), "-", "+"]);
    let texts = entries.iter().flat_map(|(_, fields)| fields.iter());
    texts.map(|text| text.lines().filter(|line| line.split('\t').next() == Some(kind)).count()).sum()
}

/// Waits for a minute for a task that never comes; its agent is registered by that.
fn stand_by(store: &Store, agent: &str) -> JoinHandle<()> {
    let (queue, swarm) = (store.queue.clone(), store.swarm.clone());
    let claim = serde_json::from_value(json!({"agent": agent, "wait_ms": 60_000})).unwrap();
    tokio::spawn(async move { drop(queue.claim(&swarm, claim).await) })
}

#[tokio::test]
async fn whoever_says_again_what_was_said_of_a_waiting_agent_does_not_cut_its_presence_short() {
    let store = Store::start().await;
    let waiting = stand_by(&store, "a");
    while look(&store, "a").await.is_none() {
        tokio::task::yield_now().await;
    }
    let said = json!({"capacity": 100, "ttl_ms": 60_000, "metadata": {"said": "again"}});
    let new: NewAgent = serde_json::from_value(said).unwrap();
    let (_, created) = store.queue.put_agent(&store.swarm, &name("a"), new).await.unwrap();
    assert!(!created);
    // Beyond its time to live and its grace, within the minute it waits besides.
    store.advance(100_000);
    assert_eq!(status(&store, "a").await, AgentStatus::Live);
    waiting.abort();
    store.clean().await;
}

#[tokio::test]
async fn a_presence_lasts_an_eighth_longer_than_the_time_to_live_and_ends_by_the_clock() {
    let store = Store::start().await;
    register(&store, "a", json!({"ttl_ms": 8_000})).await;
    store.advance(8_999);
    tend(&store).await;
    assert_eq!(status(&store, "a").await, AgentStatus::Live);
    store.advance(1);
    assert_eq!(status(&store, "a").await, AgentStatus::Lost, "before anybody has noticed");
    tend(&store).await;
    assert_eq!(status(&store, "a").await, AgentStatus::Lost);
    store.clean().await;
    store.claim(json!({})).await;
    assert_eq!(status(&store, "a").await, AgentStatus::Live);
    assert_eq!((events(&store, "agent.lost"), events(&store, "agent.returned")), (1, 1));
    store.clean().await;
}

#[tokio::test]
async fn each_lost_agent_is_noticed_once_however_many_servers_look() {
    let store = Store::start().await;
    for n in 0..700 {
        register(&store, &format!("a{n}"), json!({"ttl_ms": 1_000})).await;
    }
    store.queue.drain_agent(&store.swarm, &name("a7")).await.unwrap();
    store.advance(2_000);
    let sweeps = join_all((0..8).map(|_| Custodian.run_once(&store.redis, &store.swarm))).await;
    assert!(sweeps.iter().all(Result::is_ok));
    tend(&store).await;
    assert_eq!(events(&store, "agent.lost"), 700);
    store.clean().await;
}

#[tokio::test]
async fn an_agent_that_stays_away_for_a_day_is_forgotten_with_all_that_was_its_own() {
    let store = Store::start().await;
    register(&store, "a", json!({"ttl_ms": 8_000})).await;
    register(&store, "b", json!({"ttl_ms": DAY_MS})).await;
    for agent in ["a", "b"] {
        store.queue.put_subscription(&store.swarm, &name(agent), &"t".parse().unwrap()).await.unwrap();
    }
    for to in [json!({"agent": "a"}), json!({"topic": "t"}), json!({"swarm": true})] {
        let message = json!({"from": "x", "to": to, "kind": "note", "body": 1, "ttl_ms": 10 * DAY_MS});
        store.queue.send_message(&store.swarm, serde_json::from_value(message).unwrap(), None).await.unwrap();
    }
    store.advance(9_000);
    tend(&store).await;
    store.advance(DAY_MS - 1);
    tend(&store).await;
    assert_eq!(look(&store, "a").await.unwrap().unread, 3);
    store.clean().await;
    store.advance(1);
    tend(&store).await;
    assert!(look(&store, "a").await.is_none());
    assert_eq!(look(&store, "b").await.unwrap().unread, 2);
    store.clean().await;
    let left: Vec<String> = store.server.raw(&["KEYS", &store.key("?:a")]);
    assert!(left.is_empty(), "{left:?}");
    let task = store.submit(json!({"agent": "a"})).await;
    assert_eq!(store.claim_one(json!({"agent": "b"})).await.0, task);
    store.clean().await;
}

#[tokio::test]
async fn an_agent_that_holds_a_task_is_not_forgotten() {
    let store = Store::start().await;
    register(&store, "a", json!({"ttl_ms": 1_000})).await;
    store.submit(json!({"lease_ms": DAY_MS})).await;
    store.claim_one(json!({})).await;
    tend(&store).await;
    store.advance(2 * DAY_MS);
    tend(&store).await;
    tend(&store).await;
    assert_eq!(look(&store, "a").await.unwrap().running, 1);
    Reaper.run_once(&store.redis, &store.swarm).await.unwrap();
    assert_eq!(look(&store, "a").await.unwrap().expired, 1);
    store.advance(60_000);
    tend(&store).await;
    assert!(look(&store, "a").await.is_none());
    store.clean().await;
}

#[tokio::test]
async fn a_lease_that_ended_before_its_agent_was_deleted_counts_as_an_attempt_and_brings_nobody_back() {
    let store = Store::start().await;
    let ended = store.submit(json!({"lease_ms": 1_000})).await;
    let held = store.submit(json!({})).await;
    assert_eq!(store.claim(json!({"max_tasks": 2})).await.len(), 2);
    store.advance(1_000);
    store.queue.delete_agent(&store.swarm, &name("a")).await.unwrap();
    Reaper.run_once(&store.redis, &store.swarm).await.unwrap();
    for (id, attempt) in [(ended, 1), (held, 0)] {
        let task = store.queue.get(&store.swarm, id, Duration::ZERO).await.unwrap();
        assert_eq!((task.status, task.attempt), (Status::Ready, attempt));
    }
    assert!(look(&store, "a").await.is_none());
    store.clean().await;
}

#[tokio::test]
async fn what_is_pinned_to_the_lost_goes_to_everybody_in_steps_in_its_order_and_without_tombstones() {
    const TASKS: usize = 2_400;
    let store = Store::start().await;
    register(&store, "a", json!({"ttl_ms": 1_000})).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let batch = (0..TASKS / 3).map(|_| Ok(new_task(json!({"agent": "a"})))).collect();
        let batch = store.queue.submit_batch(&store.swarm, batch, None).await.unwrap();
        ids.extend(batch.items.into_iter().map(|item| item.unwrap().id));
    }
    for at in [1_250, 1_200, 1_150] {
        store.queue.cancel(&store.swarm, ids.remove(at)).await.unwrap();
    }
    store.advance(2_000);
    let later = store.submit(json!({})).await;
    let mut steps = 0;
    while Custodian.run_once(&store.redis, &store.swarm).await.unwrap().tasks > 0 {
        steps += 1;
        assert!(store.clean().await.is_clean());
    }
    assert!(steps >= TASKS / 500, "{steps}");
    let (mut claimed, mut number) = (Vec::new(), 0);
    loop {
        number += 1;
        let tasks = store.claim(json!({"agent": format!("b{number}"), "max_tasks": 100})).await;
        if tasks.is_empty() {
            break;
        }
        claimed.extend(tasks.into_iter().map(|task| task.id));
    }
    ids.push(later);
    assert_eq!(claimed, ids);
    store.clean().await;
}

#[tokio::test]
async fn many_lost_agents_are_worked_off_whatever_is_pinned_to_each() {
    const AGENTS: usize = 250;
    let store = Store::start().await;
    for n in 0..AGENTS {
        let agent = format!("a{n}");
        register(&store, &agent, json!({"ttl_ms": 1_000})).await;
        store.submit(json!({"agent": agent, "queue": format!("q{}", n % 7), "requires": ["x"]})).await;
    }
    store.advance(2_000);
    tend(&store).await;
    store.clean().await;
    let mut claimed = 0;
    for n in 0..7 {
        let claim = json!({"agent": format!("b{n}"), "queues": [format!("q{n}")], "capabilities": ["x"], "max_tasks": 100});
        claimed += store.claim(claim).await.len();
    }
    assert_eq!(claimed, AGENTS);
    store.clean().await;
}
