use serde_json::Value;
use waggle_tests::{PATIENCE, Service, Setup, World, in_a_swarm, in_a_swarm_of, task, until};

fn quick() -> Setup {
    Setup::private()
        .set("WAGGLE_PERF__REFRESH_MS", "100")
        .set("WAGGLE_PERF__NODE", "this")
        .flag("--durability")
        .flag("strict")
}

async fn history(w: &World, query: &str) -> Vec<Value> {
    let answer = w.client().get(&format!("/perf/history{query}")).send().await.ok();
    answer["samples"].as_array().unwrap().clone()
}

#[test]
fn a_sample_is_taken_at_every_refresh() {
    in_a_swarm_of(&Service::start(quick()), async |w| {
        w.submit(task()).await;
        until("samples tell of the task", PATIENCE, async || {
            let samples = history(&w, "").await;
            samples.len() >= 5 && samples.last().unwrap()["tasks"]["ready"] == 1
        })
        .await;
        let samples = history(&w, "").await;
        let stamps: Vec<_> = samples.iter().map(|sample| sample["at"].as_str().unwrap()).collect();
        assert!(stamps.is_sorted(), "{stamps:?}");
        assert!(samples.iter().all(|sample| sample["assignment"].is_null()), "nothing was assigned");
    });
}

#[test]
fn samples_survive_a_restart() {
    in_a_swarm_of(&Service::start(quick()), async |w| {
        until("there are samples", PATIENCE, async || history(&w, "").await.len() >= 3).await;
        let before = history(&w, "").await;
        w.service().kill();
        w.service().restart();
        until("those from before are back", PATIENCE, async || {
            history(&w, "").await.first().is_some_and(|first| first["at"] == before[0]["at"])
        })
        .await;
        until("new ones follow", PATIENCE, async || {
            history(&w, "").await.last().unwrap()["at"].as_str() > before.last().unwrap()["at"].as_str()
        })
        .await;
    });
}

#[test]
fn a_range_and_fewer_points_can_be_asked_for() {
    in_a_swarm_of(&Service::start(quick()), async |w| {
        until("there are samples", PATIENCE, async || history(&w, "").await.len() >= 8).await;
        let all = history(&w, "").await;
        let (from, to) = (all[2]["at"].as_str().unwrap(), all[5]["at"].as_str().unwrap());
        let some = history(&w, &format!("?from={from}&to={to}")).await;
        assert_eq!(some, all[2..=5]);
        let thinned = history(&w, &format!("?from={from}&to={to}&points=2")).await;
        assert_eq!(thinned.len(), 2);
        let spans = all[4..=5].iter().map(|sample| sample["span_ms"].as_u64().unwrap());
        assert_eq!(thinned[1]["span_ms"].as_u64(), Some(spans.sum()));
        w.client().get(&format!("/perf/history?from={to}&to={from}")).send().await.problem(422, "validation");
    });
}

#[test]
fn a_range_that_cannot_be_is_refused() {
    in_a_swarm(async |w| {
        for query in ["from=yesterday", "points=0", "points=10001", "to=1", "form=2026-01-01T00:00:00Z"] {
            w.client().get(&format!("/perf/history?{query}")).send().await.problem(422, "validation");
        }
    });
}
