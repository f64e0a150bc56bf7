use std::sync::{Arc, LazyLock};

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use waggle_tests::{Authority, Service, Setup, World, in_a_swarm_of, until_some};

use super::support::{Secure, is_refused, rest};

static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);
static SERVICE: LazyLock<Arc<Service>> =
    LazyLock::new(|| Service::start(Setup::private().with_tls(&AUTHORITY)));

fn over_tls(test: impl AsyncFnOnce(World)) {
    in_a_swarm_of(&SERVICE, test);
}

#[test]
fn a_tasks_whole_life_passes_over_tls_and_a_poll_waits_there() {
    over_tls(async |w| {
        assert!(w.service().base().starts_with("https://"));
        let claim = w.claim_one("a1");
        let submit = async { w.submit_id(json!({ "payload": "x".repeat(300_000) })).await };
        let (held, id) = tokio::join!(claim, submit);
        assert_eq!(held.id, id);
        w.complete(&held, json!({ "answer": "y".repeat(300_000) })).await.ok();
        assert_eq!(w.task(&id).await["result"]["answer"].as_str().unwrap().len(), 300_000);
        let log = w.service().log();
        assert!(log.contains(&format!("address={}", w.service().base())), "{log}");
    });
}

#[test]
fn tls_1_2_and_1_3_are_spoken_and_http_1_and_2_are_agreed_on() {
    over_tls(async |w| {
        for version in [&TLS12, &TLS13] {
            for protocol in ["h2", "http/1.1"] {
                let mut config = AUTHORITY.trusted_with(&[version]);
                config.alpn_protocols = vec![protocol.into()];
                let mut connection = Secure::connect(&w.service().address(), &Arc::new(config)).await;
                assert_eq!(connection.protocol(), Some(protocol.as_bytes()));
                if protocol == "h2" {
                    assert_eq!(
                        get_by_http2(&mut connection).await,
                        0x88,
                        "`:status: 200` of the static table"
                    );
                } else {
                    assert_eq!(connection.get("/health/live", "").await, 200);
                }
            }
        }
    });
}

#[test]
fn tls_1_1_is_refused_and_so_is_a_client_that_trusts_somebody_else() {
    over_tls(async |w| {
        let mut stream = TcpStream::connect(w.service().address()).await.unwrap();
        stream.write_all(&hello_of_tls_1_1()).await.unwrap();
        let said = rest(&mut stream).await;
        assert_eq!((said[0], said[5]), (21, 2), "a fatal alert: {said:?}");
        assert!(is_refused(&w.service().address(), Authority::new().trusted()).await);
    });
}

#[test]
fn plain_http_on_a_port_of_tls_is_not_answered() {
    over_tls(async |w| {
        let mut stream = TcpStream::connect(w.service().address()).await.unwrap();
        stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let said = rest(&mut stream).await;
        assert!(!said.windows(4).any(|bytes| bytes == b"HTTP"), "{}", String::from_utf8_lossy(&said));
    });
}

#[test]
fn a_service_validates_itself_over_its_own_tls() {
    over_tls(async |w| {
        let asked =
            w.client().post("/perf/validate").json(json!({ "quick": true, "tests": ["compression"] }));
        let id = asked.send().await.expect(202)["id"].as_str().unwrap().to_owned();
        let ended = until_some("the validation ends", std::time::Duration::from_secs(60), async || {
            let run = w.client().get(&format!("/perf/validate/{id}")).send().await.ok();
            (run["status"] != "running").then_some(run)
        });
        let run = ended.await;
        assert_eq!((&run["status"], &run["error"]), (&json!("finished"), &json!(null)), "{run}");
    });
}

/// The first byte of the headers that answer a GET: with HTTP/2, and without a library for it.
async fn get_by_http2(connection: &mut Secure) -> u8 {
    const HEADERS: u8 = 1;
    let path = "/health/live";
    let mut block = vec![0x82, 0x87, 0x04, u8::try_from(path.len()).unwrap()];
    block.extend(path.bytes());
    block.extend([0x01, 9]);
    block.extend(b"localhost");
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    sent.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    sent.extend([0, 0, u8::try_from(block.len()).unwrap(), HEADERS, 0x05, 0, 0, 0, 1]);
    sent.extend(block);
    connection.send(sent).await;
    loop {
        let head = connection.exactly(9).await;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let payload = connection.exactly(usize::try_from(length).unwrap()).await;
        if head[3] == HEADERS {
            return payload[0];
        }
    }
}

/// A `ClientHello` of a client that knows nothing newer.
fn hello_of_tls_1_1() -> Vec<u8> {
    let mut hello = vec![3, 2];
    hello.extend([7; 32]);
    hello.push(0);
    hello.extend([0, 4, 0xc0, 0x13, 0, 0x2f]);
    hello.extend([1, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut sent = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    sent.extend(hello);
    sent
}
