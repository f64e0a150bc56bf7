//! What every answer tells a browser, and what pages of other origins may do.

use reqwest::Method;
use waggle_tests::{Client, Reply, Service, Setup, in_a_swarm_of, task};

const OPS: &str = "https://ops.example";
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];
/// What holds no data of anybody.
const PAGES: [&str; 8] = [
    "/perf/dashboard",
    "/perf/dashboard/main.js",
    "/perf/dashboard/dashboard.css",
    "/perf/dashboard/icon.svg",
    "/docs/",
    "/docs/index.html",
    "/docs/swagger-ui-bundle.js",
    "/docs/swagger-initializer.js",
];

/// All operations of the document, with names that nothing has.
async fn operations(client: &Client) -> Vec<(Method, String)> {
    let document = client.get("/openapi.json").send().await.ok();
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| {
        let names = path.replace("{swarm}", "s").replace("{id}", "0193a0de-0000-7000-8000-000000000000");
        let path = names.replace(['{', '}'], "");
        METHODS
            .iter()
            .filter(|method| item.get(**method).is_some())
            .map(move |method| (Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), path.clone()))
    });
    all.collect()
}

fn is_private(reply: &Reply, what: &str) {
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
    assert_eq!(reply.header("access-control-allow-origin"), "", "{what}");
}

#[test]
fn every_answer_is_what_it_says_it_is_and_private_ones_are_kept_nowhere() {
    for setup in [Setup::private(), Setup::private().with_tokens()] {
        in_a_swarm_of(&Service::start(setup), async |w| {
            let operations = operations(w.client()).await;
            assert!(operations.len() > 70, "{}", operations.len());
            let streams = ["/perf/stream", "/v1/swarms/s/events"];
            for (method, path) in operations.iter().filter(|(_, path)| !streams.contains(&path.as_str())) {
                for client in [w.client().clone(), w.client().showing(None)] {
                    let request = client.request(method.clone(), path).header("origin", w.client().base());
                    let reply = request.send().await;
                    let what = format!("{method} {path}: {}", reply.status);
                    if path == "/perf/dashboard" {
                        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
                    } else {
                        is_private(&reply, &what);
                    }
                }
            }
            for path in ["/nowhere", "/v1", "/perf/dashboard/nothing.js"] {
                is_private(&w.client().get(path).send().await, path);
            }
            let id = w.submit_id(task()).await;
            is_private(&w.get(&format!("/tasks/{id}")).send().await, "a task");
            is_private(
                &w.client().request(Method::OPTIONS, &w.path("/tasks")).send().await,
                "a wrong method",
            );
        });
    }
}

#[test]
fn pages_are_looked_for_anew_stand_in_no_frame_and_load_nothing_from_elsewhere() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        for path in PAGES {
            let reply = w.client().get(path).send().await;
            assert_eq!(reply.status, 200, "{path}");
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(reply.header("cache-control"), "no-cache", "{path}");
            assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
            let policy = reply.header("content-security-policy");
            for rule in [
                "default-src 'none'",
                "script-src 'self';",
                "connect-src 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
            ] {
                assert!(policy.contains(rule), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{path}: {policy}");
        }
        // Streams are no pages, and nobody keeps them.
        for path in [w.path("/events?follow=false"), w.path("/events?follow=false&kind=task.failed")] {
            let reply = w.client().get(&path).send().await;
            assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"));
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
        }
    });
}

/// Fault: page-of-another-site
#[test]
fn pages_of_listed_origins_may_use_the_service_and_those_of_no_others() {
    let setup = Setup::private().with_tokens().set("WAGGLE_SERVER__CORS_ORIGINS", OPS);
    in_a_swarm_of(&Service::start(setup), async |w| {
        let preflight = |origin: &'static str| {
            let request =
                w.client().showing(None).request(Method::OPTIONS, &w.path("/tasks")).header("origin", origin);
            let request = request.header("access-control-request-method", "POST");
            request
                .header(
                    "access-control-request-headers",
                    "authorization,content-type,idempotency-key,x-lease",
                )
                .send()
        };
        let asked = preflight(OPS).await;
        assert_eq!((asked.status, asked.header("access-control-allow-origin")), (200, OPS));
        for (header, word) in [
            ("access-control-allow-methods", "POST"),
            ("access-control-allow-headers", "authorization"),
            ("access-control-allow-headers", "idempotency-key"),
        ] {
            assert!(asked.header(header).contains(word), "{header}: {}", asked.header(header));
        }
        assert_eq!(asked.header("access-control-allow-credentials"), "");
        let from = |origin: &str, token: bool| {
            let w = if token { w.clone() } else { w.showing(None) };
            w.post("/tasks")
                .header("origin", origin)
                .header("sec-fetch-site", "cross-site")
                .json(task())
                .send()
        };
        let made = from(OPS, true).await;
        assert_eq!((made.status, made.header("access-control-allow-origin")), (201, OPS));
        assert!(
            made.header("vary").contains("origin")
                && made.header("access-control-expose-headers").contains("location")
        );
        let refused = from(OPS, false).await;
        assert_eq!(
            (refused.status, refused.header("access-control-allow-origin")),
            (401, OPS),
            "it may read why"
        );
        for other in ["https://evil.example", "https://ops.example:8443", "http://ops.example", "null"] {
            let refused = from(other, true).await;
            assert_eq!(refused.header("access-control-allow-origin"), "", "{other}");
            refused.problem(403, "cross_site");
            let read = w.get("/tasks").header("origin", other).send().await;
            assert_eq!(
                read.header("access-control-allow-origin"),
                "",
                "{other}: the browser keeps it to itself"
            );
        }
        assert_eq!(preflight("https://evil.example").await.header("access-control-allow-origin"), "");
        assert_eq!(w.list("ready").await.len(), 1);
    });
}
