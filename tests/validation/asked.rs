//! The service, asked to validate itself.

use std::time::Duration;

use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Service, Setup, until, until_some};

use crate::suite::{alone, swarms};

/// A quick validation takes some seconds, and more on a busy machine.
const UNTIL_FINISHED: Duration = Duration::from_secs(90);
/// Its limits of speed are without slack: on a busy machine one may miss them.
const TRIES: usize = 4;

async fn finished(service: &Service, id: &str) -> Value {
    until_some("the validation has ended", UNTIL_FINISHED, async || {
        let seen = service.client().get(&format!("/perf/validate/{id}")).send().await.ok();
        (seen["status"] == "finished").then_some(seen)
    })
    .await
}

#[tokio::test]
async fn a_validation_runs_in_the_background_and_tells_what_it_finds() {
    let _alone = alone().await;
    let service = Service::start(Setup::private());
    let mut ended = Value::Null;
    for _ in 0..TRIES {
        let body = json!({ "quick": true, "tests": ["connection_pool", "errors_and_recovery"] });
        let started = service.client().post("/perf/validate").json(body).send().await.expect(202);
        assert_eq!(started["status"], "running");
        ended = finished(&service, started["id"].as_str().unwrap()).await;
        assert_eq!((&ended["progress"], &ended["confidence"]), (&json!(1.0), &Value::Null));
        let tests = ended["tests"].as_array().unwrap();
        let names: Vec<_> = tests.iter().map(|test| &test["name"]).collect();
        assert_eq!(names, ["connection_pool", "errors_and_recovery"]);
        assert_eq!(swarms(&service).await, Vec::<String>::new());
        if tests.iter().all(|test| test["verdict"] == "pass") {
            return;
        }
    }
    panic!("it passed in none of {TRIES} tries: {ended}");
}

#[tokio::test]
async fn there_is_one_at_a_time_and_a_key_begins_one() {
    let _alone = alone().await;
    let service = Service::start(Setup::private());
    let begin = async |body: Value, key: &str| {
        service.client().post("/perf/validate").header("idempotency-key", key).json(body).send().await
    };
    let body = json!({ "quick": true, "tests": ["task_assignment_latency"] });
    let first = begin(body.clone(), "one").await.expect(202);
    assert_eq!(begin(body.clone(), "one").await.expect(202)["id"], first["id"]);
    begin(json!({ "quick": false }), "one").await.problem(422, "idempotency_mismatch");
    let busy = begin(body, "two").await.problem(409, "validation_running");
    assert_eq!(busy["validation"], first["id"]);
    let ended = finished(&service, first["id"].as_str().unwrap()).await;
    assert_eq!(ended["tests"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_stopped_meanwhile_removes_the_swarm_before_it_ends() {
    let _alone = alone().await;
    let service = Service::start(Setup::private());
    let body = json!({ "tests": ["concurrent_load"] });
    service.client().post("/perf/validate").json(body).send().await.expect(202);
    until("its swarm is there", PATIENCE, async || !swarms(&service).await.is_empty()).await;
    service.terminate();
    assert!(service.ended().success());
    service.restart();
    assert_eq!(swarms(&service).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_it_does_not_know_is_refused() {
    let service = Service::start(Setup::private());
    let start = |body: Value| service.client().post("/perf/validate").json(body);
    for body in [
        json!({ "tests": [] }),
        json!({ "tests": ["latency"] }),
        json!({ "tests": ["stress", "stress"] }),
        json!({ "quick": 1 }),
        json!({ "slow": true }),
    ] {
        start(body).send().await.problem(422, "validation");
    }
    for id in ["0193a0de-0000-7000-8000-000000000000", "x"] {
        let unknown = service.client().get(&format!("/perf/validate/{id}")).send().await;
        unknown.problem(404, "validation_not_found");
    }
}
