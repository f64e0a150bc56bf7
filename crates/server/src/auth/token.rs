use governor::clock::DefaultClock;
use tokio_util::sync::CancellationToken;
use waggle_task_queue::model::{AgentName, NewToken, Scopes, Stamp, TokenDigest};

use super::rate::Rate;

/// Where a token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The settings; it stays until they change and the service starts again.
    Configuration,
    /// Redis: made and revoked while the service runs.
    Redis,
    /// The service itself, for its own requests; nobody else ever sees it.
    Own,
}

/// A token that is valid, or was a moment ago.
#[derive(Debug)]
pub(crate) struct Token {
    said: NewToken,
    writer: AgentName,
    origin: Origin,
    rate: Option<Rate>,
    gone: CancellationToken,
}

impl Token {
    pub(super) fn new(said: NewToken, origin: Origin, per_second: u32) -> Self {
        // One alphabet for all names.
        let writer = said.agent.clone().unwrap_or_else(|| said.name.as_agent());
        Self {
            said,
            writer,
            origin,
            rate: Rate::of(per_second, DefaultClock::default()),
            gone: CancellationToken::new(),
        }
    }

    /// What it was made of.
    pub(crate) fn said(&self) -> &NewToken {
        &self.said
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// Whose its changes of the state are: its agent's, else its own name.
    pub(crate) fn writer(&self) -> &AgentName {
        &self.writer
    }

    pub(crate) fn scopes(&self) -> Scopes {
        self.said.scopes
    }

    /// The agent it acts as, where it is bound to one.
    pub(crate) fn agent(&self) -> Option<&AgentName> {
        self.said.agent.as_ref()
    }

    /// Whether it is bound to swarms.
    pub(crate) fn is_bound(&self) -> bool {
        !self.said.swarms.is_empty()
    }

    /// Whether it may reach this swarm at all.
    pub(crate) fn reaches(&self, swarm: &str) -> bool {
        !self.is_bound() || self.said.swarms.iter().any(|bound| bound.as_str() == swarm)
    }

    /// What stands for it where something is remembered of its owner: two tokens of the same name are two.
    pub(crate) fn id(&self) -> String {
        self.said.sha256.0[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What it is known by.
    pub(super) fn digest(&self) -> &TokenDigest {
        &self.said.sha256
    }

    pub(super) fn expires_at(&self) -> Option<Stamp> {
        self.said.expires_at
    }

    pub(super) fn rate(&self) -> Option<&Rate> {
        self.rate.as_ref()
    }

    /// It is not valid any more: what its owner waits for ends now.
    pub(super) fn revoke(&self) {
        self.gone.cancel();
    }

    /// Ends when the token does.
    pub(crate) fn gone(&self) -> &CancellationToken {
        &self.gone
    }
}
