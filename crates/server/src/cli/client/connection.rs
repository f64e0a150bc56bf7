//! Sending calls.

use std::{error::Error as _, time::Duration};

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderValue;
use reqwest::{Response, Url, header, redirect};
use waggle_task_queue::model::SwarmName;

use super::{
    Answer, Call, CallError, ConnectArgs, Problem, args::address, call::About, patience::Patience,
    token::authorization,
};
use crate::tls::http_client;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an unused connection is kept: less than a service keeps it, so that few are found dead.
const IDLE: Duration = Duration::from_secs(15);
/// Bytes an answer may have; a page of a hundred tasks with the largest payloads has more.
const ANSWER_BYTES: usize = 64 * 1_024 * 1_024;
const TOO_LONG: &str = "it took too long";
/// Behind what a service did not answer to: one that asks for a certificate just closes the connection.
const ASKS_FOR_ONE: &str = "; if it asks for a certificate, show one with --client-cert and --client-key";

/// A service, one of its swarms, and the right to speak to it.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: Url,
    swarm: SwarmName,
    token: Option<HeaderValue>,
    /// Over TLS, and no certificate is shown.
    is_nameless: bool,
}

impl Client {
    /// A client for what the flags name, with the token from `--token-file` or `WAGGLE_TOKEN`. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is not one this client can speak to.
    pub(crate) fn new(args: &ConnectArgs) -> anyhow::Result<Self> {
        let url = address(&args.service.url)?;
        let http = http_client(args.service.tls.of(&url)?)
            .user_agent(concat!("waggle/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true)
            .build()
            .context("the HTTP client cannot start")?;
        let token = authorization(args.service.token_file.as_deref())?;
        let is_nameless = url.scheme() == "https" && args.service.tls.client_cert.is_none();
        Ok(Self { http, url, swarm: args.swarm.clone(), token, is_nameless })
    }

    /// Sends `call` and understands its answer through `read`, again and again for up to `patience`
    /// after the first failure, as far as repeating it is harmless. What `read` reports counts as a
    /// failure of the call.
    ///
    /// # Errors
    /// The last failure.
    pub(crate) async fn call<T>(
        &self,
        call: &Call,
        patience: Duration,
        read: impl Fn(&Bytes) -> Result<T, CallError>,
    ) -> Result<Answer<T>, CallError> {
        let mut patience = Patience::new(patience);
        let mut tries = 1;
        loop {
            match self.send(call).await.and_then(|body| read(&body)) {
                Ok(value) => return Ok(Answer { value, tries }),
                Err(error) => match patience.after(&error, call) {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => return Err(error),
                },
            }
            tries += 1;
        }
    }

    /// Sends `call` once.
    ///
    /// # Errors
    /// Whatever kept it from a 2xx answer.
    pub(crate) async fn send(&self, call: &Call) -> Result<Bytes, CallError> {
        let request = self.request(call).timeout(call.timeout);
        self.read(self.accepted(request).await?).await
    }

    /// Sends `call` once and reads nothing of a 2xx answer yet: for one that may take for ever.
    ///
    /// # Errors
    /// Whatever kept it from a 2xx answer.
    pub(crate) async fn open(&self, call: &Call) -> Result<Response, CallError> {
        let answer = tokio::time::timeout(call.timeout, self.accepted(self.request(call)));
        answer.await.unwrap_or_else(|_| {
            Err(CallError::NoAnswer { url: self.url().to_owned(), detail: TOO_LONG.to_owned() })
        })
    }

    /// The next bytes of an answer that was [opened](Self::open), none at its end.
    ///
    /// # Errors
    /// When the connection breaks, or nothing comes for `silence`.
    pub(crate) async fn chunk(
        &self,
        from: &mut Response,
        silence: Duration,
    ) -> Result<Option<Bytes>, CallError> {
        match tokio::time::timeout(silence, from.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| self.lost(&error)),
            Err(_) => Err(CallError::NoAnswer { url: self.url().to_owned(), detail: TOO_LONG.to_owned() }),
        }
    }

    /// Sends `call` with a body that is read while it is sent.
    ///
    /// # Errors
    /// Whatever kept it from a 2xx answer; it may have been applied.
    pub(crate) async fn upload(
        &self,
        call: &Call,
        body: reqwest::Body,
        limit: Duration,
    ) -> Result<Bytes, CallError> {
        let request = self.request(call).body(body).timeout(limit);
        self.read(self.accepted(request).await?).await
    }

    /// Where the service is, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The swarm that is meant.
    pub(crate) fn swarm(&self) -> &SwarmName {
        &self.swarm
    }

    fn request(&self, call: &Call) -> reqwest::RequestBuilder {
        let mut url = self.url.clone();
        let below = self.url.path().trim_end_matches('/');
        url.set_path(&match call.about {
            About::Swarm => format!("{below}/v1/swarms/{}{}", self.swarm, call.path),
            About::AllSwarms => format!("{below}/v1/swarms{}", call.path),
            About::Service => format!("{below}{}", call.path),
        });
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = self.http.request(call.method.clone(), url);
        if let Some(body) = &call.body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, token.clone());
        }
        request
    }

    /// The answer, as long as it is a 2xx.
    async fn accepted(&self, request: reqwest::RequestBuilder) -> Result<Response, CallError> {
        let response = request.send().await.map_err(|error| self.unanswered(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let retry_after = retry_after(&response);
        Err(refusal(status.as_u16(), retry_after, &self.read(response).await?))
    }

    async fn read(&self, mut response: Response) -> Result<Bytes, CallError> {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.lost(&error))? {
            if body.len() + chunk.len() > ANSWER_BYTES {
                return Err(CallError::Garbled {
                    detail: format!("more than {ANSWER_BYTES} bytes: ask for less"),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    fn unanswered(&self, error: &reqwest::Error) -> CallError {
        match self.lost(error) {
            CallError::NoAnswer { url, detail } if self.is_nameless && !error.is_timeout() => {
                CallError::NoAnswer { url, detail: detail + ASKS_FOR_ONE }
            }
            lost => lost,
        }
    }

    fn lost(&self, error: &reqwest::Error) -> CallError {
        let (url, detail) = (self.url().to_owned(), innermost(error));
        if error.is_connect() {
            CallError::Unreachable { url, detail }
        } else {
            CallError::NoAnswer { url, detail }
        }
    }
}

fn refusal(status: u16, retry_after: Option<Duration>, body: &[u8]) -> CallError {
    let mut problem: Problem = serde_json::from_slice(body).unwrap_or_default();
    if problem.status != status {
        problem = Problem::bare(status);
    }
    problem.retry_no_earlier_than(retry_after);
    CallError::Refused(Box::new(problem))
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What the operating system said, without the layers around it.
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return TOO_LONG.to_owned();
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = inner.to_string();
        source = inner.source();
    }
    text
}
