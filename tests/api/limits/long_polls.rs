//! How many requests may wait: claims, reads with `wait_ms`, readers of events.

use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::{
    Client, PATIENCE, Raw, Reply, Request, Service, Setup, World, in_a_swarm_of, metric, task, until,
};

/// Longer than any of these tests has to be full: those who wait are given something at its end.
const WAIT_MS: u64 = 60_000;
/// A client of its own: the harness is another.
const MANY: &str = "127.0.0.3";

/// Each kind of request that may wait, by name.
struct Kinds {
    task: String,
    swarm: World,
}

impl Kinds {
    async fn of(w: &World) -> Self {
        w.put("/agents/reader").json(json!({})).send().await.expect(201);
        Self { task: w.submit_id(task().queue("never")).await, swarm: w.clone() }
    }

    fn all(&self, client: &Client, wait_ms: u64) -> Vec<(&'static str, Request)> {
        let path = |path: &str| self.swarm.path(path);
        let task = path(&format!("/tasks/{}", self.task));
        vec![
            ("claim", claim(&self.swarm, client, wait_ms)),
            ("task", client.get(&format!("{task}?wait_ms={wait_ms}"))),
            ("output", client.get(&format!("{task}/output?wait_ms={wait_ms}"))),
            ("inbox", client.get(&path(&format!("/agents/reader/inbox?wait_ms={wait_ms}")))),
            ("state", client.get(&path(&format!("/state?since_version=0&wait_ms={wait_ms}")))),
        ]
    }
}

fn claim(w: &World, client: &Client, wait_ms: u64) -> Request {
    client.post(&w.path("/claims")).json(json!({"agent": "a", "queues": ["empty"], "wait_ms": wait_ms}))
}

/// Does something while so many claims of `client` wait.
async fn while_waiting<T>(w: &World, client: &Client, count: usize, act: impl AsyncFnOnce() -> T) -> T {
    let waiting = join_all((0..count).map(|_| claim(w, client, WAIT_MS).send()));
    let acting = async {
        let series = "waggle_long_polls{kind=\"claim\"}";
        until("all of them wait", PATIENCE, async || {
            metric(w.client(), series).await == Some(count.to_string())
        })
        .await;
        let result = act().await;
        w.submit_many((0..count).map(|_| task().queue("empty"))).await;
        result
    };
    let (waited, result) = tokio::join!(waiting, acting);
    for reply in waited {
        let tasks = reply.ok()["tasks"].as_array().unwrap().len();
        assert_eq!(tasks, 1, "as many as the limit says wait until something comes");
    }
    result
}

fn refusal(reply: Reply, status: u16, code: &str, setting: &str) {
    assert_eq!(reply.header("retry-after"), "1");
    let problem = reply.problem(status, code);
    assert!(problem["detail"].as_str().unwrap().contains(setting), "{problem}");
    assert_eq!((&problem["applied"], &problem["retryable"]), (&json!(false), &json!(true)));
}

/// A settlement beyond the limit does what it is asked, and does not wait.
async fn settles_without_waiting(w: &World, client: &Client) {
    let held = w.claim_with(json!({"agent": "b", "queues": ["work"]})).await.remove(0);
    let outcome = json!({"id": held.id, "lease": held.token, "outcome": "complete", "result": 1});
    let claim = json!({"queues": ["empty"], "wait_ms": 60_000});
    let settlement = json!({"agent": "b", "outcomes": [outcome], "claim": claim});
    let settled =
        client.post(&w.path("/settlements")).header("prefer", "wait=9").json(settlement).send().await;
    assert_eq!(settled.header("preference-applied"), "");
    let settled = settled.ok();
    assert_eq!((&settled["outcomes"][0]["status"], &settled["tasks"]), (&json!(200), &json!([])));
}

/// Fault: crowd-waits
#[test]
fn a_client_may_wait_as_often_as_the_limit_says_for_whatever_it_is_and_others_as_often_again() {
    let setup = Setup::private().set("WAGGLE_SERVER__MAX_LONG_POLLS_PER_CLIENT", "4");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let (many, kinds) = (w.client().from(MANY), Kinds::of(&w).await);
        w.submit(task().queue("work")).await;
        while_waiting(&w, &many, 4, async || {
            for (kind, request) in kinds.all(&many, WAIT_MS) {
                let reply = request.send().await;
                assert_eq!(reply.status, 429, "{kind}: {}", reply.text);
                refusal(reply, 429, "rate_limited", "server.max_long_polls_per_client");
            }
            for path in [w.path("/events"), "/perf/stream".to_owned()] {
                many.get(&path).send().await.problem(429, "rate_limited");
            }
            for (kind, request) in kinds.all(&many, 0) {
                assert_eq!(request.send().await.status, 200, "{kind} does not wait");
            }
            settles_without_waiting(&w, &many).await;
            for (kind, request) in kinds.all(w.client(), 1) {
                assert_eq!(request.send().await.status, 200, "{kind} of another client");
            }
        })
        .await;
        // Nothing is counted any more: as many wait again, of each kind.
        let four: Vec<_> =
            kinds.all(&many, 50).into_iter().take(4).map(|(_, request)| request.send()).collect();
        assert!(join_all(four).await.iter().all(|reply| reply.status == 200));
    });
}

/// Fault: crowd-waits
#[test]
fn as_many_requests_wait_in_all_as_the_limit_says_whoever_sends_them() {
    let setup = Setup::private()
        .set("WAGGLE_SERVER__MAX_LONG_POLLS", "4")
        .set("WAGGLE_SERVER__MAX_LONG_POLLS_PER_CLIENT", "0");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let (many, kinds) = (w.client().from(MANY), Kinds::of(&w).await);
        w.submit(task().queue("work")).await;
        while_waiting(&w, &many, 4, async || {
            for client in [&many, w.client()] {
                for (_, request) in kinds.all(client, WAIT_MS) {
                    refusal(request.send().await, 503, "too_many_waiting", "server.max_long_polls");
                }
            }
            settles_without_waiting(&w, w.client()).await;
        })
        .await;
    });
}

/// Fault: crowd-waits
#[test]
fn readers_of_events_count_as_long_as_they_read() {
    let setup = Setup::private().set("WAGGLE_SERVER__MAX_LONG_POLLS_PER_CLIENT", "3");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let address = w.service().address();
        let mut readers = Vec::new();
        for path in [w.path("/events"), w.path("/events?kind=task.failed"), "/perf/stream".to_owned()] {
            let mut raw = Raw::connect_from(MANY, &address).await;
            raw.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await;
            assert!(raw.read(false).await.starts_with("HTTP/1.1 200"), "{path}");
            readers.push(raw);
        }
        let many = w.client().from(MANY);
        claim(&w, &many, 1).send().await.problem(429, "rate_limited");
        many.get(&w.path("/events")).send().await.problem(429, "rate_limited");
        readers.pop();
        until("there is room again", PATIENCE, async || claim(&w, &many, 1).send().await.status == 200).await;
    });
}

#[test]
fn where_tokens_are_asked_for_each_is_a_client_wherever_it_comes_from() {
    let setup = Setup::private().with_tokens().set("WAGGLE_SERVER__MAX_LONG_POLLS_PER_CLIENT", "2");
    let worker = setup.token("worker", &["--scopes", "work"]);
    in_a_swarm_of(&Service::start(setup), async |w| {
        let worker = w.client().showing(worker.as_str());
        while_waiting(&w, &worker, 2, async || {
            claim(&w, &worker.from("127.0.0.4"), 1).send().await.problem(429, "rate_limited");
            for other in [w.client().clone(), w.client().from(MANY)] {
                claim(&w, &other, 1).send().await.ok();
            }
        })
        .await;
    });
}
