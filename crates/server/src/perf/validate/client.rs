//! HTTP as an honest client speaks it: each call has a deadline, and is sent again as long as that does no harm.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_rustls::rustls::ClientConfig;
use uuid::Uuid;
use waggle_core::backoff::Backoff;

use super::Broken;
use crate::tls::http_client;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one try may take, apart from what the service was asked to wait.
const TRY: Duration = Duration::from_secs(10);
/// How long a call is sent again after it first failed.
const PATIENCE: Duration = Duration::from_secs(10);
/// Waits between tries. Sooner than the service asks for: how soon it is back is what is measured.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// Characters of an answer that are shown.
const SHOWN: usize = 200;

/// A service as its clients see it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Arc<str>,
    authorization: Option<HeaderValue>,
}

/// A request that can be sent again.
#[derive(Debug, Clone)]
pub(super) struct Request {
    method: Method,
    path: String,
    body: Option<Bytes>,
    key: Option<String>,
    timeout: Duration,
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

impl Client {
    /// A client for the service at `base`, such as `http://127.0.0.1:8700`, over `tls` where that begins with `https`,
    /// with an `Authorization` where one is needed.
    ///
    /// # Errors
    /// When the HTTP client cannot start.
    pub(crate) fn new(
        base: &str,
        tls: ClientConfig,
        authorization: Option<HeaderValue>,
    ) -> Result<Self, Broken> {
        let http = http_client(tls)
            .user_agent(concat!("waggle-validate/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .pool_max_idle_per_host(usize::MAX)
            .tcp_nodelay(true)
            .no_proxy()
            .build()
            .map_err(|error| Broken::new(format!("the HTTP client cannot start: {error}")))?;
        Ok(Self { http, base: base.trim_end_matches('/').into(), authorization })
    }

    /// Sends once.
    ///
    /// # Errors
    /// When no answer comes.
    pub(super) async fn attempt(&self, request: &Request) -> Result<Answer, Broken> {
        let url = format!("{}{}", self.base, request.path);
        let lost = |error: reqwest::Error| Broken::new(format!("{} did not answer: {error}", request.path));
        let mut sent = self.http.request(request.method.clone(), url).timeout(request.timeout);
        if let Some(body) = &request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        if let Some(key) = &request.key {
            sent = sent.header("idempotency-key", key);
        }
        if let Some(authorization) = &self.authorization {
            sent = sent.header(AUTHORIZATION, authorization);
        }
        let answer = sent.send().await.map_err(lost)?;
        let status = answer.status().as_u16();
        Ok(Answer { status, body: answer.bytes().await.map_err(lost)? })
    }

    /// Sends until the answer is not a fault of the service.
    ///
    /// # Errors
    /// The last failure when patience has ended.
    pub(super) async fn ask(&self, request: &Request) -> Result<Answer, Broken> {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        let mut ends = None;
        loop {
            let failure = match self.attempt(request).await {
                Ok(answer) if !answer.is_fault() => return Ok(answer),
                Ok(answer) => answer.refusal(request),
                Err(lost) => lost,
            };
            let ends = *ends.get_or_insert_with(|| Instant::now() + PATIENCE);
            let pause = backoff.next_delay();
            if Instant::now() + pause > ends {
                return Err(failure);
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// The JSON of a 2xx answer.
    ///
    /// # Errors
    /// As [`ask`](Self::ask), and for every other answer.
    pub(super) async fn json<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Broken> {
        let answer = self.done(request).await?;
        serde_json::from_slice(&answer.body).map_err(|error| {
            Broken::new(format!("{}: the answer is not one of a Waggle service: {error}", request.path))
        })
    }

    /// A 2xx answer.
    ///
    /// # Errors
    /// As [`ask`](Self::ask), and for every other answer.
    pub(super) async fn done(&self, request: &Request) -> Result<Answer, Broken> {
        let answer = self.ask(request).await?;
        if answer.is_done() { Ok(answer) } else { Err(answer.refusal(request)) }
    }
}

impl Request {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into())
    }

    pub(super) fn put(path: impl Into<String>, body: &impl Serialize) -> Result<Self, Broken> {
        Self::new(Method::PUT, path.into()).json(body)
    }

    /// Claims carry an id, settlements a lease, and everything else a key: all of them may arrive twice.
    pub(super) fn post(path: impl Into<String>, body: &impl Serialize) -> Result<Self, Broken> {
        Self::new(Method::POST, path.into()).json(body)
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path.into())
    }

    /// Any method and body, for requests that are wrong on purpose.
    pub(super) fn raw(method: Method, path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { body: Some(body.into()), ..Self::new(method, path.into()) }
    }

    /// With an idempotency key of its own.
    pub(super) fn keyed(self) -> Self {
        Self { key: Some(Uuid::now_v7().to_string()), ..self }
    }

    /// The same with another body, and under the same key.
    pub(super) fn with_body(self, body: &'static str) -> Self {
        Self { body: Some(Bytes::from_static(body.as_bytes())), ..self }
    }

    /// The service may hold it back for so long.
    pub(super) fn waiting(self, wait: Duration) -> Self {
        Self { timeout: TRY + wait, ..self }
    }

    fn new(method: Method, path: String) -> Self {
        Self { method, path, body: None, key: None, timeout: TRY }
    }

    fn json(self, body: &impl Serialize) -> Result<Self, Broken> {
        let text = serde_json::to_vec(body).map_err(|error| Broken::new(error.to_string()))?;
        Ok(Self { body: Some(text.into()), ..self })
    }
}

impl Answer {
    pub(super) const fn is_done(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Not what the client asked for is wrong, but the service or the moment.
    pub(super) const fn is_fault(&self) -> bool {
        self.status >= 500 || self.status == 429 || self.status == 408
    }

    fn refusal(&self, request: &Request) -> Broken {
        let text: String = String::from_utf8_lossy(&self.body).chars().take(SHOWN).collect();
        Broken::new(format!("{} {} was answered with {}: {text}", request.method, request.path, self.status))
    }
}
