use serde_json::Value;
use waggle_tests::{PATIENCE, RedisServer, Service, Setup, in_a_swarm_of, task, until};

async fn fleet(service: &Service) -> Value {
    service.client().get("/perf/report?scope=fleet").send().await.ok()
}

fn server(redis: &RedisServer, node: &str) -> Setup {
    Setup::redis(redis).set("WAGGLE_PERF__REFRESH_MS", "200").set("WAGGLE_PERF__NODE", node)
}

#[test]
fn a_report_of_the_fleet_adds_up_what_all_servers_did() {
    let redis = RedisServer::start();
    let (one, two) = (Service::start(server(&redis, "one")), Service::start(server(&redis, "two")));
    in_a_swarm_of(&one, async |w| {
        let other = w.through(&two.base());
        for n in 0..5 {
            w.submit(task().payload(n)).await;
            other.submit(task().payload(n)).await;
            other.submit(task().payload(n)).await;
        }
        until("each server knows what the other did", PATIENCE, async || {
            let (one, two) = (fleet(&one).await, fleet(&two).await);
            [one, two].iter().all(|report| report["latency"]["submit"]["count"] == 15 && report["nodes"] == 2)
        })
        .await;
        let report = fleet(&one).await;
        assert_eq!(report["scope"], "fleet");
        let of_one = one.client().get("/perf/report").send().await.ok();
        assert_eq!(of_one["latency"]["submit"]["count"], 5);
        assert_eq!(report["pool"]["max"].as_u64(), of_one["pool"]["max"].as_u64().map(|max| max * 2));
    });
}

#[test]
fn a_server_that_is_dead_leaves_the_fleet() {
    let redis = RedisServer::start();
    let (one, two) = (Service::start(server(&redis, "one")), Service::start(server(&redis, "two")));
    in_a_swarm_of(&one, async |_| {
        until("both are there", PATIENCE, async || fleet(&one).await["nodes"] == 2).await;
        two.kill();
        until("the dead one is gone", PATIENCE, async || fleet(&one).await["nodes"] == 1).await;
    });
}

#[test]
fn without_redis_a_server_tells_its_own_part_and_names_what_is_missing() {
    let redis = RedisServer::start();
    let service = Service::start(server(&redis, "one"));
    in_a_swarm_of(&service, async |w| {
        w.submit(task()).await;
        until("a refresh has seen Redis", PATIENCE, async || fleet(&service).await["redis"].is_object())
            .await;
        redis.freeze();
        until("the refresh fails", PATIENCE, async || fleet(&service).await["redis"].is_null()).await;
        let report = fleet(&service).await;
        assert_eq!(report["latency"]["submit"]["count"], 1);
        let missing: Vec<_> = report["missing"].as_array().unwrap().iter().collect();
        for part in ["fleet", "redis"] {
            assert!(missing.iter().any(|missing| missing["part"] == part), "{part}: {missing:?}");
        }
        redis.thaw();
        until("it works again", PATIENCE, async || fleet(&service).await["missing"] == serde_json::json!([]))
            .await;
    });
}
