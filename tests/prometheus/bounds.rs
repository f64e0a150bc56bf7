//! `/metrics` stays small and fast whatever users call their things and whatever addresses they try.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};
use waggle_tests::{Client, Reply, Service, Setup, World, in_a_swarm_of, task};

use crate::exposition::Exposition;
use crate::work::work;

/// Names of each kind of thing.
const NAMES: usize = 1_000;
/// Bytes that an answer may have.
const MOST_BYTES: usize = 1 << 20;
/// How long an answer may take in a build that was not optimised, on a machine that is slow and runs other tests beside: three
/// times what it may take on one that does nothing else.
const LONGEST: Duration = Duration::from_millis(60);
/// Of so many answers the fastest is judged: what the others took longer, they waited for a machine that is in use.
const SCRAPES: usize = 31;
const AT_ONCE: usize = 32;

/// Fault: names-without-end
#[test]
fn metrics_are_small_and_fast_whatever_users_name_their_things() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        work(&w).await;
        let before = Exposition::of(w.client()).await;
        let client = Client::keeping_alive(&w.service().base());
        invent_names(&w, &client).await;
        try_all_doors(&client).await;
        let after = Exposition::of(w.client()).await;
        for text in ["invented-", "nowhere-", w.swarm()] {
            assert!(!after.text.contains(text), "{text} is in a label");
        }
        let bytes = after.text.len();
        assert!(bytes <= MOST_BYTES, "{bytes} bytes; it began with {}", before.text.len());
        let took = fastest_scrape(&client).await;
        assert!(took <= LONGEST, "{took:?} for {bytes} bytes");
    });
}

/// A thousand queues and agents, half as many swarms.
async fn invent_names(w: &World, client: &Client) {
    let tasks: Vec<_> = (0..NAMES).map(|n| task().queue(format!("invented-{n}"))).collect();
    for tasks in tasks.chunks(500) {
        w.submit_many(tasks.iter().cloned()).await;
    }
    let claims = (0..NAMES).map(|n| {
        let name = format!("invented-{n}");
        client.post(&w.path("/claims")).json(json!({"agent": name, "queues": [name]})).send()
    });
    all(claims).await;
    all((0..NAMES / 2).map(|n| client.put(&format!("/v1/swarms/invented-{n}")).send())).await;
}

/// Every address of agents and tasks with every method, and addresses that do not exist.
async fn try_all_doors(client: &Client) {
    let document = client.get("/openapi.json").send().await.ok();
    let paths = document["paths"].as_object().unwrap().keys();
    let paths = paths.filter(|path| path.starts_with("/v1/") && !path.ends_with("/events"));
    let paths: Vec<_> =
        paths.map(|path| path.replace("{swarm}", "invented-0").replace(['{', '}'], "x")).collect();
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::HEAD,
        Method::OPTIONS,
    ];
    for body in [Value::Null, json!({}), json!({"no": "such field"})] {
        let doors = paths.iter().flat_map(|path| methods.clone().map(|method| (method, path)));
        all(doors.map(|(method, path)| client.request(method, path).json(body.clone()).send())).await;
    }
    all((0..NAMES / 2).map(|n| client.get(&format!("/nowhere-{n}")).send())).await;
}

async fn all(calls: impl Iterator<Item = impl Future<Output = Reply>>) {
    stream::iter(calls).buffer_unordered(AT_ONCE).for_each(|_| async {}).await;
}

/// By the service's own clock: a client that was not optimised takes longer to read the answer than it takes to make.
async fn fastest_scrape(client: &Client) -> Duration {
    let mut sums = Vec::with_capacity(SCRAPES);
    for _ in 0..SCRAPES {
        let exposition = Exposition::of(client).await;
        sums.push(exposition.sum("waggle_http_request_duration_seconds_sum", &[("route", "/metrics")]));
    }
    let took = sums.windows(2).map(|pair| pair[1] - pair[0]);
    Duration::from_secs_f64(took.fold(f64::INFINITY, f64::min))
}
