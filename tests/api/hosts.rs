//! Under which names a service answers that asks for no token: a page may make its own name lead to it.

use waggle_tests::{Raw, Service, Setup, World, in_a_swarm_of, task};

/// The status and the whole answer to a GET that was sent to `host`.
async fn get(w: &World, path: &str, host: &str) -> (String, String) {
    let mut raw = Raw::connect(&w.service().address()).await;
    raw.send(format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")).await;
    let answer = raw.read(true).await;
    (answer.get(9..12).unwrap_or_default().to_owned(), answer)
}

/// Fault: page-of-another-site
#[test]
fn without_tokens_a_name_that_anybody_may_own_is_refused_on_every_address_but_those_of_probes() {
    let setup = Setup::private().set("WAGGLE_SERVER__ALLOWED_HOSTS", "waggle.example,other.example");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let port = w.service().address().rsplit(':').next().unwrap().to_owned();
        let paths = [
            w.path("/tasks"),
            "/v1/swarms".to_owned(),
            "/metrics".to_owned(),
            "/perf/report".to_owned(),
            "/perf/dashboard".to_owned(),
            "/perf/dashboard/main.js".to_owned(),
            "/docs/".to_owned(),
            "/openapi.json".to_owned(),
            "/nowhere".to_owned(),
        ];
        for path in &paths {
            for host in ["evil.example", &format!("evil.example:{port}"), "waggle", "127.0.0.1.evil.example"]
            {
                let (status, answer) = get(&w, path, host).await;
                assert_eq!(status, "403", "{path} {host}: {answer}");
                assert!(
                    answer.contains("\"unknown_host\"") && answer.contains("server.allowed_hosts"),
                    "{answer}"
                );
            }
            for host in
                ["127.0.0.1", "localhost", &format!("[::1]:{port}"), "WAGGLE.example", "other.example:1"]
            {
                let (status, answer) = get(&w, path, host).await;
                let expected = if path == "/nowhere" { "404" } else { "200" };
                assert_eq!(status, expected, "{path} {host}: {answer}");
            }
        }
        for path in ["/health/live", "/health/ready"] {
            assert_eq!(get(&w, path, "evil.example").await.0, "200");
        }
        let refused = w.post("/tasks").header("host", "evil.example").json(task()).send().await;
        refused.problem(403, "unknown_host");
        assert_eq!(w.list("ready").await.len(), 0);
        // Older clients name nobody.
        let mut old = Raw::connect(&w.service().address()).await;
        old.send("GET /v1/swarms HTTP/1.0\r\n\r\n").await;
        assert!(old.read(true).await.contains(" 200 OK"));
    });
}

#[test]
fn names_of_the_own_network_are_known_where_the_service_is_open_to_it() {
    let service = Service::try_start(Setup::private().flag("--insecure-no-auth"), "127.0.0.1:0").unwrap();
    in_a_swarm_of(&service, async |w| {
        for (host, status) in [
            ("waggle:8700", "200"),
            ("box.local", "200"),
            ("host.docker.internal", "200"),
            ("evil.example", "403"),
        ] {
            assert_eq!(get(&w, "/v1/swarms", host).await.0, status, "{host}");
        }
    });
}

#[test]
fn with_tokens_any_name_will_do() {
    in_a_swarm_of(&Service::start(Setup::private().with_tokens()), async |w| {
        w.post("/tasks").header("host", "evil.example").json(task()).send().await.expect(201);
        assert_eq!(get(&w, "/perf/dashboard", "evil.example").await.0, "200");
        assert_eq!(get(&w, "/v1/swarms", "evil.example").await.0, "401");
    });
}
