use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, join, join_all, select};
use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use serde_json::{Value, json};
use waggle_tests::{Held, ON_TIME, PATIENCE, Raw, World, in_a_swarm, metric, task, until, until_quick};

use super::support::a_moment;

/// In it those would be answered who must not be.
const MOMENT: Duration = Duration::from_millis(300);

async fn until_waiting(w: &World, claims: usize) {
    // The gauge is the whole server's, and other tests wait as well: enough for a lower bound, and no more is needed.
    until("claims are waiting", PATIENCE, async || {
        let waiting = metric(w.client(), "waggle_long_polls{kind=\"claim\"}").await.expect("a gauge");
        waiting.parse::<f64>().unwrap() >= claims as f64
    })
    .await;
    a_moment().await;
}

#[test]
fn a_waiting_claim_is_answered_as_soon_as_a_task_comes() {
    in_a_swarm(async |w| {
        until_quick(1, ON_TIME, async |_| w.woken_late_by(&w).await).await;
    });
}

#[test]
fn a_claim_that_waits_in_vain_is_empty_when_its_time_is_over() {
    in_a_swarm(async |w| {
        let start = Instant::now();
        assert!(w.claim_with(json!({"agent": "a", "wait_ms": 300})).await.is_empty());
        let waited = start.elapsed();
        assert!(waited >= Duration::from_millis(290) && waited < Duration::from_secs(10), "{waited:?}");
    });
}

#[test]
fn prefer_wait_is_honoured_and_said_so() {
    in_a_swarm(async |w| {
        let start = Instant::now();
        let reply = w.post("/claims").header("prefer", "wait=1").json(json!({"agent": "a"})).send().await;
        assert_eq!(reply.header("preference-applied"), "wait=1");
        assert!(reply.ok()["tasks"].as_array().unwrap().is_empty());
        assert!(start.elapsed() >= Duration::from_millis(990));
        w.submit(task()).await;
        let reply = w.post("/claims").header("prefer", "wait=30").json(json!({"agent": "a"})).send().await;
        assert_eq!(reply.ok()["tasks"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn of_a_hundred_waiting_agents_exactly_one_gets_the_one_task() {
    in_a_swarm(async |w| {
        let claims = (0..100).map(|n| w.claim_with(json!({"agent": format!("a{n}"), "wait_ms": 30_000})));
        let mut claims: FuturesUnordered<_> = claims.collect();
        let submit = async {
            until_waiting(&w, 100).await;
            w.submit(task()).await;
        };
        let (held, ()) = join(claims.next(), submit).await;
        assert_eq!(held.unwrap().len(), 1);
        let second = tokio::time::timeout(MOMENT, claims.next()).await;
        assert!(second.is_err(), "the others wait on: {second:?}");
        assert_eq!(w.list("running").await[0]["attempt"], 1);
    });
}

#[test]
fn a_hundred_waiting_agents_get_a_hundred_tasks_one_each() {
    in_a_swarm(async |w| {
        let claims = (0..100).map(|n| w.claim_with(json!({"agent": format!("a{n}"), "wait_ms": 20_000})));
        let submit = async {
            until_waiting(&w, 100).await;
            w.submit_many((0..100).map(|n| task().payload(n))).await;
        };
        let (held, ()) = join(join_all(claims), submit).await;
        assert!(held.iter().all(|held| held.len() == 1));
        let mut payloads: Vec<u64> =
            held.iter().map(|held| held[0].task["payload"].as_u64().unwrap()).collect();
        payloads.sort_unstable();
        assert_eq!(payloads, (0..100).collect::<Vec<_>>());
    });
}

#[test]
fn waiting_agents_are_served_in_the_order_in_which_they_asked() {
    in_a_swarm(async |w| {
        let mut waiting = FuturesUnordered::new();
        for n in 0..5 {
            waiting.push(
                w.claim_with(json!({"agent": format!("a{n}"), "wait_ms": 20_000})).map(move |held| (n, held)),
            );
            // Polled until it waits, before the next one asks.
            assert!(tokio::time::timeout(Duration::from_millis(100), waiting.next()).await.is_err());
        }
        let mut order = Vec::new();
        for n in 0..5 {
            w.submit(task().payload(n)).await;
            let (agent, held) = waiting.next().await.unwrap();
            order.push((agent, held[0].task["payload"].clone()));
        }
        assert_eq!(order, (0..5).map(|n| (n, json!(n))).collect::<Vec<_>>());
    });
}

#[test]
fn a_waiting_claim_hears_of_every_one_of_its_queues() {
    in_a_swarm(async |w| {
        for queue in ["q1", "q2", "q3"] {
            let claim = w.claim_with(json!({"agent": "a", "queues": ["q1", "q2", "q3"], "wait_ms": 20_000}));
            let submit = async {
                until_waiting(&w, 1).await;
                w.submit(task().queue(queue)).await
            };
            let (held, task) = join(claim, submit).await;
            assert_eq!(held[0].id, task["id"].as_str().unwrap());
        }
    });
}

#[test]
fn a_waiting_claim_hears_of_tasks_for_its_capabilities_and_of_those_pinned_to_it() {
    in_a_swarm(async |w| {
        for new in
            [task().requires(json!(["gpu"])), task().agent("a"), task().agent("a").requires(json!(["gpu"]))]
        {
            let able = w.claim_with(json!({"agent": "a", "capabilities": ["gpu"], "wait_ms": 20_000}));
            let unable = pin!(w.claim_with(json!({"agent": "b", "wait_ms": 30_000})));
            let submit = async {
                until_waiting(&w, 2).await;
                w.submit(new).await
            };
            let Either::Right(((able, task), unable)) = select(unable, pin!(join(able, submit))).await else {
                panic!("one that may not have it was answered");
            };
            assert_eq!(able[0].id, task["id"].as_str().unwrap());
            assert!(tokio::time::timeout(MOMENT, unable).await.is_err(), "it waits on");
        }
    });
}

#[test]
fn a_waiting_claim_hears_of_what_becomes_ready_again() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        for way in ["release", "fail", "expire", "retry"] {
            let held = w.claim_one("a").await;
            let next = w.claim_with(json!({"agent": "b", "wait_ms": 20_000}));
            let give = async {
                until_waiting(&w, 1).await;
                match way {
                    "release" => drop(w.release(&held).await.ok()),
                    "fail" => drop(w.fail_with(&held, json!({"retry_after_ms": 100})).await.ok()),
                    "retry" => {
                        w.fail_with(&held, json!({"retryable": false})).await.ok();
                        w.retry(&held.id).await.ok();
                    }
                    _ => drop(w.heartbeat(&held, json!({"extend_ms": 100})).await.ok()),
                }
            };
            let (next, ()) = join(next, give).await;
            assert_eq!(next.len(), 1, "{way}");
            w.release(&next[0]).await.ok();
        }
    });
}

/// Fault: client-hangs-up
#[test]
fn a_client_that_hangs_up_while_it_waits_gets_no_task() {
    in_a_swarm(async |w| {
        let mut gone = Vec::new();
        for n in 0..20 {
            let mut agent = Raw::connect(&w.service().address()).await;
            let claim = json!({"agent": format!("gone{n}"), "wait_ms": 60_000, "lease_ms": 60_000});
            agent.post(&w.path("/claims"), &claim.to_string()).await;
            gone.push(agent);
        }
        until_waiting(&w, 20).await;
        for (n, agent) in gone.into_iter().enumerate() {
            if n % 2 == 0 { agent.reset() } else { drop(agent) }
        }
        a_moment().await;
        w.submit_many((0..20).map(|n| task().payload(n))).await;
        let mut held: Vec<Held> = Vec::new();
        until("all have come", PATIENCE, async || {
            held.extend(w.claim_with(json!({"agent": "here", "max_tasks": 100, "wait_ms": 1_000})).await);
            held.len() >= 20
        })
        .await;
        assert_eq!(held.len(), 20);
        assert!(held.iter().all(|held| held.attempt == 1));
    });
}

/// Fault: client-hangs-up
#[test]
fn hanging_up_in_the_very_moment_a_task_comes_loses_none_and_counts_no_attempt() {
    in_a_swarm(async |w| {
        for round in 0..20 {
            let mut agent = Raw::connect(&w.service().address()).await;
            let claim = json!({"agent": "flighty", "wait_ms": 60_000, "lease_ms": 60_000});
            agent.post(&w.path("/claims"), &claim.to_string()).await;
            let submit = w.submit_id(task().payload(round));
            let hang_up = async {
                // Spread over the time in which the task may be on its way to the agent.
                tokio::time::sleep(Duration::from_micros(200 * round)).await;
                agent.reset();
            };
            let (id, ()) = join(submit, hang_up).await;
            let taken = async || w.claim_with(json!({"agent": "steady", "wait_ms": 0})).await.pop();
            // Either nobody had taken it, or the service noticed and gave it back; or the agent had got the answer
            // before it hung up, which the service cannot know: then it is held until its lease ends.
            let mut held = taken().await;
            let deadline = Instant::now() + Duration::from_millis(300);
            while held.is_none() && Instant::now() < deadline {
                held = taken().await;
            }
            match held {
                Some(held) => {
                    assert_eq!((held.id.as_str(), held.attempt), (id.as_str(), 1));
                    w.complete(&held, Value::Null).await.ok();
                }
                // Or it was given back since.
                None => {
                    let task = w.task(&id).await;
                    assert!(task["agent"] == "flighty" || task["status"] == "ready", "{task}");
                    w.cancel(&id).await.ok();
                }
            }
        }
    });
}
