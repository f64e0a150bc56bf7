//! Messages while servers and Redis are killed: none is lost, none comes twice, none out of its sender's order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use waggle_tests::{
    Client, Cluster, PATIENCE, RedisServer, Reply, Request, Service, Setup, World, in_a_swarm_of,
    until_quick, until_some, uses_cluster,
};

const SENDERS: usize = 10;
/// So many messages each sender sends at least, and goes on until so many faults were made: on a busy machine a kill
/// takes longer, and so does each message.
const LEAST: usize = 30;
const FAULTS: usize = 6;
const READERS: usize = 3;
/// Every so many messages one goes to all readers.
const TO_ALL: usize = 10;
/// Between a call that was not answered and its repetition.
const AGAIN: Duration = Duration::from_millis(10);
/// Between two faults.
const BETWEEN_FAULTS: Duration = Duration::from_millis(300);
/// How long a reader lets messages gather, so that it does not read each one by itself.
const GATHERING: Duration = Duration::from_millis(30);
/// Far below the second after which a reader would look again by itself.
const AT_ONCE: Duration = Duration::from_millis(700);

/// Two services on one store, as clients of a swarm see them: each call goes to the other one than the call before.
struct Two {
    world: World,
    clients: [Client; 2],
}

impl Two {
    /// The answer that `request` gets in the end, whatever is killed meanwhile; it must do no harm to ask again.
    async fn insist(&self, first: usize, status: u16, request: impl Fn(&Client) -> Request) -> Reply {
        let mut turn = first;
        until_some("a call is answered", PATIENCE, async || {
            turn += 1;
            let reply = request(&self.clients[turn % 2]).try_send().await;
            let Ok(reply) = reply.map_err(drop) else { return pause().await };
            if reply.status == status {
                return Some(reply);
            }
            assert_eq!(reply.status, 503, "{}", reply.text);
            pause().await
        })
        .await
    }

    async fn send(&self, sender: usize, n: usize) {
        let to = if n.is_multiple_of(TO_ALL) {
            json!({"topic": "all"})
        } else {
            json!({"agent": reader(sender + n)})
        };
        let message = json!({"from": format!("sender{sender}"), "to": to, "body": [sender, n]});
        let (path, key) = (self.world.path("/messages"), format!("{sender}/{n}"));
        let send = |client: &Client| client.post(&path).header("idempotency-key", &key).json(message.clone());
        let sent = self.insist(n, 201, send).await.body;
        assert_eq!(sent["recipients"], if n.is_multiple_of(TO_ALL) { READERS } else { 1 });
    }

    async fn send_to_a(&self, body: u64) {
        let message = json!({"from": "b", "to": {"agent": "a"}, "body": body});
        self.world.post("/messages").json(message).send().await.expect(201);
    }

    /// Reads and acknowledges until all messages have come that were sent to it.
    async fn receive(&self, agent: &str, sent: &Sent) -> Vec<Value> {
        let (mut received, mut after) = (Vec::new(), 0);
        let ack = self.world.path(&format!("/agents/{agent}/inbox/ack"));
        while sent.to(agent).is_none_or(|count| received.len() < count) {
            tokio::time::sleep(GATHERING).await;
            let read =
                self.world.path(&format!("/agents/{agent}/inbox?after={after}&limit=100&wait_ms=2000"));
            let page = self.insist(received.len(), 200, |client| client.get(&read)).await.body;
            received.extend(page["messages"].as_array().unwrap().iter().cloned());
            after = page["next"].as_u64().unwrap();
            self.insist(received.len(), 200, |client| client.post(&ack).json(json!({"up_to": after}))).await;
        }
        received
    }
}

async fn pause<T>() -> Option<T> {
    tokio::time::sleep(AGAIN).await;
    None
}

fn reader(n: usize) -> String {
    format!("reader{}", n % READERS)
}

/// How many messages each sender has sent, and whether these are all.
#[derive(Default)]
struct Sent {
    by: [AtomicUsize; SENDERS],
    all: AtomicBool,
}

impl Sent {
    /// What `agent` has to receive from `sender`, in order.
    fn expected(&self, agent: &str, sender: usize) -> Vec<usize> {
        let sent = 0..self.by[sender].load(Ordering::SeqCst);
        sent.filter(|n| n % TO_ALL == 0 || reader(sender + n) == agent).collect()
    }

    /// How many messages `agent` has to receive, once that is certain.
    fn to(&self, agent: &str) -> Option<usize> {
        let count = || (0..SENDERS).map(|sender| self.expected(agent, sender).len()).sum();
        self.all.load(Ordering::SeqCst).then(count)
    }
}

/// Two services on the same store: a Redis of the harness, or the cluster; `kill_store` ends the store and starts it again.
fn with_two(test: impl AsyncFnOnce(Two, [Arc<Service>; 2], Arc<dyn Fn(&str) + Send + Sync>)) {
    let redis = Arc::new(RedisServer::start());
    let cluster = uses_cluster().then(|| Arc::new(Cluster::start()));
    let setup = || cluster.as_ref().map_or_else(|| Setup::redis(&redis), Setup::cluster);
    let services = [Service::start(setup()), Service::start(setup())];
    let (store, nodes) = (Arc::clone(&redis), cluster.clone());
    let kill_store: Arc<dyn Fn(&str) + Send + Sync> = Arc::new(move |swarm: &str| {
        let node = nodes.as_ref().map_or(&*store, |cluster| cluster.node_of(swarm));
        node.kill();
        node.boot();
    });
    in_a_swarm_of(&services[0].clone(), async |world| {
        let clients = [0, 1].map(|n| Client::keeping_alive(&services[n].base()));
        test(Two { world, clients }, services, kill_store).await;
    });
}

/// Fault: redis-killed, server-killed
#[test]
fn ten_senders_lose_nothing_and_keep_their_order_while_servers_and_redis_are_killed() {
    with_two(async |two, services, kill_store| {
        for n in 0..READERS {
            two.world.claim(&reader(n)).await;
            let path = format!("/agents/{}/subscriptions/all", reader(n));
            two.world.put(&path).send().await.expect(204);
        }
        let (sent, made) = (Arc::new(Sent::default()), Arc::new(AtomicUsize::new(0)));
        let senders = join_all((0..SENDERS).map(async |sender| {
            for n in 0.. {
                if n >= LEAST && made.load(Ordering::SeqCst) >= FAULTS {
                    return;
                }
                two.send(sender, n).await;
                sent.by[sender].store(n + 1, Ordering::SeqCst);
            }
        }));
        let readers = join_all((0..READERS).map(async |n| {
            let agent = reader(n);
            (two.receive(&agent, &sent).await, agent)
        }));
        let swarm = two.world.swarm().to_owned();
        let (over, faults) = (Arc::clone(&sent), Arc::clone(&made));
        // Each is killed twice at least.
        let faults = tokio::task::spawn_blocking(move || {
            while !over.all.load(Ordering::SeqCst) {
                std::thread::sleep(BETWEEN_FAULTS);
                match faults.load(Ordering::SeqCst) % 3 {
                    2 => kill_store(&swarm),
                    service => {
                        services[service].kill();
                        services[service].restart();
                    }
                }
                faults.fetch_add(1, Ordering::SeqCst);
            }
        });
        let senders = async {
            senders.await;
            sent.all.store(true, Ordering::SeqCst);
        };
        let (((), received), faults) = join(join(senders, readers), faults).await;
        faults.unwrap();
        for (messages, agent) in received {
            let mut of_senders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for message in &messages {
                let number = |at| usize::try_from(message["body"][at].as_u64().unwrap()).unwrap();
                of_senders.entry(number(0)).or_default().push(number(1));
            }
            for sender in 0..SENDERS {
                assert_eq!(of_senders[&sender], sent.expected(&agent, sender), "{agent} from sender{sender}");
            }
            let empty = two.world.get(&format!("/agents/{agent}/inbox")).send().await.ok();
            assert_eq!(empty["messages"], json!([]), "nothing came twice, nothing was left");
        }
    });
}

/// Fault: two-servers
#[test]
fn a_message_sent_through_one_server_wakes_a_reader_at_the_other() {
    with_two(async |two, _, _| {
        two.world.claim("a").await;
        let other = two.world.through(two.clients[1].base());
        until_quick(1, AT_ONCE, async |n| {
            let wait = async {
                let page = other.get(&format!("/agents/a/inbox?after={n}&wait_ms=30000")).send().await.ok();
                (page, Instant::now())
            };
            let send = async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                two.send_to_a(n as u64).await;
                Instant::now()
            };
            let ((page, answered), sent) = join(wait, send).await;
            assert_eq!(page["messages"][0]["body"], n);
            answered.saturating_duration_since(sent)
        })
        .await;
    });
}
