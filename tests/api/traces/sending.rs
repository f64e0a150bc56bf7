//! How spans leave, and that nobody waits for them.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use waggle_tests::{Collector, PATIENCE, Raw, Service, Setup, World, in_a_swarm_of, task, until};

use super::support::{is_request, traced};

/// More requests than spans may wait.
const MANY: usize = 9_000;
/// Requests that are sent without waiting for the answers of those before them.
const AT_ONCE: usize = 500;
/// What a process may grow by for other reasons while it answers twice as many requests.
const SLACK_KIB: u64 = 6 * 1_024;

#[test]
fn what_is_left_is_sent_before_the_service_ends() {
    let collector = Collector::start();
    let service = Service::start(traced(Setup::private(), &collector));
    in_a_swarm_of(&service, async |w| {
        w.submit(task()).await;
        stop(&w).await;
        let name = "POST /v1/swarms/{swarm}/tasks";
        assert!(collector.spans().iter().any(|span| is_request(span, name, &w)), "it has come already");
        w.service().restart();
    });
}

#[test]
fn a_collector_that_never_answers_holds_up_neither_a_request_nor_the_end() {
    let collector = Collector::silent();
    let service =
        Service::start(traced(Setup::private(), &collector).set("WAGGLE_TRACE__TIMEOUT_MS", "3000"));
    in_a_swarm_of(&service, async |w| {
        let start = Instant::now();
        let mut longest = Duration::ZERO;
        // For longer than a batch is waited for.
        while start.elapsed() < Duration::from_secs(5) {
            let asked = Instant::now();
            w.submit(task()).await;
            longest = longest.max(asked.elapsed());
        }
        assert!(longest < Duration::from_millis(2_500), "{longest:?}");
        let asked = Instant::now();
        stop(&w).await;
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
        w.service().restart();
    });
}

#[test]
fn spans_that_nobody_takes_do_not_pile_up() {
    let collector = Collector::silent();
    let service =
        Service::start(traced(Setup::private(), &collector).set("WAGGLE_TRACE__TIMEOUT_MS", "60000"));
    in_a_swarm_of(&service, async |w| {
        ask(&w, MANY).await;
        let full = w.service().resident_kib();
        ask(&w, 2 * MANY).await;
        let grown = w.service().resident_kib().saturating_sub(full);
        assert!(grown < SLACK_KIB, "{grown} KiB more than {full}");
    });
}

#[test]
fn a_collector_that_is_down_is_told_of_once_and_spans_flow_when_it_is_back() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let service =
        Service::start(Setup::private().set("WAGGLE_TRACE__ENDPOINT", &format!("http://{address}")));
    in_a_swarm_of(&service, async |w| {
        let told = || w.service().log_tail().matches("spans could not be sent").count();
        until("the log tells of it", PATIENCE, async || {
            w.submit(task()).await;
            told() == 1
        })
        .await;
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(4) {
            w.submit(task()).await;
        }
        assert_eq!(told(), 1, "{}", w.service().log_tail());
        assert!(!w.service().log_tail().contains("ERROR"), "{}", w.service().log_tail());
        let collector = Collector::start_on(&address);
        w.complete(&w.claim_one("a").await, 1).await.ok();
        collector.span("a run", |span| span.name == "task.run").await;
    });
}

/// Ends the service in order and waits for its end.
async fn stop(w: &World) {
    let service = w.service().clone();
    service.terminate();
    let status = tokio::task::spawn_blocking(move || service.ended()).await.unwrap();
    assert_eq!(status.code(), Some(0), "{status}");
}

async fn ask(w: &World, requests: usize) {
    let get = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let last = "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    for _ in 0..requests / AT_ONCE {
        let mut raw = Raw::connect(&w.service().address()).await;
        raw.send(get.repeat(AT_ONCE - 1) + last).await;
        assert_eq!(raw.read(true).await.matches("HTTP/1.1 200 OK").count(), AT_ONCE);
    }
}
