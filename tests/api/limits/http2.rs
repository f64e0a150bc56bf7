//! Clients of HTTP/2 say how much of each answer they take: whoever takes nothing holds nothing for long.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::http::Request;
use bytes::Bytes;
use h2::RecvStream;
use h2::client::{Builder, SendRequest};
use serde_json::json;
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use waggle_tests::{PATIENCE, Service, Setup, World, in_a_swarm_of};

/// Enough for the heads of all answers to be made, in a build that was not optimised and on a busy machine.
const LIMIT: Duration = Duration::from_secs(8);
/// It was cut off for this limit and for no longer one: the default is half a minute.
const LATE: Duration = Duration::from_secs(20);
/// Between two comments of a stream of events.
const HEARTBEAT: Duration = Duration::from_millis(100);
const ANSWERS: usize = 8;

fn setup() -> Setup {
    Setup::private()
        .set("WAGGLE_SERVER__WRITE_TIMEOUT_MS", &LIMIT.as_millis().to_string())
        .set("WAGGLE_SERVER__SSE_HEARTBEAT_MS", &HEARTBEAT.as_millis().to_string())
}

/// A client that answers pings, and is done when its connection is.
pub(super) struct Client {
    requests: SendRequest<Bytes>,
    connection: JoinHandle<()>,
    pub(super) open: Vec<RecvStream>,
    pub(super) base: String,
}

impl Client {
    /// Takes so many bytes of each answer, and more only when it says so.
    async fn taking(window: u32, w: &World) -> Self {
        Self::from("127.0.0.1", window, w).await
    }

    /// The same from an address of this machine.
    pub(super) async fn from(address: &str, window: u32, w: &World) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((address.parse::<IpAddr>().unwrap(), 0).into()).unwrap();
        let stream = socket.connect(w.service().address().parse().unwrap()).await.unwrap();
        let mut builder = Builder::new();
        builder.initial_window_size(window).initial_connection_window_size(1 << 24);
        let (requests, connection) = builder.handshake(stream).await.unwrap();
        // Its end may be an error: the service says nothing more.
        let connection = tokio::spawn(async { drop(connection.await) });
        Self { requests, connection, open: Vec::new(), base: format!("http://localhost{}", w.path("")) }
    }

    async fn get(&mut self, path: &str) {
        assert_eq!(self.asks(path).await, 200);
    }

    /// The status of an answer, whose body may not be taken yet.
    pub(super) async fn asks(&mut self, path: &str) -> u16 {
        self.ask_at_once(path, 1).await.remove(0)
    }

    /// The statuses of the answers to so many requests, all of which are sent before the first one is answered.
    pub(super) async fn ask_at_once(&mut self, path: &str, count: usize) -> Vec<u16> {
        let mut sent = Vec::new();
        for _ in 0..count {
            let request = Request::get(format!("{}{path}", self.base)).body(()).unwrap();
            let mut requests = self.requests.clone().ready().await.unwrap();
            sent.push(requests.send_request(request, true).unwrap().0);
        }
        let mut statuses = Vec::new();
        for response in sent {
            let response = timeout(PATIENCE, response).await.expect("the head of an answer").unwrap();
            statuses.push(response.status().as_u16());
            self.open.push(response.into_body());
        }
        statuses
    }

    /// The next bytes of its first answer, for which it makes room.
    async fn take(&mut self) -> usize {
        let chunk = timeout(PATIENCE, self.open[0].data()).await.expect("bytes in time").unwrap().unwrap();
        self.open[0].flow_control().release_capacity(chunk.len()).unwrap();
        chunk.len()
    }

    async fn is_ended(&mut self, since: Instant) {
        timeout(PATIENCE, &mut self.connection).await.expect("the connection ends").unwrap();
        assert!((LIMIT * 9 / 10..LATE).contains(&since.elapsed()), "{:?}", since.elapsed());
    }
}

pub(super) async fn large_answers(w: &World) {
    for _ in 0..20 {
        w.submit(json!({ "payload": "x".repeat(100_000) })).await;
    }
}

/// Fault: client-slow
#[test]
fn who_takes_nothing_of_its_answers_is_given_up() {
    in_a_swarm_of(&Service::start(setup()), async |w| {
        large_answers(&w).await;
        let mut clients = Vec::new();
        // With room for nothing hyper waits; with some, all of an answer is in the hands of h2.
        for window in [0, 1_000] {
            let mut client = Client::taking(window, &w).await;
            let since = Instant::now();
            for _ in 0..ANSWERS {
                client.get("/tasks?limit=20").await;
            }
            clients.push((client, since));
        }
        for (mut client, since) in clients {
            client.is_ended(since).await;
        }
    });
}

#[test]
fn one_answer_that_is_not_taken_counts_beside_others_that_are() {
    in_a_swarm_of(&Service::start(setup()), async |w| {
        large_answers(&w).await;
        let mut client = Client::taking(1_000, &w).await;
        client.get("/events").await;
        let since = Instant::now();
        client.get("/tasks?limit=20").await;
        while !client.connection.is_finished() && since.elapsed() < LATE {
            let taken = timeout(PATIENCE, client.open[0].data()).await.expect("bytes or an end in time");
            let Some(Ok(chunk)) = taken else { break };
            client.open[0].flow_control().release_capacity(chunk.len()).unwrap();
        }
        client.is_ended(since).await;
    });
}

/// Fault: client-slow
#[test]
fn who_takes_one_byte_after_the_other_of_a_large_answer_is_given_up() {
    in_a_swarm_of(&Service::start(setup()), async |w| {
        large_answers(&w).await;
        let mut events = Client::taking(65_535, &w).await;
        events.get("/events").await;
        let mut dribbling = Client::taking(1, &w).await;
        dribbling.get("/tasks?limit=20").await;
        let since = Instant::now();
        let mut taken = 0;
        while !dribbling.connection.is_finished() && since.elapsed() < LATE {
            assert!(events.take().await > 0);
            let Ok(Some(Ok(chunk))) = timeout(PATIENCE, dribbling.open[0].data()).await else { break };
            dribbling.open[0].flow_control().release_capacity(chunk.len()).unwrap();
            taken += chunk.len();
        }
        // A byte for each comment, and those that came together.
        let most = usize::try_from(2 * LIMIT.as_millis() / HEARTBEAT.as_millis()).unwrap();
        assert!((2..most).contains(&taken), "{taken}");
        dribbling.is_ended(since).await;
    });
}

#[test]
fn who_takes_slowly_and_who_waits_for_events_goes_on() {
    in_a_swarm_of(&Service::start(setup()), async |w| {
        large_answers(&w).await;
        let mut events = Client::taking(65_535, &w).await;
        events.get("/events").await;
        let mut slow = Client::taking(10_000, &w).await;
        slow.get("/tasks?limit=20").await;
        let since = Instant::now();
        let mut taken = 0;
        // Each comment of the events, ten a second, lets the other take what it has room for.
        while since.elapsed() < LIMIT * 3 / 2 {
            assert!(events.take().await > 0);
            taken += slow.take().await;
        }
        assert!(taken < 2_000_000, "it was slow");
        assert!(!events.connection.is_finished() && !slow.connection.is_finished());
    });
}
