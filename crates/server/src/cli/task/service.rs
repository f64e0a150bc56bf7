//! The service as one command of `waggle task` sees it.

use std::time::Duration;

use bytes::Bytes;

use crate::cli::client::{Call, CallError, Client, ConnectArgs};

/// How long a call is sent again: a person waits for it.
const PATIENCE: Duration = Duration::from_secs(3);

/// A client that gives up as early as a person would.
pub(super) struct Service(Client);

impl Service {
    /// The service the flags name.
    ///
    /// # Errors
    /// When the address is not one this client can speak to.
    pub(super) fn open(args: &ConnectArgs) -> anyhow::Result<Self> {
        Client::new(args).map(Self)
    }

    /// The body of the answer to `call`.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached.
    pub(super) async fn call(&self, call: &Call) -> Result<Bytes, CallError> {
        let answer = self.0.call(call, PATIENCE, |body| Ok(body.clone())).await?;
        Ok(answer.value)
    }
}
