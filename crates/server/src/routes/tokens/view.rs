use serde::Serialize;
use waggle_task_queue::model::{
    AgentName, NewToken, Scope, Scopes, Stamp, StoredToken, SwarmName, TokenName,
};

/// A token as it is told of: nothing that leads to the secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenView {
    /// What it is called.
    pub(super) name: TokenName,
    /// What its owner may do.
    #[schema(value_type = Vec<Scope>)]
    scopes: Scopes,
    /// Swarms it is bound to; empty: all of them.
    swarms: Vec<SwarmName>,
    /// The agent that it acts as; null: any.
    agent: Option<AgentName>,
    /// When it ends; null: never.
    expires_at: Option<Stamp>,
    /// When it was stored; null for one of the settings.
    created_at: Option<Stamp>,
    /// Where it is kept.
    source: Source,
}

/// Where a token is kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// In the settings of the server that was asked.
    Configuration,
    /// In Redis, for all servers.
    Redis,
}

impl From<NewToken> for TokenView {
    /// Of the settings.
    fn from(token: NewToken) -> Self {
        let NewToken { name, scopes, swarms, agent, expires_at, .. } = token;
        Self { name, scopes, swarms, agent, expires_at, created_at: None, source: Source::Configuration }
    }
}

impl From<StoredToken> for TokenView {
    fn from(stored: StoredToken) -> Self {
        Self { created_at: Some(stored.created_at), source: Source::Redis, ..stored.token.into() }
    }
}
