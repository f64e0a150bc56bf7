//! Row 45: a Redis that does not know the service, or does not let it do all it has to. That the least user is enough
//! is not shown here but by every other test: all services under test are that user.

use serde_json::json;
use waggle_tests::{
    Client, Ended, PATIENCE, RedisServer, Reply, SERVICE_PASSWORD, SERVICE_USER, Service, Setup,
    in_a_swarm_of, task, until_some,
};

const ANY_PORT: &str = "127.0.0.1:0";

/// The one line with which a service refuses to start, which says all of `words` and no password.
#[track_caller]
fn refusal(setup: Setup, words: &[&str]) -> String {
    let Err(Ended { status, stderr }) = Service::try_start(setup, ANY_PORT) else { panic!("it starts") };
    assert_eq!(status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().filter(|line| line.starts_with("waggle: ")).count(), 1, "{stderr}");
    for word in words.iter().chain(&["redis.url"]) {
        assert!(stderr.contains(word), "says nothing of {word}: {stderr}");
    }
    assert!(!stderr.contains(SERVICE_PASSWORD), "{stderr}");
    stderr
}

fn allow(redis: &RedisServer, rules: &[&str]) {
    let () = redis.command(&[&["ACL", "SETUSER", SERVICE_USER], rules].concat()).unwrap();
}

/// What was denied on purpose is no finding.
fn forgive(redis: &RedisServer) {
    let () = redis.query("ACL LOG RESET");
}

async fn until_not_ready(client: &Client) -> Reply {
    until_some("it is not ready", PATIENCE, async || {
        Some(client.get("/health/ready").send().await).filter(|reply| reply.status != 200)
    })
    .await
}

/// Fault: redis-denies
#[test]
fn all_permissions_that_are_missing_are_told_at_the_start_and_not_one_after_the_other() {
    let redis = RedisServer::start();
    allow(&redis, &["-hset", "-zadd", "-ssubscribe", "-xinfo"]);
    let said = refusal(Setup::redis(&redis), &["hset", "zadd", "ssubscribe", "xinfo|stream"]);
    assert!(said.contains("`waggle redis-acl`") && !said.contains("hget"), "{said}");
}

#[test]
fn a_service_that_may_not_know_its_own_connections_says_so_and_starts() {
    let redis = RedisServer::start();
    allow(&redis, &["-client|kill", "-client|list", "-client|setname"]);
    let service = Service::start(Setup::redis(&redis));
    in_a_swarm_of(&service, async |w| {
        w.submit(task()).await;
        service.until_logged("its user may not use client|kill, client|list, client|setname;").await;
        forgive(&redis);
    });
}

/// Fault: redis-denies
#[test]
fn a_user_who_may_not_even_call_functions_is_told_so() {
    let redis = RedisServer::start();
    allow(&redis, &["-@scripting", "-info"]);
    refusal(
        Setup::redis(&redis),
        &["info;", "fcall, ", "fcall_ro", "function|list", "function|load", "waggle redis-acl"],
    );
}

/// Fault: redis-denies
#[test]
fn a_user_of_other_keys_or_channels_is_told_so() {
    let redis = RedisServer::start();
    allow(&redis, &["resetkeys", "~other:*"]);
    refusal(Setup::redis(&redis), &["del, ", "get, ", "waggle redis-acl"]);
    allow(&redis, &["~wg:*", "resetchannels"]);
    let said = refusal(Setup::redis(&redis), &["spublish", "ssubscribe"]);
    assert!(!said.contains("hset"), "{said}");
}

/// Fault: redis-denies
#[test]
fn a_wrong_password_and_none_at_all_are_told_apart() {
    let redis = RedisServer::on_a_port();
    allow(&redis, &["resetpass", ">another"]);
    refusal(Setup::redis(&redis), &["WRONGPASS", "redis.password_file", "redis.username"]);
    let () = redis.query("CONFIG SET requirepass for-the-default-user");
    let nobody = Setup::private().set("WAGGLE_REDIS__USERNAME", "").set("WAGGLE_REDIS__URL", &redis.url());
    refusal(nobody, &["NOAUTH", "redis.password_file", "redis.username"]);
}

#[test]
fn a_password_file_that_cannot_be_used() {
    let redis = RedisServer::start();
    let with = |file: &str| Setup::redis(&redis).set("WAGGLE_REDIS__PASSWORD_FILE", file);
    refusal(with("/no/such/file"), &["redis.password_file", "/no/such/file"]);
    refusal(with("/dev/null"), &["redis.password_file", "first line is empty"]);
}

/// Fault: redis-denies
#[test]
fn a_permission_that_is_taken_away_keeps_the_service_from_being_ready_until_it_is_given_back() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        // Nothing that is done without being asked for, so that nobody fails half way.
        allow(&redis, &["-lmpop"]);
        let problem = until_not_ready(w.client()).await.problem(503, "backend_access_denied");
        assert!(problem["detail"].as_str().unwrap().contains("waggle redis-acl"), "{problem}");
        w.service().until_logged("lmpop").await;
        allow(&redis, &["+lmpop", "-fcall"]);
        let refused = w.post("/tasks").json(json!({})).send().await;
        assert_eq!(refused.header("retry-after"), "30");
        assert_eq!(refused.problem(503, "backend_unavailable")["applied"], false);
        allow(&redis, &["+fcall"]);
        w.submit(task()).await;
        forgive(&redis);
    });
}

/// Fault: redis-denies
#[test]
fn a_user_that_is_gone_and_comes_back_with_its_password_is_served_again() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        let user: Vec<String> = redis.query("ACL LIST");
        let rules = user.iter().find(|line| line.starts_with("user waggle ")).unwrap().clone();
        let () = redis.query(&format!("ACL DELUSER {SERVICE_USER}"));
        let refused = until_some("it is told why", PATIENCE, async || {
            let reply = until_not_ready(w.client()).await;
            assert!(!reply.text.contains(SERVICE_PASSWORD));
            // The connection that Redis has closed is only gone; the next one is refused.
            Some(reply).filter(|reply| reply.body["code"] != "backend_unavailable")
        })
        .await;
        refused.problem(503, "backend_access_denied");
        w.post("/tasks").json(json!({})).send().await.problem(503, "backend_unavailable");
        let rules: Vec<_> = rules.split(' ').skip(2).collect();
        allow(&redis, &rules);
        w.until_it_works().await;
        w.submit(task()).await;
        forgive(&redis);
    });
}

/// Fault: secret-shown
#[test]
fn the_password_is_nowhere() {
    let redis = RedisServer::on_a_port();
    let secret = "hunter2-of-the-url";
    let () = redis.command(&["ACL", "SETUSER", SERVICE_USER, &format!(">{secret}")]).unwrap();
    let url = format!("redis://{SERVICE_USER}:{secret}@127.0.0.1:{}", redis.port().unwrap());
    let in_url = Setup::redis(&redis)
        .set("WAGGLE_REDIS__URL", &url)
        .set("WAGGLE_REDIS__USERNAME", "")
        .set("WAGGLE_REDIS__PASSWORD_FILE", "");
    for setup in [Setup::redis(&redis), in_url] {
        let service = Service::start(setup.set("WAGGLE_LOG__LEVEL", "trace"));
        in_a_swarm_of(&service, async |w| {
            w.submit(task()).await;
            let mut said = vec![std::fs::read_to_string(format!("/proc/{}/cmdline", service.pid())).unwrap()];
            for path in ["/perf/report", "/perf/history", "/perf/alerts", "/metrics", "/openapi.json"] {
                said.push(w.client().get(path).send().await.text);
            }
            allow(&redis, &["off"]);
            let () = redis.query("CLIENT KILL TYPE normal SKIPME yes");
            said.push(until_not_ready(w.client()).await.text);
            said.push(w.post("/tasks").json(json!({})).send().await.text);
            let doctor = service.setup().run(&["doctor"]);
            said.extend([doctor.stdout, doctor.stderr].map(|text| String::from_utf8(text).unwrap()));
            allow(&redis, &["on"]);
            w.until_it_works().await;
            forgive(&redis);
            said.push(service.log());
            for text in &said {
                assert!(!text.contains(secret) && !text.contains(SERVICE_PASSWORD), "{text}");
            }
            assert!(said.last().unwrap().contains("DEBUG"), "the log tells more than usual");
        });
    }
    let broken = Setup::private().set("WAGGLE_REDIS__URL", &url.replacen("//", "", 1));
    let said = refusal(broken, &["must be an address"]);
    assert!(!said.contains(secret), "{said}");
}
