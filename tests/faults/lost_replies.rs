//! Applied, and nobody was told; cut off in the middle of a command.

use std::time::Duration;

use serde_json::{Value, json};
use waggle_tests::{
    Held, Mode, PATIENCE, Proxy, RedisServer, Reply, Request, Service, Setup, World, in_a_swarm,
    in_a_swarm_of, task, until, until_some,
};

use crate::{mixed::Mixed, support::Load};

/// Sends the same request until it succeeds.
async fn insist(request: impl Fn() -> Request) -> Reply {
    until_some("the service answers", PATIENCE, async || {
        let reply = request().try_send().await.ok()?;
        (reply.status < 300).then_some(reply)
    })
    .await
}

/// One of each call that changes something, each first sent while `fault` holds, then repeated once it is over.
async fn each_call_twice(w: &World, through: &World, begin: impl Fn(), end: impl Fn()) {
    let submit = || through.post("/tasks").header("idempotency-key", "one").json(json!({"payload": "one"}));
    let batch = || {
        let body = json!({"tasks": [{"payload": "two"}, {"payload": "three"}]});
        through.post("/tasks/batch").header("idempotency-key", "batch").json(body)
    };
    for request in [&submit as &dyn Fn() -> Request, &batch] {
        begin();
        assert!(request().try_send().await.map_or(true, |reply| reply.status == 503), "the answer is lost");
        end();
        insist(request).await;
    }
    let there = w.pages("").await;
    assert_eq!(there.len(), 3, "each task is there once");

    let claim = || through.post("/claims").json(json!({"agent": "a", "max_tasks": 3, "claim_id": "c"}));
    begin();
    assert!(claim().try_send().await.map_or(true, |reply| reply.status == 503), "the answer is lost");
    end();
    let held = Held::all(&insist(claim).await.body);
    assert_eq!(held.len(), 3, "no task is lost with the answer");

    for (held, verb, fields) in [
        (&held[0], "complete", json!({"result": "r"})),
        (&held[1], "fail", json!({"error": {"message": "m"}, "retry_after_ms": 60_000})),
        (&held[2], "release", json!({"delay_ms": 60_000})),
    ] {
        let mut body = fields;
        body["lease"] = json!(held.token);
        let call = || through.post(&format!("/tasks/{}/{verb}", held.id)).json(body.clone());
        begin();
        assert!(call().try_send().await.map_or(true, |reply| reply.status == 503), "the answer is lost");
        end();
        insist(call).await;
    }
    let stands = |held: &Held| {
        let id = held.id.clone();
        async move { w.status(&id).await }
    };
    assert_eq!(stands(&held[0]).await, "completed");
    assert_eq!(
        (stands(&held[1]).await, stands(&held[2]).await),
        ("scheduled".to_owned(), "scheduled".to_owned())
    );
    assert_eq!(w.task(&held[0].id).await["attempt"], 1);
    assert_eq!(w.task(&held[2].id).await["attempt"], 0, "a release counts once");
}

/// Fault: reply-lost
#[test]
fn an_answer_lost_between_service_and_client_changes_nothing_when_it_is_asked_for_again() {
    in_a_swarm(async |w| {
        let proxy = Proxy::tcp("http", &w.service().address()).await;
        let through = w.through(proxy.url());
        each_call_twice(&w, &through, || proxy.set(Mode::LoseReply), || proxy.set(Mode::Pass)).await;
        assert!(proxy.lost() >= 6, "{}", proxy.lost());
    });
}

/// Fault: reply-lost
#[test]
fn a_reply_lost_between_redis_and_service_changes_nothing_when_it_is_asked_for_again() {
    let redis = RedisServer::start();
    with_proxy(&redis, async |w, proxy| {
        each_call_twice(&w, &w, || proxy.set(Mode::LoseReply), || proxy.set(Mode::Pass)).await;
        assert!(proxy.lost() > 0);
    });
}

/// Fault: connection-reset
#[test]
fn a_command_cut_off_in_its_middle_is_not_half_applied() {
    let redis = RedisServer::start();
    with_proxy(&redis, async |w, proxy| {
        for bytes in [1, 40, 200, 700] {
            let key = format!("cut{bytes}");
            let body = json!({"payload": "x".repeat(600), "tags": [key]});
            let request = || w.post("/tasks").header("idempotency-key", &key).json(body.clone());
            proxy.set(Mode::ResetAfter(bytes));
            let reply = request().try_send().await.unwrap();
            assert!(matches!(reply.status, 201 | 503), "{}", reply.text);
            proxy.set(Mode::Pass);
            insist(request).await;
        }
        assert_eq!(w.list("ready").await.len(), 4);
    });
}

/// Loses replies and cuts requests, now of Redis, now of the service.
async fn lose_at_random(redis: &Proxy, service: &Proxy) {
    for n in 0..12_u64 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        let (side, mode) = match n % 4 {
            0 => (redis, Mode::LoseReply),
            1 => (service, Mode::LoseReply),
            2 => (redis, Mode::ResetAfter(100)),
            _ => (service, Mode::ResetAfter(300)),
        };
        side.set(mode);
        tokio::time::sleep(Duration::from_millis(30)).await;
        side.set(Mode::Pass);
    }
    assert!(redis.lost() > 0 && service.lost() > 0);
}

/// A service between two proxies; the second world goes to it through one of them.
fn between_proxies(test: impl AsyncFnOnce(&[World; 2], &Proxy, &Proxy)) {
    let redis = RedisServer::on_a_port();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = format!("127.0.0.1:{}", redis.port().unwrap());
    let proxy = runtime.block_on(Proxy::tcp("redis", &server));
    in_a_swarm_of(&Service::start(Setup::through(&redis, proxy.url()).waits_as_delivered()), async |w| {
        let client_side = Proxy::tcp("http", &w.service().address()).await;
        let through = w.through(client_side.url());
        test(&[w, through], &proxy, &client_side).await;
    });
}

/// Fault: reply-lost
#[test]
fn replies_lost_at_random_under_load_leave_a_history_that_holds() {
    between_proxies(async |worlds, redis, service| {
        let load = Load { submitters: 4, tasks: 40, agents: 6 };
        load.run(worlds, lose_at_random(redis, service)).await;
    });
}

/// Fault: reply-lost
#[test]
fn replies_lost_under_all_kinds_of_tasks_leave_a_history_that_holds() {
    between_proxies(async |worlds, redis, service| {
        let load = Mixed { submitters: 4, tasks: 50, agents: 8, seed: 5 };
        load.run(worlds, lose_at_random(redis, service)).await;
    });
}

/// A service that reaches `redis` through a proxy on a unix socket.
fn with_proxy(redis: &RedisServer, test: impl AsyncFnOnce(World, &Proxy)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::unix(&redis.socket()));
    in_a_swarm_of(&Service::start(Setup::through(redis, proxy.url()).waits_as_delivered()), async |w| {
        test(w.clone(), &proxy).await;
        proxy.set(Mode::Pass);
        w.until_it_works().await;
    });
}

/// Fault: redis-slow
#[test]
fn a_slow_redis_makes_slow_answers_and_no_wrong_ones() {
    let redis = RedisServer::start();
    with_proxy(&redis, async |w, proxy| {
        proxy.set(Mode::Delay(Duration::from_millis(100)));
        let ids = w.submit_many((0..5).map(|n| task().payload(n))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 5})).await;
        for held in &held {
            w.complete(held, Value::Null).await.ok();
        }
        assert_eq!(held.into_iter().map(|held| held.id).collect::<Vec<_>>(), ids);
    });
}

/// Fault: network-silent
#[test]
fn a_silent_network_to_redis_is_answered_in_time_and_heals_and_leaves_no_files_open() {
    let redis = RedisServer::start();
    with_proxy(&redis, async |w, proxy| {
        w.submit(task()).await;
        let files = std::path::PathBuf::from(format!("/proc/{}/fd", w.service().pid()));
        let open = || std::fs::read_dir(&files).unwrap().count();
        let mut before = None;
        for _ in 0..3 {
            proxy.set(Mode::Blackhole);
            let start = std::time::Instant::now();
            let reply = w.post("/tasks").json(json!({})).send().await;
            // Without a deadline there would be none: nothing comes through until then.
            assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
            assert_eq!(reply.status, 503);
            proxy.set(Mode::Pass);
            w.until_it_works().await;
            let at_most = *before.get_or_insert(open() + 4);
            until("what was given up is closed", PATIENCE, async || open() <= at_most).await;
        }
    });
}
