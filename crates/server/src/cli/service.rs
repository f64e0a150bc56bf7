//! The service as one command sees it.

use std::time::Duration;

use bytes::Bytes;

use crate::cli::client::{Call, CallError, Client, ConnectArgs};

/// How long a call is sent again: a person waits for it.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a call is sent again by a command that follows something: longer than a service takes to start anew.
const LASTING: Duration = Duration::from_secs(60);

/// A client that gives up as early as a person would.
pub(in crate::cli) struct Service(Client);

impl Service {
    /// The service the flags name.
    ///
    /// # Errors
    /// When the address is not one this client can speak to.
    pub(in crate::cli) fn open(args: &ConnectArgs) -> anyhow::Result<Self> {
        Client::new(args).map(Self)
    }

    /// The client alone, for calls that are not answered all at once.
    pub(in crate::cli) fn client(&self) -> &Client {
        &self.0
    }

    /// The body of the answer to `call`.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached.
    pub(in crate::cli) async fn call(&self, call: &Call) -> Result<Bytes, CallError> {
        self.call_for(call, PATIENCE).await
    }

    /// As [`call`](Self::call), for a command that is not given up as early.
    ///
    /// # Errors
    /// When the service refuses, or cannot be reached for a minute.
    pub(in crate::cli) async fn call_lasting(&self, call: &Call) -> Result<Bytes, CallError> {
        self.call_for(call, LASTING).await
    }

    async fn call_for(&self, call: &Call, patience: Duration) -> Result<Bytes, CallError> {
        let answer = self.0.call(call, patience, |body| Ok(body.clone())).await?;
        Ok(answer.value)
    }
}
