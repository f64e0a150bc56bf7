use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::listener::Bound;
use super::server::Http;
use crate::config::{Listen, ServerConfig};
use crate::testing::Service;

/// Longer than any timeout of these tests.
const PATIENCE: Duration = Duration::from_secs(10);

struct Running {
    service: Service,
    http: Http,
    address: SocketAddr,
}

impl Running {
    async fn with(config: ServerConfig) -> Self {
        let service = Service::start().await;
        let listen = Listen::try_from("127.0.0.1:0".to_owned()).unwrap();
        let listener = Bound::to(listen).unwrap().listen().unwrap();
        let address = listener.local_addr().unwrap();
        let http = Http::start(listener, &config, None, service.app.clone());
        Self { service, http, address }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(mut self) {
        self.http.abort();
        self.http.ended().await.unwrap();
        self.service.stop().await;
    }
}

fn with(header_timeout_ms: u64, idle_timeout_ms: u64) -> ServerConfig {
    ServerConfig { header_timeout_ms, idle_timeout_ms, ..ServerConfig::default() }
}

/// All that comes until the service closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end as well.
    let _ =
        timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the connection is closed in time");
    String::from_utf8(bytes).unwrap()
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 16_384];
    let read = timeout(PATIENCE, stream.read(&mut buffer)).await.expect("an answer in time").unwrap();
    String::from_utf8(buffer[..read].to_vec()).unwrap()
}

const LIVE: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Fault: client-slow
#[tokio::test]
async fn a_client_that_says_nothing_or_never_finishes_its_headers_is_cut_off() {
    let running = Running::with(with(200, 8_000)).await;
    for begun in ["", "GET /health/live HTTP/1.1\r\nhost: localhost\r\nx-slow: "] {
        let started = Instant::now();
        let mut stream = running.connect().await;
        // On a busy machine it may be cut off by then.
        let _ = stream.write_all(begun.as_bytes()).await;
        rest(&mut stream).await;
        assert!(started.elapsed() >= Duration::from_millis(200), "{begun:?}");
        assert!(
            started.elapsed() < Duration::from_secs(8),
            "for its headers and not for its rest: {begun:?}"
        );
    }
    running.stop().await;
}

#[tokio::test]
async fn a_connection_may_rest_longer_than_headers_may_take_and_not_for_ever() {
    let running = Running::with(with(1_000, 2_000)).await;
    let mut stream = running.connect().await;
    let started = Instant::now();
    stream.write_all(LIVE).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    assert_eq!(rest(&mut stream).await, "");
    assert!(started.elapsed() >= Duration::from_millis(2_000), "{:?}", started.elapsed());
    running.stop().await;
}

#[tokio::test]
async fn a_poll_may_wait_longer_than_any_connection_may_rest() {
    let running = Running::with(with(1_000, 1_000)).await;
    let mut stream = running.connect().await;
    let body = r#"{"agent":"a","wait_ms":2000}"#;
    let head = "POST /v1/swarms/default/claims HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json";
    let request = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    running.stop().await;
}

#[tokio::test]
async fn a_stream_of_events_may_last_longer_than_any_connection_may_rest() {
    let running = Running::with(with(1_000, 1_000)).await;
    let mut stream = running.connect().await;
    stream.write_all(b"GET /v1/swarms/default/events HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut text = answer(&mut stream).await;
    let started = Instant::now();
    let body = r#"{"payload":1}"#;
    while started.elapsed() < Duration::from_secs(2) || text.matches(": alive\n").count() <= 5 {
        text.push_str(&answer(&mut stream).await);
    }
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert_eq!(running.service.post("/v1/swarms/default/tasks", body).await.status.as_u16(), 201);
    while !text.contains("event: task.submitted\n") {
        text.push_str(&answer(&mut stream).await);
    }
    running.stop().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let running = Running::with(ServerConfig { max_connections: 1, ..ServerConfig::default() }).await;
    let mut first = running.connect().await;
    first.write_all(LIVE).await.unwrap();
    assert!(answer(&mut first).await.starts_with("HTTP/1.1 200"));
    assert_eq!(rest(&mut running.connect().await).await, "");
    running.stop().await;
}

/// Fault: request-too-large
#[tokio::test]
async fn headers_that_are_too_large_get_a_431_and_garbage_a_400() {
    let running = Running::with(ServerConfig::default()).await;
    let mut stream = running.connect().await;
    let large = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx-large: {}\r\n\r\n", "x".repeat(20_000));
    // The service may answer and close before it has read everything.
    let _ = stream.write_all(large.as_bytes()).await;
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 431"));
    let mut stream = running.connect().await;
    stream.write_all(b"\x16\x03\x01 this is not http\r\n\r\n").await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 400"));
    running.stop().await;
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_setting() {
    let running = Running::with(ServerConfig::default()).await;
    let taken = Listen::try_from(running.address.to_string()).unwrap();
    let message = Bound::to(taken).unwrap_err().to_string();
    assert!(message.contains("in use") && message.contains("--listen"), "{message}");
    running.stop().await;
}
