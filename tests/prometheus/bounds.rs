//! `/metrics` stays small and fast whatever users call their things and whatever addresses they try.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};
use waggle_tests::{Reply, Service, Setup, World, in_a_swarm_of, task};

use crate::exposition::Exposition;
use crate::work::work;

/// Names of each kind of thing.
const NAMES: usize = 2_000;
/// Bytes that an answer may have.
const MOST_BYTES: usize = 1 << 20;
/// How long an answer may take.
const LONGEST: Duration = Duration::from_millis(20);
/// Of so many answers the median is judged: a machine that others use stops now and then.
const SCRAPES: usize = 31;
const AT_ONCE: usize = 32;

#[test]
fn metrics_are_small_and_fast_whatever_users_name_their_things() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        work(&w).await;
        let before = Exposition::of(w.client()).await;
        invent_names(&w).await;
        try_all_doors(&w).await;
        let after = Exposition::of(w.client()).await;
        for text in ["invented-", "nowhere-", w.swarm()] {
            assert!(!after.text.contains(text), "{text} is in a label");
        }
        let bytes = after.text.len();
        assert!(bytes <= MOST_BYTES, "{bytes} bytes; it began with {}", before.text.len());
        let took = median_scrape(&w).await;
        assert!(took <= LONGEST, "{took:?} for {bytes} bytes");
    });
}

/// Thousands of swarms, queues, agents, topics and keys.
async fn invent_names(w: &World) {
    let tasks: Vec<_> = (0..NAMES).map(|n| task().queue(format!("invented-{n}"))).collect();
    for tasks in tasks.chunks(500) {
        w.submit_many(tasks.iter().cloned()).await;
    }
    let calls = (0..NAMES).flat_map(|n| {
        let name = format!("invented-{n}");
        [
            w.post("/claims").json(json!({"agent": name, "queues": [name]})),
            w.put(&format!("/state/{name}")).json(json!(n)),
            w.client().put(&format!("/v1/swarms/{name}")),
        ]
    });
    all(calls.map(|call| call.send())).await;
}

/// Every address of the service with every method, and addresses that do not exist.
async fn try_all_doors(w: &World) {
    let document = w.client().get("/openapi.json").send().await.ok();
    let paths = document["paths"].as_object().unwrap().keys();
    let paths = paths.map(|path| path.replace("{swarm}", w.swarm()).replace(['{', '}'], "x"));
    let nowhere = (0..NAMES).map(|n| format!("/nowhere-{n}"));
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::HEAD,
        Method::OPTIONS,
    ];
    let doors = paths.flat_map(|path| methods.clone().map(|method| (method, path.clone())));
    let doors: Vec<_> = doors
        .filter(|(_, path)| !path.ends_with("/events"))
        .chain(nowhere.map(|path| (Method::GET, path)))
        .collect();
    let shapes = [Value::Null, json!({}), json!({"no": "such field"})];
    let calls = doors.iter().flat_map(|(method, path)| {
        shapes.iter().map(|body| w.client().request(method.clone(), path).json(body.clone()).send())
    });
    all(calls).await;
}

async fn all(calls: impl Iterator<Item = impl Future<Output = Reply>>) {
    stream::iter(calls).buffer_unordered(AT_ONCE).for_each(|_| async {}).await;
}

async fn median_scrape(w: &World) -> Duration {
    let mut took = Vec::with_capacity(SCRAPES);
    for _ in 0..SCRAPES {
        let begun = Instant::now();
        w.client().get("/metrics").send().await;
        took.push(begun.elapsed());
    }
    took.sort();
    took[SCRAPES / 2]
}
