use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer};

use super::support::{Received, Receiver, alert, config, node, webhook};
use super::{Target, WAITING, Webhook, tls};
use crate::config::WebhookConfig;

/// Enough for what is on its way to arrive.
const GRACE: Duration = Duration::from_secs(20);

fn answer(status: u16) -> Option<Response> {
    Some(StatusCode::from_u16(status).unwrap().into_response())
}

/// What `attempts` of one alert see of a receiver that answers request `n` with `answer(n)`.
async fn received(answer: impl Fn(usize) -> Option<Response> + Send + Sync + 'static) -> Vec<Received> {
    let receiver = Receiver::start(answer).await;
    let webhook = webhook(&config(&receiver.url));
    webhook.send(&alert(1.0));
    webhook.close(GRACE).await;
    receiver.received()
}

#[tokio::test]
async fn an_alert_arrives_signed_as_the_specification_says() {
    let requests = received(|_| answer(204)).await;
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert!(request.is_signed());
    assert_eq!(request.path, "/hook?token=t");
    assert_eq!(request.header("content-type"), "application/json");
    assert!(request.header("webhook-id").starts_with("msg_"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(now - request.header("webhook-timestamp").parse::<u64>().unwrap() < 60);
    assert_eq!(
        request.json(),
        json!({
            "type": "alert.firing",
            "timestamp": "2023-11-14T22:13:20.007Z",
            "data": {
                "name": "queue_stalled", "severity": "warning", "state": "firing", "since": "2023-11-14T22:13:20.007Z",
                "value": 1.0, "threshold": 30_000.0, "message": "a task of queue \"<q>\" waits", "node": "blue",
            },
        })
    );
}

/// Fault: webhook-fails
#[tokio::test]
async fn a_receiver_that_fails_is_tried_again_with_the_same_id_and_body_until_it_takes_the_alert() {
    let requests = received(|n| answer(if n < 2 { 500 } else { 200 })).await;
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(Received::is_signed));
    for request in &requests[1..] {
        assert_eq!(request.header("webhook-id"), requests[0].header("webhook-id"));
        assert_eq!(request.body, requests[0].body);
    }
}

/// Fault: webhook-fails
#[tokio::test]
async fn attempts_come_to_an_end() {
    assert_eq!(received(|_| answer(503)).await.len(), 3);
}

/// Fault: webhook-fails
#[tokio::test]
async fn an_attempt_that_is_never_answered_ends_and_the_next_alert_goes_out() {
    let receiver = Receiver::start(|n| if n < 2 { None } else { answer(200) }).await;
    let webhook = webhook(&WebhookConfig { timeout_ms: 150, attempts: 2, ..config(&receiver.url) });
    webhook.send(&alert(1.0));
    webhook.send(&alert(2.0));
    let requests = receiver.until(3).await;
    assert!(requests[1].at - requests[0].at >= Duration::from_millis(150));
    let values: Vec<_> = requests.iter().map(|request| request.json()["data"]["value"].clone()).collect();
    assert_eq!(values, [1.0, 1.0, 2.0]);
}

/// Fault: webhook-fails
#[tokio::test]
async fn a_receiver_says_when_it_wants_to_be_asked_again() {
    let later = |_| Some((StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")]).into_response());
    let requests = received(move |n| if n == 0 { later(n) } else { answer(200) }).await;
    assert_eq!(requests.len(), 2);
    assert!(requests[1].at - requests[0].at >= Duration::from_secs(1));
}

/// Fault: webhook-fails
#[tokio::test]
async fn an_answer_that_blames_the_request_ends_the_attempts() {
    for status in [400, 401, 404, 422] {
        assert_eq!(received(move |_| answer(status)).await.len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_gets_nothing_more() {
    let receiver = Receiver::start(|_| answer(410)).await;
    let webhook = webhook(&config(&receiver.url));
    webhook.send(&alert(1.0));
    webhook.send(&alert(2.0));
    receiver.until(1).await;
    webhook.send(&alert(3.0));
    webhook.close(GRACE).await;
    assert_eq!(receiver.received().len(), 1);
}

/// Fault: webhook-into-the-private
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let canary = Receiver::start(|_| answer(200)).await;
    let to = canary.url.clone();
    let requests =
        received(move |_| Some((StatusCode::TEMPORARY_REDIRECT, [("location", to.clone())]).into_response()))
            .await;
    assert_eq!(requests.len(), 1);
    assert!(canary.received().is_empty());
}

/// Fault: webhook-fails
#[tokio::test]
async fn the_body_of_an_answer_is_not_read_however_long_it_is() {
    let endless = |_| {
        let chunks = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1_024]));
        Some(Response::new(Body::from_stream(chunks)))
    };
    assert_eq!(received(endless).await.len(), 1);
}

/// Fault: webhook-fails
#[tokio::test]
async fn a_head_that_does_not_end_is_no_answer() {
    use tokio::io::AsyncWriteExt as _;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let webhook = webhook(&WebhookConfig { attempts: 1, ..config(&url) });
    webhook.send(&alert(1.0));
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut sent = 0;
    while stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await.is_ok() && sent < 64 {
        sent += usize::from(stream.write_all(&[b'x'; 64 * 1_024]).await.is_ok());
    }
    assert!(sent < 64, "it hung up");
    webhook.close(GRACE).await;
}

/// Fault: webhook-into-the-private
#[tokio::test]
async fn a_name_that_leads_into_a_private_network_is_refused_and_nothing_is_connected_to() {
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = canary.local_addr().unwrap().port();
    for (scheme, allow) in [("https", None), ("http", Some("10.0.0.0/8"))] {
        let allow = allow.into_iter().map(|net: &str| net.parse().unwrap()).collect();
        let url = format!("{scheme}://localhost:{port}/");
        let webhook = webhook(&WebhookConfig { allow, ..config(&url) });
        webhook.send(&alert(1.0));
        webhook.close(GRACE).await;
    }
    // Whatever had connected would be in the listener's backlog by now.
    let accepted = futures_util::FutureExt::now_or_never(canary.accept());
    assert!(accepted.is_none(), "{accepted:?}");
}

#[tokio::test]
async fn a_name_that_leads_into_a_network_that_is_allowed_is_reached() {
    let receiver = Receiver::start(|_| answer(200)).await;
    let webhook = webhook(&config(&receiver.url.replace("127.0.0.1", "localhost")));
    webhook.send(&alert(1.0));
    webhook.close(GRACE).await;
    assert_eq!(receiver.received().len(), 1);
}

/// Fault: webhook-fails
#[tokio::test]
async fn what_waits_is_bounded_and_the_oldest_has_to_go() {
    let receiver = Receiver::start(|_| None).await;
    let webhook = webhook(&WebhookConfig { timeout_ms: 60_000, ..config(&receiver.url) });
    webhook.send(&alert(0.0));
    receiver.until(1).await;
    for value in 1..1_000_u32 {
        webhook.send(&alert(f64::from(value)));
    }
    let waiting = webhook.waiting();
    assert_eq!(waiting.len(), WAITING);
    let oldest: serde_json::Value = serde_json::from_slice(&waiting[0].body).unwrap();
    assert_eq!(oldest["data"]["value"], 900.0);
}

#[tokio::test]
async fn a_service_that_stops_does_not_wait_longer_than_its_grace() {
    let receiver = Receiver::start(|_| None).await;
    let webhook = webhook(&config(&receiver.url));
    webhook.send(&alert(1.0));
    receiver.until(1).await;
    let start = std::time::Instant::now();
    webhook.close(Duration::from_millis(100)).await;
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

/// A receiver behind TLS, with a certificate for `localhost`, and the authority that it comes from.
async fn tls_receiver() -> (String, RootCertStore, Arc<std::sync::atomic::AtomicUsize>) {
    let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let certificate =
        CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(root.der().clone()).unwrap();
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let (url, taken) = serve_tls(server).await;
    (url, roots, taken)
}

/// Answers 200 to whatever comes over TLS, and counts it.
async fn serve_tls(server: ServerConfig) -> (String, Arc<std::sync::atomic::AtomicUsize>) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(server));
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut bytes = [0; 4_096];
            if stream
                .read(&mut bytes)
                .await
                .is_ok_and(|read| bytes[..read].starts_with(b"POST / HTTP/1.1\r\n"))
            {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            }
        }
    });
    (url, taken)
}

#[tokio::test]
async fn https_is_spoken_with_receivers_whose_certificate_is_trusted_and_with_no_other() {
    let (url, roots, taken) = tls_receiver().await;
    for (roots, expected) in [(RootCertStore::empty(), 0), (roots, 1)] {
        let config = WebhookConfig { attempts: 1, ..config(&url) };
        let target = Target::new(&config).unwrap().unwrap();
        let tls = Some(tls::trusting(roots));
        let webhook = Webhook::with(&config, target, tls, node(), Duration::from_millis(20));
        webhook.send(&alert(1.0));
        webhook.close(GRACE).await;
        assert_eq!(taken.load(std::sync::atomic::Ordering::SeqCst), expected);
    }
}
