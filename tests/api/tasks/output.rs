use std::time::{Duration, Instant};

use futures_util::future::join;
use serde_json::{Value, json};
use waggle_tests::{PATIENCE, World, in_a_swarm, task, until, until_quick};

use super::append_output::{output, stream};
use super::support::{a_moment, fields, in_ms, stamp};

/// Below the five seconds after which a reader would look again by itself.
const AT_ONCE: Duration = Duration::from_millis(2_500);

/// Reads with a long wait beside `act`; the answer, and how long it came after the act.
async fn woken_by(w: &World, id: &str, after: u64, act: impl Future) -> (Value, Duration) {
    let wait = async { (output(w, id, &format!("after={after}&wait_ms=30000")).await, Instant::now()) };
    let act = async {
        a_moment().await;
        act.await;
        Instant::now()
    };
    let ((page, answered), acted) = join(wait, act).await;
    (page, answered.saturating_duration_since(acted))
}

#[test]
fn it_can_be_read_while_the_task_runs_and_after() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        assert_eq!(output(&w, &id, "").await, json!({"chunks": [], "next": 0, "done": false}));
        let held = w.claim_one("a").await;
        for chunk in [json!("text"), json!({"deep": [1, null]}), json!(null)] {
            stream(&w, &held, chunk).await.ok();
        }
        let page = output(&w, &id, "").await;
        let chunks = page["chunks"].as_array().unwrap();
        assert_eq!(fields(&chunks[0]), ["at", "attempt", "chunk", "seq"]);
        let values: Vec<_> = chunks.iter().map(|one| one["chunk"].clone()).collect();
        assert_eq!(values, [json!("text"), json!({"deep": [1, null]}), json!(null)]);
        assert!(stamp(&chunks[0]["at"]) <= stamp(&chunks[2]["at"]));
        assert_eq!((&page["next"], &page["done"]), (&json!(3), &json!(false)));
        w.complete(&held, 1).await.ok();
        let after = output(&w, &id, "").await;
        assert_eq!((&after["chunks"], &after["done"]), (&page["chunks"], &json!(true)));
    });
}

#[test]
fn it_is_read_page_by_page_and_done_with_the_last_one() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for n in 1..=5 {
            stream(&w, &held, n).await.ok();
        }
        w.complete(&held, 1).await.ok();
        let (mut after, mut seen, mut done) = (json!(0), Vec::new(), false);
        while !done {
            let page = output(&w, &held.id, &format!("after={after}&limit=2")).await;
            seen.extend(page["chunks"].as_array().unwrap().iter().map(|one| one["seq"].as_u64().unwrap()));
            after = page["next"].clone();
            done = page["done"] == true;
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
        let behind = output(&w, &held.id, "after=9").await;
        assert_eq!(behind, json!({"chunks": [], "next": 9, "done": true}));
    });
}

#[test]
fn a_reader_that_waits_is_woken_by_the_next_chunk_each_time() {
    in_a_swarm(async |w| {
        w.submit(task().lease_ms(600_000)).await;
        let held = w.claim_one("a").await;
        until_quick(3, AT_ONCE, async |n| {
            let (page, late) = woken_by(&w, &held.id, n as u64, stream(&w, &held, "now")).await;
            assert_eq!(page["chunks"][0]["seq"], n + 1);
            late
        })
        .await;
    });
}

#[test]
fn a_reader_that_waits_is_woken_by_the_end_of_the_task_however_it_ends() {
    in_a_swarm(async |w| {
        for end in ["complete", "fail", "cancel", "deadline"] {
            until_quick(1, AT_ONCE, async |_| woken_by_the_end(&w, end).await).await;
        }
    });
}

async fn woken_by_the_end(w: &World, end: &str) -> Duration {
    let deadline = if end == "deadline" { json!(in_ms(w, 2_000)) } else { Value::Null };
    w.submit(task().with("deadline", deadline)).await;
    let held = w.claim_one("a").await;
    let act = async {
        match end {
            "complete" => drop(w.complete(&held, 1).await.ok()),
            "fail" => drop(w.fail_with(&held, json!({"retryable": false})).await.ok()),
            "cancel" => {
                w.cancel(&held.id).await.ok();
                w.release(&held).await.ok();
            }
            _ => drop(w.until_status(&held.id, "failed").await),
        }
    };
    let (page, late) = woken_by(w, &held.id, 0, act).await;
    assert_eq!(page, json!({"chunks": [], "next": 0, "done": true}), "{end}");
    late
}

#[test]
fn an_empty_answer_comes_when_the_wait_is_over() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let start = Instant::now();
        let reply = w.get(&format!("/tasks/{id}/output")).header("prefer", "wait=1").send().await;
        assert_eq!(reply.header("preference-applied"), "wait=1");
        assert_eq!(reply.ok()["done"], false);
        assert!(start.elapsed() >= Duration::from_millis(900));
    });
}

#[test]
fn it_is_forgotten_with_the_task() {
    in_a_swarm(async |w| {
        w.submit(task().retention_ms(0)).await;
        let held = w.claim_one("a").await;
        stream(&w, &held, 1).await.ok();
        w.complete(&held, 1).await.ok();
        let path = format!("/tasks/{}/output", held.id);
        until("it is forgotten", PATIENCE, async || w.get(&path).send().await.status == 404).await;
        w.get(&path).send().await.problem(404, "task_not_found");
        assert_eq!(w.service().redis::<i64>(&format!("EXISTS wg:{{{}}}:oc:{}", w.swarm(), held.id)), [0]);
    });
}

#[test]
fn each_wrong_parameter_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        for (query, pointer) in [
            ("limit=0", "/limit"),
            ("limit=501", "/limit"),
            ("wait_ms=60001", "/wait_ms"),
            ("after=-1", "/after"),
            ("from=1", "/from"),
        ] {
            let problem =
                w.get(&format!("/tasks/{id}/output?{query}")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
    });
}
