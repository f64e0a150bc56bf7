//! What breaks is told, while it is broken.

use waggle_tests::{Receiver, RedisServer, Service, Setup, alerting, in_a_swarm_of, metric, task};

/// Fault: redis-frozen
#[test]
fn a_redis_that_is_silent_is_told_everywhere_and_so_are_the_requests_that_failed_for_it() {
    let (redis, receiver) = (RedisServer::start(), Receiver::start());
    let setup = Setup::redis(&redis).waits_as_delivered();
    in_a_swarm_of(&Service::start(receiver.on(alerting(setup))), async |w| {
        w.submit(task()).await;
        redis.freeze();
        let failing = async {
            loop {
                assert_eq!(w.post("/tasks").json(task()).send().await.status, 503);
            }
        };
        let told = async {
            let firing = w.client().until_alert("redis_unhealthy", "firing").await;
            assert_eq!(firing["severity"], "critical");
            let shown =
                metric(w.client(), "waggle_alert{name=\"redis_unhealthy\",severity=\"critical\"}").await;
            assert_eq!(shown.as_deref(), Some("1"));
            receiver.until("redis_unhealthy", "alert.firing").await;
            let errors = w.client().until_alert("error_rate_high", "firing").await;
            assert!(errors["value"].as_f64().unwrap() > 0.02, "{errors}");
        };
        tokio::select! {
            () = failing => unreachable!("it goes on"),
            () = told => {}
        }
        redis.thaw();
        w.until_it_works().await;
        w.client().until_alert("redis_unhealthy", "resolved").await;
        receiver.until("redis_unhealthy", "alert.resolved").await;
    });
}
