use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{Request, Response, header};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::Target;
use super::connect::{Io, connect};
use super::message::Message;
use super::outcome::Outcome;

/// Bytes the head of an answer may have. Its body is never read: the status says all.
const HEAD_BYTES: usize = 16 * 1_024;
const USER_AGENT: &str = concat!("waggle/", env!("CARGO_PKG_VERSION"));

/// One attempt at `message`, over a connection of its own, at an end within `within`.
pub(super) async fn attempt(
    target: &Target,
    tls: Option<&TlsConnector>,
    message: &Message,
    within: Duration,
) -> Outcome {
    let exchange = async {
        let stream = connect(target, tls, within).await?;
        let request = request(target, message).map_err(|error| Outcome::Failed(error.to_string()))?;
        let unanswered = |error: hyper::Error| Outcome::Again(format!("no answer: {error}"), None);
        let response = send(stream, request).await.map_err(unanswered)?;
        Ok(Outcome::of(response.status(), response.headers()))
    };
    match timeout(within, exchange).await {
        Ok(Ok(outcome) | Err(outcome)) => outcome,
        Err(_) => Outcome::Again("no answer in time".to_owned(), None),
    }
}

/// The connection ends with the answer's head, whatever body follows it.
async fn send(
    stream: Box<dyn Io>,
    request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, hyper::Error> {
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(HEAD_BYTES).handshake(TokioIo::new(stream)).await?;
    let mut driven = JoinSet::new();
    driven.spawn(connection);
    sender.send_request(request).await
}

fn request(target: &Target, message: &Message) -> Result<Request<Full<Bytes>>, axum::http::Error> {
    // A clock before 1970 signs a time that every receiver refuses, and says so in its log.
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    Request::post(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", &message.id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", target.secret.sign(&message.id, timestamp, &message.body))
        .body(Full::new(message.body.clone()))
}
