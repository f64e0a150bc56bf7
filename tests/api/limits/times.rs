//! How long a client may take.

use std::time::{Duration, Instant};

use waggle_tests::{Raw, Service, Setup, in_a_swarm_of};

const LIMIT: Duration = Duration::from_secs(3);
/// Well within it.
const WITHIN: Duration = Duration::from_millis(700);
/// It was cut off for this limit and for no longer one: the shortest of the defaults is ten seconds.
const LATE: Duration = Duration::from_millis(9_500);

fn setup(setting: &str) -> Setup {
    Setup::private().set(&format!("WAGGLE_SERVER__{setting}_MS"), &LIMIT.as_millis().to_string())
}

/// The service ends the connection at the limit, counted from `since`; what it says then.
async fn ends(raw: &mut Raw, since: Instant) -> String {
    let answer = raw.read(true).await;
    assert!((LIMIT..LATE).contains(&since.elapsed()), "{:?}: {answer}", since.elapsed());
    answer
}

/// Fault: client-slow
#[test]
fn the_first_byte_and_the_headers_may_take_as_long_as_the_limit_says() {
    in_a_swarm_of(&Service::start(setup("HEADER_TIMEOUT")), async |w| {
        let address = w.service().address();
        let began = Instant::now();
        let (mut silent, mut late) = (Raw::connect(&address).await, Raw::connect(&address).await);
        assert!(late.is_quiet_for(WITHIN).await);
        late.send("GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        assert!(late.read(false).await.starts_with("HTTP/1.1 200"));
        ends(&mut silent, began).await;
        // Of a later request the clock begins at its first byte.
        let began = Instant::now();
        late.send("GET /health/live HT").await;
        assert!(late.is_quiet_for(WITHIN).await);
        late.send("TP/1.1\r\nhost: localhost\r\n\r\n").await;
        assert!(late.read(false).await.starts_with("HTTP/1.1 200"));
        assert!(began.elapsed() < LIMIT);
        let began = Instant::now();
        late.send("GET /health/live HT").await;
        ends(&mut late, began).await;
    });
}

#[test]
fn what_http2_begins_with_is_no_more_than_a_header_later_on() {
    in_a_swarm_of(&Service::start(setup("HEADER_TIMEOUT")), async |w| {
        let mut raw = Raw::connect(&w.service().address()).await;
        raw.send("GET /health/live HTTP/1.1\r\nhost: localhost\r\nx-note: ").await;
        assert!(raw.is_quiet_for(WITHIN).await, "it is read before what comes next");
        raw.send("PRI * HTTP/2.0\r\n\r\n").await;
        assert!(raw.read(false).await.starts_with("HTTP/1.1 200"));
        let began = Instant::now();
        raw.send("GET /health/live HT").await;
        ends(&mut raw, began).await;
    });
}

/// Fault: client-slow
#[test]
fn a_body_may_take_as_long_as_the_limit_says() {
    in_a_swarm_of(&Service::start(setup("BODY_TIMEOUT")), async |w| {
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{",
            w.path("/tasks")
        );
        let mut raw = Raw::connect(&w.service().address()).await;
        raw.send(&head).await;
        assert!(raw.is_quiet_for(WITHIN).await);
        raw.send("}").await;
        assert!(raw.read(false).await.starts_with("HTTP/1.1 201"));
        let began = Instant::now();
        raw.send(&head).await;
        let answer = ends(&mut raw, began).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
    });
}

/// Fault: client-slow
#[test]
fn a_connection_may_rest_as_long_as_the_limit_says_and_a_poll_is_no_rest() {
    in_a_swarm_of(&Service::start(setup("IDLE_TIMEOUT")), async |w| {
        let get = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
        let mut raw = Raw::connect(&w.service().address()).await;
        raw.send(get).await;
        raw.read(false).await;
        assert!(raw.is_quiet_for(WITHIN).await);
        let body = r#"{"agent":"a","wait_ms":7000}"#;
        raw.post(&w.path("/claims"), body).await;
        assert!(raw.is_quiet_for(LIMIT + WITHIN).await, "it waits on purpose");
        // It may rest from its answer on, which comes later than this.
        let began = Instant::now();
        assert!(raw.read(false).await.contains("\"tasks\":[]"));
        let answered = began.elapsed();
        let rested = raw.read(true).await;
        assert!((LIMIT..LATE + answered).contains(&began.elapsed()), "{:?}: {rested}", began.elapsed());
    });
}
