use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;
use waggle_tests::{PATIENCE, RedisServer, Service, Setup, in_a_swarm_of, narrow, task, until};

use super::made::stored;

/// Within which every server has to know.
const PROMISED: Duration = Duration::from_secs(5);

#[test]
fn a_revoked_token_ends_on_every_server_with_all_that_its_owner_waits_for() {
    let redis = RedisServer::start();
    let service = Service::start(Setup::redis(&redis).with_tokens());
    let other = Service::start(Setup::redis(&redis));
    in_a_swarm_of(&service, async |w| {
        let token = stored(&service, "ci", &["--scopes", "work,operate"]);
        let there = w.through(&other.base()).showing(token.as_str());
        let nobody = there.showing(None);
        until("the other server asks for a token", PROMISED, async || {
            nobody.get("/tasks").send().await.status == 401
        })
        .await;
        let started = Instant::now();
        let claim = there.post("/claims").json(json!({ "agent": "a", "wait_ms": 60_000 })).send();
        let events = there.get("/events").send();
        let revoke = async {
            // The others wait by then, or are refused: it comes to the same.
            until("the claim waits", PROMISED, async || {
                let report = there.get("/agents").send().await.ok();
                report["items"].as_array().unwrap().iter().any(|agent| agent["name"] == "a")
            })
            .await;
            let said = service.setup().run(&["token", "revoke", "ci", "--url", &service.base()]);
            assert!(said.status.success(), "{said:?}");
        };
        let (claim, events, ()) = futures_util::join!(claim, events, revoke);
        claim.problem(401, "unauthorized");
        assert_eq!(events.status, 200, "a stream of events ends: {}", events.text);
        assert!(started.elapsed() < 3 * PROMISED, "{:?}", started.elapsed());
        there.get("/tasks").send().await.problem(401, "unauthorized");
        w.showing(token.as_str()).get("/tasks").send().await.problem(401, "unauthorized");
    });
}

#[test]
fn a_snapshot_of_a_revoked_token_is_broken_off_before_its_last_line() {
    let redis = RedisServer::start();
    let service = Service::start(Setup::redis(&redis).with_tokens());
    in_a_swarm_of(&service, async |w| {
        // More than the kernel keeps for a client that does not read.
        let payload = "x".repeat(900_000);
        for _ in 0..24 {
            w.submit(task().payload(payload.as_str())).await;
        }
        let token = stored(&service, "ci", &["--scopes", "operate"]);
        let authorization = format!("authorization: Bearer {token}\r\n");
        let mut reader = narrow(&w, "/snapshot", &authorization).await;
        let mut text = Vec::new();
        while !String::from_utf8_lossy(&text).contains("xxx") {
            let read = timeout(PATIENCE, reader.read_buf(&mut text)).await.expect("it begins").unwrap();
            assert_ne!(read, 0, "it ended early: {}", String::from_utf8_lossy(&text));
        }
        assert!(text.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&text));
        let said = service.setup().run(&["token", "revoke", "ci", "--url", &service.base()]);
        assert!(said.status.success(), "{said:?}");
        let theirs = w.showing(token.as_str());
        until("the token is gone", PROMISED, async || theirs.get("/tasks").send().await.status == 401).await;
        let _broken_off = timeout(PATIENCE, reader.read_to_end(&mut text)).await.expect("it ends");
        let text = String::from_utf8_lossy(&text);
        assert!(!text.ends_with("0\r\n\r\n") && !text.contains("digest"), "it looks whole");
    });
}

#[test]
fn a_token_that_is_not_stored_cannot_be_revoked() {
    let service = Service::start(Setup::private().with_tokens());
    in_a_swarm_of(&service, async |w| {
        let delete = async |name: &str| w.client().delete(&format!("/v1/tokens/{name}")).send().await;
        delete("nobody").await.problem(404, "token_not_found");
        delete("root").await.problem(404, "token_not_found");
        delete("a%20b").await.problem(422, "validation");
        w.client().get("/v1/tokens").send().await.ok();
    });
}
