//! Agents that die, pause, repeat themselves or hang up.

use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Raw, in_a_swarm, task, until_some};

/// Fault: agent-killed
#[test]
fn what_a_killed_agent_held_goes_to_another_under_a_higher_fence() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let mut dying = Raw::connect(&w.service().address()).await;
        dying.post(&w.path("/claims"), &json!({"agent": "dying", "lease_ms": 300}).to_string()).await;
        let answer = dying.read(false).await;
        assert!(answer.contains("\"attempt\":1"), "{answer}");
        dying.reset();
        let next = w.claim_one("alive").await;
        assert_eq!(next.attempt, 2);
        assert!(next.fence() > 1);
        w.complete(&next, 1).await.ok();
    });
}

/// Fault: agent-paused
#[test]
fn an_agent_that_slept_past_its_lease_is_told_so_and_the_new_result_stands() {
    in_a_swarm(async |w| {
        w.submit_many((0..20).map(|n| task().payload(n).lease_ms(150))).await;
        let slept = w.claim_with(json!({"agent": "sleeper", "max_tasks": 20})).await;
        let mut taken = 0;
        while taken < 20 {
            let claim = json!({"agent": "new", "max_tasks": 20, "wait_ms": 5_000, "lease_ms": 30_000});
            let held = w.claim_with(claim).await;
            assert!(!held.is_empty());
            taken += held.len();
            // Both at once: whoever is late is refused, whichever answer comes first.
            let late = join_all(slept.iter().map(|held| w.complete(held, "late")));
            let now = join_all(held.iter().map(|held| w.complete(held, "new")));
            let (late, now) = join(late, now).await;
            assert!(now.into_iter().all(|reply| reply.status == 200));
            assert!(late.into_iter().all(|reply| reply.status == 409));
        }
        assert!(w.list("completed").await.iter().all(|task| task["result"] == "new" && task["attempt"] == 2));
    });
}

/// Fault: ends-race
#[test]
fn a_cancellation_that_races_with_the_completion_ends_in_one_of_the_two() {
    in_a_swarm(async |w| {
        for round in 0..60 {
            w.submit(task().payload(round)).await;
            let held = w.claim_one("a").await;
            let finish = async {
                match round % 3 {
                    0 => w.complete(&held, "done").await,
                    1 => w.fail_with(&held, json!({"retryable": false})).await,
                    _ => w.release(&held).await,
                }
            };
            let (cancelled, finished, beat) =
                futures_util::future::join3(w.cancel(&held.id), finish, w.heartbeat(&held, json!({}))).await;
            let finished = finished.ok();
            let task = w.task(&held.id).await;
            let status = task["status"].as_str().unwrap();
            assert!(matches!(beat.status, 200 | 409), "{}", beat.text);
            match (cancelled.status, round % 3) {
                (409, 0) => assert_eq!(status, "completed"),
                (409, 1) => assert_eq!(status, "failed"),
                (200, 0) => assert_eq!((status, &task["result"]), ("completed", &json!("done"))),
                (200, _) => assert_eq!(status, "cancelled"),
                _ => panic!("{}", cancelled.text),
            }
            if status != "cancelled" || finished["status"] == "cancelled" {
                assert_eq!(finished["status"], status);
            } else {
                // Given back first, then cancelled while nobody held it.
                assert_eq!((round % 3, &finished["status"]), (2, &json!("ready")));
            }
        }
    });
}

/// Fault: ends-race
#[test]
fn heartbeats_that_race_with_the_end_never_bring_a_task_back() {
    in_a_swarm(async |w| {
        for round in 0..30 {
            w.submit(task()).await;
            let held = w.claim_one("a").await;
            let beats = join_all((0..8).map(|_| w.heartbeat(&held, json!({"progress": round}))));
            let (beats, end) = join(beats, w.complete(&held, round)).await;
            end.ok();
            assert!(beats.into_iter().all(|reply| matches!(reply.status, 200 | 409)));
            let task = w.task(&held.id).await;
            assert_eq!((&task["status"], &task["lease_expires_at"]), (&json!("completed"), &Value::Null));
        }
    });
}

/// Fault: agents-die-of-it
#[test]
fn a_task_that_kills_every_agent_is_given_up_and_the_queue_goes_on() {
    in_a_swarm(async |w| {
        let poison = w.submit_id(task().payload("poison").lease_ms(120).max_attempts(3).priority(9)).await;
        w.submit_many((0..30).map(|n| task().payload(n))).await;
        let agent = |n: usize| {
            let (w, poison) = (w.clone(), poison.clone());
            async move {
                let mut done = 0;
                loop {
                    let claim = json!({"agent": format!("a{n}"), "wait_ms": 600});
                    match w.claim_with(claim).await.pop() {
                        Some(held) if held.id != poison => {
                            w.complete(&held, 1).await.ok();
                            done += 1;
                        }
                        None if w.status(&poison).await == "failed" => return done,
                        _ => {}
                    }
                }
            }
        };
        let done: usize = join_all((0..4).map(agent)).await.into_iter().sum();
        assert_eq!(done, 30);
        let failed = w.until_status(&poison, "failed").await;
        assert_eq!((&failed["attempt"], &failed["error"]["kind"]), (&json!(3), &json!("lease_expired")));
    });
}

/// Fault: client-hangs-up
#[test]
fn clients_that_disconnect_in_the_middle_of_a_claim_lose_no_task() {
    in_a_swarm(async |w| {
        const LEASE_MS: u64 = 1_000;
        w.submit_many((0..40).map(|n| task().payload(n).max_attempts(50).lease_ms(LEASE_MS))).await;
        for n in 0..40_u64 {
            let mut agent = Raw::connect(&w.service().address()).await;
            agent.post(&w.path("/claims"), &json!({"agent": "gone"}).to_string()).await;
            tokio::time::sleep(Duration::from_micros(50 * (n % 20))).await;
            agent.reset();
        }
        let mut done = 0;
        while done < 40 {
            let held = until_some("the tasks come back", PATIENCE, async || {
                let claim = json!({"agent": "here", "max_tasks": 100, "wait_ms": 2_000, "lease_ms": 30_000});
                Some(w.claim_with(claim).await).filter(|held| !held.is_empty())
            })
            .await;
            for held in &held {
                w.complete(held, 1).await.ok();
            }
            done += held.len();
        }
        assert_eq!(w.list("completed").await.len(), 40);
    });
}
