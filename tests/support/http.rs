//! A client that tells the three ways a call can end.

use std::net::IpAddr;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio_rustls::rustls::ClientConfig;

use crate::{assert_problem, http_client};

/// Longer than any answer may take: the longest long poll and what a stopped Redis adds.
const TIMEOUT: Duration = Duration::from_secs(75);

/// An HTTP client for one service.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Arc<str>,
    token: Option<Arc<str>>,
    tls: Option<Arc<ClientConfig>>,
}

/// A request that was not sent yet.
#[derive(Debug)]
#[must_use]
pub struct Request(RequestBuilder);

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
    /// The body as JSON; null where it is none.
    pub body: Value,
}

/// No answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The connection did not come about: nothing was sent.
    NotSent,
    /// The request was sent, or may have been.
    Unanswered,
}

impl Client {
    /// A client for the service at `base`, such as `http://127.0.0.1:8700`, with a connection for each request: one
    /// that was kept could turn out to be dead, and a request that is not answered would be no news about the service.
    pub fn new(base: &str) -> Self {
        Self::with(base, 0, None)
    }

    /// A client that keeps its connections, for a service that nobody breaks.
    pub fn keeping_alive(base: &str) -> Self {
        Self::with(base, usize::MAX, None)
    }

    /// The same service asked from another address of this machine, such as `127.0.0.2`: another client.
    #[must_use]
    pub fn from(&self, address: &str) -> Self {
        let http = builder(0, self.tls.as_deref()).local_address(address.parse::<IpAddr>().unwrap());
        Self { http: http.build().unwrap(), ..self.clone() }
    }

    fn with(base: &str, idle: usize, tls: Option<Arc<ClientConfig>>) -> Self {
        let http = builder(idle, tls.as_deref()).build().unwrap();
        Self { http, base: base.into(), token: None, tls }
    }

    /// The same over TLS, as whoever `tls` makes it.
    #[must_use]
    pub fn over(&self, tls: Option<Arc<ClientConfig>>) -> Self {
        Self { token: self.token.clone(), ..Self::with(&self.base, 0, tls) }
    }

    /// The same, showing a token, or none.
    #[must_use]
    pub fn showing<'a>(&self, token: impl Into<Option<&'a str>>) -> Self {
        Self { token: token.into().map(Arc::from), ..self.clone() }
    }

    /// Another service, asked with the same token.
    #[must_use]
    pub fn of(&self, base: &str) -> Self {
        Self { token: self.token.clone(), ..Self::with(base, 0, self.tls.clone()) }
    }

    /// The address given.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request with any method.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let request = self.http.request(method, format!("{}{path}", self.base));
        Request(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// `POST path`.
    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    /// `PUT path`.
    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    /// `DELETE path`.
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }
}

fn builder(idle: usize, tls: Option<&ClientConfig>) -> reqwest::ClientBuilder {
    http_client(tls).timeout(TIMEOUT).tcp_nodelay(true).pool_max_idle_per_host(idle)
}

impl Request {
    /// With a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With a JSON body.
    pub fn json(self, body: impl Into<Value>) -> Self {
        let body: Value = body.into();
        self.raw(body.to_string())
    }

    /// With a body that is said to be JSON.
    pub fn raw(self, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.header("content-type", "application/json").body(body))
    }

    /// With a body and nothing said about it.
    pub fn untyped(self, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.body(body))
    }

    /// Sends it.
    ///
    /// # Panics
    /// When no answer comes, at the place of the call.
    #[track_caller]
    pub fn send(self) -> impl Future<Output = Reply> {
        let caller = Location::caller();
        async move { self.try_send().await.unwrap_or_else(|lost| panic!("no answer at {caller}: {lost:?}")) }
    }

    /// Sends it.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn try_send(self) -> Result<Reply, Lost> {
        let lost = |error: reqwest::Error| if error.is_connect() { Lost::NotSent } else { Lost::Unanswered };
        let response = self.0.send().await.map_err(lost)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(|_| Lost::Unanswered)?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, headers, text, body })
    }
}

impl Reply {
    /// The body, after a look at the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// The body of a 200.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.expect(200)
    }

    /// The problem, after a look at its whole shape.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_problem(&self, status, code);
        self.body
    }

    /// A header's text; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
