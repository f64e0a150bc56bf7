use serde_json::json;
use waggle_tests::in_a_swarm;

#[test]
fn a_service_that_lives_says_so() {
    in_a_swarm(async |w| {
        assert_eq!(w.client().get("/health/live").send().await.ok(), json!({"status": "live"}));
    });
}

#[test]
fn a_service_is_ready_when_a_claim_would_work() {
    in_a_swarm(async |w| {
        assert_eq!(w.client().get("/health/ready").send().await.ok(), json!({"status": "ready"}));
        w.claim("a").await;
    });
}

#[test]
fn metrics_are_prometheus_text() {
    in_a_swarm(async |w| {
        w.claim("a").await;
        let reply = w.client().get("/metrics").send().await;
        assert!(reply.header("content-type").starts_with("text/plain"), "{}", reply.header("content-type"));
        assert_eq!(reply.status, 200);
        for line in reply.text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let known = name.starts_with("waggle_") || name.starts_with("process_");
            assert!(known && value.parse::<f64>().is_ok(), "{line}");
        }
        assert!(reply.text.contains("/v1/swarms/{swarm}/claims"), "requests are counted by route");
        assert!(!reply.text.contains(w.swarm()), "no label grows with what clients send");
    });
}
