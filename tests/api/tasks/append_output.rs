use serde_json::{Value, json};
use waggle_tests::{Held, Reply, World, in_a_swarm, task};

use super::support::noise;

pub(crate) async fn stream(w: &World, held: &Held, chunk: impl Into<Value>) -> Reply {
    w.on(&held.id, "output", json!({"lease": held.token, "chunk": chunk.into()})).await
}

pub(crate) async fn output(w: &World, id: &str, query: &str) -> Value {
    w.get(&format!("/tasks/{id}/output?{query}")).send().await.ok()
}

#[test]
fn chunks_are_numbered_from_one_over_all_attempts() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for seq in 1..=3 {
            assert_eq!(stream(&w, &held, seq).await.ok(), json!({"seq": seq}));
        }
        w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        let next = w.claim_one("b").await;
        assert_eq!(stream(&w, &next, "again").await.ok(), json!({"seq": 4}));
        let all = output(&w, &held.id, "").await;
        let attempts: Vec<_> =
            all["chunks"].as_array().unwrap().iter().map(|one| one["attempt"].clone()).collect();
        assert_eq!(attempts, [1, 1, 1, 2]);
    });
}

#[test]
fn only_its_holder_may_stream() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.release(&held).await.ok();
        let next = w.claim_one("b").await;
        stream(&w, &held, 1).await.problem(409, "lease_lost");
        stream(&w, &next, 2).await.ok();
        w.complete(&next, 1).await.ok();
        stream(&w, &next, 3).await.problem(409, "lease_lost");
        assert_eq!(output(&w, &held.id, "").await["next"], 1);
        let unknown = Held { id: "0193a0de-0000-7000-8000-000000000000".to_owned(), ..held };
        stream(&w, &unknown, 1).await.problem(404, "task_not_found");
    });
}

#[test]
fn of_too_many_chunks_the_last_thousand_are_kept_and_a_gap_shows_it() {
    in_a_swarm(async |w| {
        w.submit(task().lease_ms(600_000)).await;
        let held = w.claim_one("a").await;
        for n in 1..=1_003 {
            stream(&w, &held, n).await.ok();
        }
        let page = output(&w, &held.id, "limit=500").await;
        let chunks = page["chunks"].as_array().unwrap();
        assert_eq!((chunks.len(), &chunks[0]["seq"], &chunks[0]["chunk"]), (500, &json!(4), &json!(4)));
        let page = output(&w, &held.id, "after=503&limit=500").await;
        assert_eq!((page["chunks"].as_array().unwrap().len(), &page["next"]), (500, &json!(1_003)));
    });
}

#[test]
fn of_too_many_bytes_the_last_mebibyte_is_kept() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        // Five bits of each letter are left of them.
        for n in 0..32 {
            stream(&w, &held, noise(60_000, n)).await.ok();
        }
        let key = format!("wg:{{{}}}:oc:{}", w.swarm(), held.id);
        let chunks: Vec<Vec<Vec<u8>>> = w.service().redis(&format!("LRANGE {key} 1 -1"));
        let bytes: usize = chunks[0].iter().map(Vec::len).sum();
        assert!(bytes <= 1_048_576 && bytes > 900_000, "{bytes}");
        assert_eq!(output(&w, &held.id, "after=31").await["chunks"][0]["seq"], 32);
    });
}

#[test]
fn each_wrong_field_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for (body, pointer) in [
            (json!({"lease": held.token}), "/chunk"),
            (json!({"chunk": 1}), "/lease"),
            (json!({"lease": "", "chunk": 1}), "/lease"),
            (json!({"lease": held.token, "chunk": 1, "chunks": 2}), "/chunks"),
            (json!({"lease": held.token, "chunk": "x".repeat(65_536)}), "/chunk"),
        ] {
            let problem = w.on(&held.id, "output", body).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
        assert_eq!(output(&w, &held.id, "").await["next"], 0);
    });
}
