//! One call of the API, before it is sent.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use serde::Serialize;

/// How long one try may take, apart from what the service was asked to wait.
const TRY: Duration = Duration::from_secs(10);

/// A request that can be sent again.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(super) method: Method,
    /// Below `about`.
    pub(super) path: String,
    pub(super) about: About,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Bytes>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) timeout: Duration,
    pub(super) repeatable: bool,
}

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A swarm: below `/v1/swarms/{swarm}`.
    Swarm,
    /// No single one: below `/v1/swarms`.
    AllSwarms,
    /// The service itself: below its address.
    Service,
}

impl Call {
    /// Reads `path` of the swarm.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into())
    }

    /// Posts to `path` of the swarm. Every POST of the API but those named in [`Call::once`] may be
    /// sent again after a lost answer: a lease token, a claim id or an idempotency key makes it harmless.
    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path.into())
    }

    /// Puts something at `path` of the swarm. Sent again after a lost answer, as a PUT may be.
    pub(crate) fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path.into())
    }

    /// Changes a part of what is at `path` of the swarm.
    pub(crate) fn patch(path: impl Into<String>) -> Self {
        Self::new(Method::PATCH, path.into())
    }

    /// Deletes `path` of the swarm.
    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path.into())
    }

    /// About all swarms: the path lies below `/v1/swarms`.
    pub(crate) fn of_all_swarms(mut self) -> Self {
        self.about = About::AllSwarms;
        self
    }

    /// About the service itself: the path begins at its address.
    pub(crate) fn of_the_service(mut self) -> Self {
        self.about = About::Service;
        self
    }

    /// With `body` as JSON.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub(crate) fn json(mut self, body: &impl Serialize) -> serde_json::Result<Self> {
        self.body = Some(serde_json::to_vec(body)?.into());
        Ok(self)
    }

    /// With a query parameter, where there is a value.
    pub(crate) fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// With an `Idempotency-Key`: the service applies the call once, however often it arrives.
    pub(crate) fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.headers.push(("idempotency-key", key.into()));
        self
    }

    /// With a header, where there is a value.
    pub(crate) fn header(mut self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        self.headers.extend(value.map(|value| (name, value.into())));
        self
    }

    /// For a call that the service may hold back for `wait`.
    pub(crate) fn waiting(mut self, wait: Duration) -> Self {
        self.timeout = TRY + wait;
        self
    }

    /// No try of this call takes longer than `limit`.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.timeout = self.timeout.min(limit);
        self
    }

    /// Sent again only when it was certainly not applied, because a second application would be
    /// answered as an error: `retry` finds the task ready already.
    pub(crate) fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }

    fn new(method: Method, path: String) -> Self {
        Self {
            method,
            path,
            about: About::Swarm,
            query: Vec::new(),
            body: None,
            headers: Vec::new(),
            timeout: TRY,
            repeatable: true,
        }
    }
}
