use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use serde_json::json;
use waggle_tests::{Authority, Named, PATIENCE, Service, Setup, World, in_a_swarm_of, metric, until};

use super::support::{Secure, is_refused};

/// From the revocation of a token until every server knows of it.
const EFFECTIVE: Duration = Duration::from_secs(5);

/// How long a certificate still lasts, but for a second: enough for a handshake and a request.
const LAST: Duration = Duration::from_secs(8);

struct Asking {
    service: Arc<Service>,
    authority: Authority,
    /// A token that may submit and use the state.
    plain: String,
}

static ASKING: LazyLock<Asking> = LazyLock::new(|| {
    let authority = Authority::new();
    let setup = Setup::private().with_tokens().with_tls(&authority);
    let setup = setup.asking_for_certificates(&authority, "optional");
    let plain = setup.token("plain", &["--scopes", "submit,state"]);
    setup.token("ci_7", &["--scopes", "submit,state"]);
    Asking { service: Service::start(setup), authority, plain }
});

fn asking(test: impl AsyncFnOnce(World, &Asking)) {
    let asking = &*ASKING;
    in_a_swarm_of(&asking.service, async |w| test(w, asking).await);
}

impl Asking {
    /// The swarm as the owner of such a certificate sees it, without a token.
    fn showing(&self, w: &World, named: Named<'_>) -> World {
        w.showing(None).over(self.authority.showing(&self.authority.client(named)))
    }
}

#[test]
fn a_certificate_has_the_rights_of_the_token_of_its_name() {
    asking(async |root, asked| {
        for (named, token) in [
            (Named::Machines(&["plain", "root"]), "plain"),
            (Named::Uri("urn:waggle:token:ci_7"), "ci_7"),
            (Named::Common("plain"), "plain"),
        ] {
            let w = asked.showing(&root, named);
            w.submit(json!({ "payload": 1 })).await;
            let put = w.put("/state/k").json(json!({ "value": 1 })).send().await;
            assert_eq!(put.body["updated_by"], token, "{named:?}");
            w.post("/claims").json(json!({ "agent": "a" })).send().await.problem(403, "forbidden");
            w.client().get("/v1/tokens").send().await.problem(403, "forbidden");
        }
    });
}

#[test]
fn a_token_that_is_shown_counts_rather_than_the_certificate() {
    asking(async |root, asked| {
        let w = asked.showing(&root, Named::Machines(&["root"]));
        w.client().get("/v1/tokens").send().await.ok();
        w.showing(asked.plain.as_str()).client().get("/v1/tokens").send().await.problem(403, "forbidden");
        w.showing("wrong").get("/tasks").send().await.problem(401, "unauthorized");
        asked.showing(&root, Named::Machines(&["plain"])).showing(root_token(asked)).claim("a").await;
    });
}

#[test]
fn a_name_without_a_token_and_a_connection_without_a_certificate_are_nobodys() {
    asking(async |root, asked| {
        for named in [
            Named::Machines(&["nobody", "root"]),
            // What the service calls its own token.
            Named::Machines(&["waggle"]),
            Named::Machines(&["ROOT"]),
            Named::Uri("urn:waggle:token:nobody"),
            Named::Uri("urn:waggle:token:"),
            Named::Uri("https://example.com/root"),
            Named::Common("no name of a token"),
        ] {
            let w = asked.showing(&root, named);
            let refused = w.get("/tasks").send().await;
            assert!(refused.header("www-authenticate").starts_with("Bearer"));
            let problem = refused.problem(401, "unauthorized");
            assert!(problem["detail"].as_str().unwrap().contains("certificate"), "{problem}");
            w.client().get("/health/ready").send().await.ok();
        }
        root.showing(None).get("/tasks").send().await.problem(401, "unauthorized");
    });
}

#[test]
fn a_certificate_of_another_authority_or_one_that_has_ended_is_refused_in_the_handshake() {
    asking(async |w, asked| {
        let address = w.service().address();
        let stranger = Authority::new().client(Named::Machines(&["root"]));
        assert!(is_refused(&address, asked.authority.showing(&stranger)).await);
        let ended = Duration::ZERO;
        let ended = asked.authority.client_until(Named::Machines(&["root"]), ended);
        until("it has ended", PATIENCE, async || is_refused(&address, asked.authority.showing(&ended)).await)
            .await;
        let good = asked.authority.client(Named::Machines(&["root"]));
        assert!(!is_refused(&address, asked.authority.showing(&good)).await);
    });
}

#[test]
fn a_certificate_that_ends_while_its_connection_lasts_is_worth_nothing_any_more() {
    asking(async |w, asked| {
        let pair = asked.authority.client_until(Named::Machines(&["plain"]), LAST);
        let shown = asked.authority.showing(&pair);
        let mut connection = Secure::connect(&w.service().address(), &shown).await;
        let path = w.path("/tasks");
        assert_eq!(connection.get(&path, "").await, 200);
        until("the connection is nobody's", PATIENCE, async || connection.get(&path, "").await == 401).await;
    });
}

#[test]
fn a_token_that_is_revoked_takes_the_certificates_rights_and_ends_what_waits() {
    asking(async |root, asked| {
        let secret = "0".repeat(64);
        let token = json!({ "name": "brief", "sha256": secret, "scopes": ["work"] });
        root.client().post("/v1/tokens").json(token).send().await.expect(201);
        let w = asked.showing(&root, Named::Machines(&["brief"]));
        w.claim("a").await;
        let shown = asked.authority.showing(&asked.authority.client(Named::Machines(&["brief"])));
        let mut connection = Secure::connect(&w.service().address(), &shown).await;
        let path = w.path("/tasks");
        assert_eq!(connection.get(&path, "").await, 200);
        let poll = w.post("/claims").json(json!({ "agent": "a", "wait_ms": 30_000 })).send();
        let revoke = async {
            until("it waits", PATIENCE, async || {
                metric(root.client(), "waggle_long_polls{kind=\"claim\"}").await.as_deref() == Some("1")
            })
            .await;
            let revoked = Instant::now();
            assert_eq!(root.client().delete("/v1/tokens/brief").send().await.status, 204);
            revoked
        };
        let (poll, revoked) = tokio::join!(poll, revoke);
        assert!(revoked.elapsed() <= EFFECTIVE, "{:?}", revoked.elapsed());
        poll.problem(401, "unauthorized");
        assert_eq!(connection.get(&path, "").await, 401);
        w.get("/tasks").send().await.problem(401, "unauthorized");
    });
}

#[test]
fn where_a_certificate_is_required_nobody_connects_without() {
    let authority = Authority::new();
    let mut setup = Setup::private().with_tokens().with_tls(&authority);
    setup = setup.asking_for_certificates(&authority, "required");
    setup = setup.reached_as(&authority, Named::Machines(&["root"]));
    in_a_swarm_of(&Service::start(setup), async |w| {
        assert!(is_refused(&w.service().address(), authority.trusted()).await);
        w.showing(None).submit(json!({ "payload": 1 })).await;
        let asked = w.client().post("/perf/validate").json(json!({ "quick": true }));
        let id = asked.send().await.expect(202)["id"].as_str().unwrap().to_owned();
        until("a service without a certificate of its own says so", PATIENCE, async || {
            let run = w.client().get(&format!("/perf/validate/{id}")).send().await.ok();
            run["error"].as_str().is_some_and(|error| error.contains("waggle validate"))
        })
        .await;
    });
}

fn root_token(asked: &Asking) -> &str {
    asked.service.setup().root()
}
