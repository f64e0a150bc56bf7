use serde_json::{Value, json};
use waggle_tests::{
    PATIENCE, Receiver, RedisServer, Service, Setup, World, alerting, in_a_swarm, in_a_swarm_of, metric,
    task, until,
};

use crate::events::support::Feed;

const NAMES: [(&str, &str); 8] = [
    ("latency_high", "warning"),
    ("error_rate_high", "critical"),
    ("memory_high", "critical"),
    ("pool_saturated", "warning"),
    ("redis_unhealthy", "critical"),
    ("queue_stalled", "warning"),
    ("agents_lost", "warning"),
    ("persistence_failing", "critical"),
];

async fn shown(w: &World, name: &str) -> Option<String> {
    let (name, severity) = NAMES.iter().find(|(known, _)| *known == name).unwrap();
    metric(w.client(), &format!("waggle_alert{{name=\"{name}\",severity=\"{severity}\"}}")).await
}

/// The next alert of that name that the stream tells.
async fn told(feed: &mut Feed, name: &str) -> Value {
    loop {
        let block = feed.next().await.expect("the stream goes on");
        let data = block.data.unwrap();
        if block.event.as_deref() == Some("alert") && data["name"] == name {
            return data;
        }
    }
}

#[test]
fn every_alert_is_a_metric_from_the_start() {
    in_a_swarm(async |w| {
        for (name, _) in NAMES {
            assert!(shown(&w, name).await.is_some(), "{name}");
        }
    });
}

#[test]
fn a_service_that_is_well_has_no_alert() {
    in_a_swarm_of(&Service::start(alerting(Setup::private())), async |w| {
        let held = w.submit_id(task()).await;
        w.complete(&w.claim_one("a").await, held).await.ok();
        let mut feed = Feed::of(&w, "/perf/stream").await;
        // Two refreshes are what an alert needs.
        for _ in 0..4 {
            assert_eq!(feed.next().await.unwrap().event.as_deref(), Some("sample"));
        }
        let alerts = w.client().get("/perf/alerts").send().await.ok();
        assert_eq!(alerts, json!({"active": [], "history": []}));
        for (name, _) in NAMES {
            assert_eq!(shown(&w, name).await.as_deref(), Some("0"), "{name}");
        }
    });
}

#[test]
fn a_task_that_no_waiting_agent_can_do_is_told_everywhere_until_one_takes_it() {
    let receiver = Receiver::start();
    in_a_swarm_of(&Service::start(receiver.on(alerting(Setup::private()))), async |w| {
        let mut feed = Feed::of(&w, "/perf/stream").await;
        w.submit(task().queue("models").requires(json!(["gpu"]))).await;
        let waits = json!({"agent": "plain", "queues": ["models"], "wait_ms": 60_000});
        let waiting = tokio::spawn(w.post("/claims").json(waits).send());

        let firing = w.client().until_alert("queue_stalled", "firing").await;
        let message = firing["message"].as_str().unwrap();
        assert!(message.contains("models") && message.contains(w.swarm()), "{message}");
        assert_eq!((&firing["severity"], &firing["threshold"]), (&json!("warning"), &json!(1_000.0)));
        assert!(firing["value"].as_f64().unwrap() > 1_000.0, "{firing}");
        assert_eq!(told(&mut feed, "queue_stalled").await["state"], "firing");
        assert_eq!(shown(&w, "queue_stalled").await.as_deref(), Some("1"));
        let (headers, body) = receiver.until("queue_stalled", "alert.firing").await;
        assert!(headers.contains_key("webhook-id") && headers.contains_key("webhook-timestamp"));
        assert!(headers["webhook-signature"].to_str().unwrap().starts_with("v1,"));
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert!(body["data"]["node"].as_str().is_some_and(|node| !node.is_empty()), "{body}");

        let able = json!({"agent": "able", "queues": ["models"], "capabilities": ["gpu"]});
        let held = w.claim_with(able).await.remove(0);
        w.complete(&held, 1).await.ok();
        w.client().until_alert("queue_stalled", "resolved").await;
        assert_eq!(told(&mut feed, "queue_stalled").await["state"], "resolved", "it was not repeated");
        assert_eq!(shown(&w, "queue_stalled").await.as_deref(), Some("0"));
        receiver.until("queue_stalled", "alert.resolved").await;
        let alerts = w.client().get("/perf/alerts").send().await.ok();
        let states: Vec<_> =
            alerts["history"].as_array().unwrap().iter().map(|alert| &alert["state"]).collect();
        assert_eq!(states, ["resolved", "firing"], "{alerts}");
        let delivered = "waggle_webhook_deliveries_total{result=\"delivered\"}";
        until("both are counted", PATIENCE, async || {
            metric(w.client(), delivered).await.as_deref() == Some("2")
        })
        .await;
        waiting.abort();
    });
}

#[test]
fn a_redis_that_is_nearly_full_is_told_until_it_has_room_again() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(alerting(Setup::redis(&redis))), async |w| {
        let info: String = redis.query("INFO memory");
        let used = info.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
        let used: u64 = used.trim().parse().unwrap();
        let () = redis.query(&format!("CONFIG SET maxmemory {}", used * 20 / 19));
        let firing = w.client().until_alert("memory_high", "firing").await;
        assert_eq!((&firing["severity"], &firing["threshold"]), (&json!("critical"), &json!(0.8)));
        assert_eq!(shown(&w, "memory_high").await.as_deref(), Some("1"));
        let () = redis.query("CONFIG SET maxmemory 0");
        w.client().until_alert("memory_high", "resolved").await;
    });
}

#[test]
fn agents_that_are_lost_are_told_until_they_are_back() {
    in_a_swarm_of(&Service::start(alerting(Setup::private())), async |w| {
        let put = async || w.put("/agents/a").json(json!({"ttl_ms": 1_000})).send().await;
        put().await.expect(201);
        let firing = w.client().until_alert("agents_lost", "firing").await;
        assert_eq!(firing["value"], 1.0);
        put().await.expect(200);
        until("it is resolved, the agent being there", PATIENCE, async || {
            put().await.expect(200);
            shown(&w, "agents_lost").await.as_deref() == Some("0")
        })
        .await;
    });
}

/// Fault: webhook-into-the-private
#[test]
fn a_webhook_that_leads_into_a_private_network_is_not_connected_to() {
    let canary = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let url = format!("https://localhost:{}/", canary.local_addr().unwrap().port());
    let setup = Receiver::start().on(alerting(Setup::private()));
    let setup = setup.set("WAGGLE_PERF__WEBHOOK__URL", &url).set("WAGGLE_PERF__WEBHOOK__ALLOW", "10.0.0.0/8");
    in_a_swarm_of(&Service::start(setup), async |w| {
        w.put("/agents/a").json(json!({"ttl_ms": 1_000})).send().await.expect(201);
        until("it is refused", PATIENCE, async || {
            metric(w.client(), "waggle_webhook_deliveries_total{result=\"refused\"}").await.is_some()
        })
        .await;
        assert_eq!(canary.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    });
}
