use std::time::Duration;

use serde_json::json;
use waggle_tests::{ALL_SCOPES, PATIENCE, RedisServer, Service, Setup, in_a_swarm_of, metric, until};

use super::made::stored;

/// Within which every server has to know.
const PROMISED: Duration = Duration::from_secs(5);

fn digest(digit: &str) -> String {
    digit.repeat(64)
}

#[test]
fn a_stored_token_works_on_every_server_within_five_seconds() {
    let redis = RedisServer::start();
    let service = Service::start(Setup::redis(&redis).with_tokens());
    let other = Service::start(Setup::redis(&redis));
    in_a_swarm_of(&service, async |w| {
        let token = stored(&service, "ci", &["--scopes", "submit"]);
        // At once where it was stored.
        w.showing(token.as_str()).post("/tasks").json(json!({})).send().await.expect(201);
        let nobody = w.through(&other.base()).showing(None);
        until("the other server asks for a token", PROMISED, async || {
            nobody.get("/tasks").send().await.status == 401
        })
        .await;
        let there = nobody.showing(token.as_str());
        there.post("/tasks").json(json!({})).send().await.expect(201);
        there.post("/claims").json(json!({ "agent": "a" })).send().await.problem(403, "forbidden");
    });
}

#[test]
fn the_first_token_closes_a_service_and_the_last_one_leaves_it_closed() {
    let redis = RedisServer::start();
    let service = Service::start(Setup::redis(&redis));
    in_a_swarm_of(&service, async |w| {
        let client = w.client();
        client.get("/v1/swarms").send().await.ok();
        let token = stored(&service, "first", &["--scopes", ALL_SCOPES]);
        client.get("/v1/swarms").send().await.problem(401, "unauthorized");
        let owner = client.showing(token.as_str());
        owner.get("/v1/swarms").send().await.ok();
        owner.delete("/v1/tokens/first").send().await.expect(204);
        client.get("/v1/swarms").send().await.problem(401, "unauthorized");
        service.kill();
        service.restart();
        client.get("/v1/swarms").send().await.problem(401, "unauthorized");
        client.get("/health/live").send().await.ok();
    });
}

#[test]
fn a_stream_that_began_before_the_first_token_does_not_outlast_it() {
    let redis = RedisServer::start();
    let service = Service::start(Setup::redis(&redis));
    in_a_swarm_of(&service, async |w| {
        let stream = tokio::spawn(w.get("/events").send());
        until("the stream is open", PATIENCE, async || {
            metric(w.client(), "waggle_event_followers").await.as_deref() == Some("1")
        })
        .await;
        stored(&service, "first", &["--scopes", "admin"]);
        let ended = tokio::time::timeout(PROMISED, stream).await.expect("it ends");
        assert_eq!(ended.unwrap().status, 200);
    });
}

#[test]
fn a_token_ends_when_it_said_it_would_with_what_its_owner_reads() {
    let service = Service::start(Setup::private().with_tokens());
    in_a_swarm_of(&service, async |w| {
        let token = stored(&service, "brief", &["--scopes", "operate", "--expires-ms", "3000"]);
        let w = w.showing(token.as_str());
        let stream = tokio::spawn(w.get("/events").send());
        until("the token has ended", PATIENCE, async || w.get("/tasks").send().await.status == 401).await;
        let stream = tokio::time::timeout(PROMISED, stream).await.expect("its stream ends").unwrap();
        assert_eq!(stream.status, 200);
    });
}

#[test]
fn the_same_token_again_is_answered_alike_and_another_one_needs_another_name() {
    let service = Service::start(Setup::private().with_tokens());
    in_a_swarm_of(&service, async |w| {
        let token = json!({ "name": "ci", "sha256": digest("a"), "scopes": ["submit"] });
        let post = async |body| w.client().post("/v1/tokens").json(body).send().await;
        let made = post(token.clone()).await.expect(201);
        assert_eq!(made["name"], "ci");
        assert!(made.get("sha256").is_none(), "{made}");
        assert_eq!(post(token).await.expect(200), made);
        let other = json!({ "name": "ci", "sha256": digest("b"), "scopes": ["submit"] });
        post(other).await.problem(409, "token_exists");
        let of_the_settings = json!({ "name": "root", "sha256": digest("b"), "scopes": ["submit"] });
        post(of_the_settings).await.problem(409, "token_exists");
    });
}

#[test]
fn what_cannot_be_a_token_is_refused_by_its_pointer_and_nothing_is_stored() {
    let service = Service::start(Setup::private().with_tokens());
    in_a_swarm_of(&service, async |w| {
        let good = json!({ "name": "ci", "sha256": digest("a"), "scopes": ["submit"] });
        let many: Vec<_> = (0..65).map(|number| format!("s{number}")).collect();
        for (field, value, pointer) in [
            ("name", json!("a b"), "/name"),
            ("sha256", json!("abc"), "/sha256"),
            ("scopes", json!([]), "/scopes"),
            ("scopes", json!(["everything"]), "/scopes/0"),
            ("swarms", json!(["a b"]), "/swarms/0"),
            ("swarms", json!(many), "/swarms"),
            ("agent", json!(""), "/agent"),
            ("expires_at", json!("tomorrow"), "/expires_at"),
            ("secret", json!("x"), "/secret"),
        ] {
            let mut body = good.clone();
            body[field] = value;
            let problem = w.client().post("/v1/tokens").json(body).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        let listed = w.client().get("/v1/tokens").send().await.ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    });
}
