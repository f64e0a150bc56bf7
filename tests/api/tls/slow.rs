use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use waggle_tests::{Authority, PATIENCE, Service, Setup, World, in_a_swarm_of, task, until};

use super::support::{Secure, rest};

const SOCKETS: usize = 200;
/// Long enough that who is held up by it is told from who waits for a busy machine; its default is ten seconds.
const HEADER_TIMEOUT: Duration = Duration::from_secs(4);

fn with(settings: &[(&str, &str)], test: impl AsyncFnOnce(World, Authority)) {
    let authority = Authority::new();
    let setup = Setup::private().with_tls(&authority);
    let setup = settings
        .iter()
        .fold(setup, |setup, (name, value)| setup.set(&format!("WAGGLE_SERVER__{name}"), value));
    in_a_swarm_of(&Service::start(setup), async |w| test(w, authority).await);
}

#[test]
fn handshakes_that_never_end_hold_up_nobody_and_are_given_up_in_time() {
    let header_timeout = HEADER_TIMEOUT.as_millis().to_string();
    with(&[("HEADER_TIMEOUT_MS", &header_timeout)], async |w, authority| {
        let address = w.service().address();
        let begun = Instant::now();
        let mut sockets = Vec::new();
        for number in 0..SOCKETS {
            let mut socket = TcpStream::connect(&address).await.unwrap();
            // Some say nothing at all, some begin a record that never ends.
            if number % 2 == 0 {
                socket.write_all(&[22, 3, 1, 2, 0, 1, 0]).await.unwrap();
            }
            sockets.push(socket);
        }
        let mut asked = 0;
        while begun.elapsed() < HEADER_TIMEOUT / 2 || asked < 3 {
            let start = Instant::now();
            w.submit(task()).await;
            assert!(start.elapsed() < HEADER_TIMEOUT / 2, "{:?}", start.elapsed());
            asked += 1;
        }
        // A client that is done with the handshake in time has what is left for its headers, and no more.
        let mut late = Secure::connect(&address, &authority.trusted()).await;
        late.send("GET /health/live HTTP/1.1\r\nhost:").await;
        for socket in &mut sockets {
            rest(socket).await;
        }
        assert!(begun.elapsed() >= HEADER_TIMEOUT * 9 / 10, "{:?}", begun.elapsed());
        assert!(begun.elapsed() < HEADER_TIMEOUT * 2, "{:?}", begun.elapsed());
        late.rest().await;
        assert!(begun.elapsed() < HEADER_TIMEOUT * 5 / 2, "{:?}", begun.elapsed());
    });
}

#[test]
fn a_handshake_is_one_of_the_connections_that_may_be_open() {
    let settings = [("HEADER_TIMEOUT_MS", "1500"), ("MAX_CONNECTIONS", "3")];
    with(&settings, async |w, _| {
        let address = w.service().address();
        let mut sockets = Vec::new();
        until("all places are taken", PATIENCE, async || {
            sockets.push(TcpStream::connect(&address).await.unwrap());
            sockets.len() >= 3 && w.get("/tasks").try_send().await.is_err()
        })
        .await;
        until("there is room again", PATIENCE, async || w.get("/tasks").try_send().await.is_ok()).await;
    });
}

#[test]
fn a_connection_may_rest_longer_than_headers_may_take_and_not_for_ever() {
    let settings = [("HEADER_TIMEOUT_MS", "2000"), ("IDLE_TIMEOUT_MS", "6000")];
    with(&settings, async |w, authority| {
        let mut connection = Secure::connect(&w.service().address(), &authority.trusted()).await;
        let rested = Instant::now();
        assert_eq!(connection.get("/health/live", "").await, 200);
        connection.rest().await;
        assert!(rested.elapsed() >= Duration::from_secs(6), "{:?}", rested.elapsed());
        assert!(rested.elapsed() < Duration::from_secs(15), "{:?}", rested.elapsed());
        let mut connection = Secure::connect(&w.service().address(), &authority.trusted()).await;
        assert_eq!(connection.get("/health/live", "").await, 200);
        let begun = Instant::now();
        connection.send("GET /health/live HTTP/1.1\r\nhost:").await;
        connection.rest().await;
        assert!(
            begun.elapsed() < Duration::from_secs(6),
            "as headers and not as rest: {:?}",
            begun.elapsed()
        );
    });
}

#[test]
fn who_does_not_read_what_it_asked_for_is_given_up() {
    // All four readers are there before the first of them is given up.
    let settings = [("WRITE_TIMEOUT_MS", "5000"), ("MAX_CONNECTIONS", "4")];
    with(&settings, async |w, authority| {
        for _ in 0..30 {
            w.submit(json!({ "payload": "x".repeat(900_000) })).await;
        }
        let request = format!("GET {} HTTP/1.1\r\nhost: localhost\r\n\r\n", w.path("/tasks?limit=30"));
        let (address, trusted) = (w.service().address(), authority.trusted());
        let mut readers = Vec::new();
        until("all places are taken", PATIENCE, async || {
            if readers.len() < 4 {
                let mut reader = Secure::connect(&address, &trusted).await;
                reader.send(&request).await;
                readers.push(reader);
            }
            readers.len() >= 4 && w.get("/tasks?limit=1").try_send().await.is_err()
        })
        .await;
        until("there is room again", PATIENCE, async || w.get("/tasks?limit=1").try_send().await.is_ok())
            .await;
    });
}
