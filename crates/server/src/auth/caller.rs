use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use waggle_task_queue::TaskQueue;
use waggle_task_queue::model::{AgentName, Scope, SwarmName, TokenDigest};

use super::Token;
use crate::problem::{Code, Problem};

/// Who makes a request: the owner of a token, or anybody where no token is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller(pub(super) Option<Arc<Token>>);

impl Caller {
    /// The agent that its token is bound to.
    pub(crate) fn agent(&self) -> Option<&AgentName> {
        self.0.as_deref().and_then(Token::agent)
    }

    /// Whoever is bound to an agent acts as no other.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn acts_as(&self, agent: &AgentName) -> Result<(), Problem> {
        match self.agent() {
            Some(own) if own != agent => Err(Problem::new(
                Code::Forbidden,
                format!("this token acts as the agent {own} and as no other: nothing was changed"),
            )
            .not_applied()),
            _ => Ok(()),
        }
    }

    /// Of a part of a request, such as an operation of a transaction.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn may(&self, scope: Scope) -> Result<(), Problem> {
        match &self.0 {
            Some(token) if !token.scopes().has(scope) => Err(Problem::beyond(scope.into())),
            _ => Ok(()),
        }
    }

    /// The queue as far as its owner reaches.
    pub(crate) fn on(&self, queue: &TaskQueue) -> TaskQueue {
        match &self.0 {
            Some(token) => queue.acting_as(token.agent(), token.writer()),
            None => queue.clone(),
        }
    }

    /// Stands for its token where something is remembered of its requests.
    pub(crate) fn id(&self) -> Option<String> {
        self.0.as_deref().map(Token::id)
    }

    /// Which token it is.
    pub(crate) fn digest(&self) -> Option<TokenDigest> {
        self.0.as_deref().map(|token| *token.digest())
    }

    /// The swarms it may see, where these are not all.
    pub(crate) fn swarms(&self) -> Option<&[SwarmName]> {
        self.0.as_deref().filter(|token| token.is_bound()).map(|token| token.said().swarms.as_slice())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl Caller {
    /// Of a request that was let in.
    pub(crate) fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_default()
    }
}
