use std::path::PathBuf;

use serde::Deserialize;
use waggle_core::config::{Invalid, Validate, within};
use waggle_task_queue::model::NewToken;

/// `[auth]`: who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Ask for a token even where none is known yet: for tokens that are kept in Redis alone. Default false.
    pub required: bool,
    /// Tokens, as `waggle token new` prints them. Default none.
    pub tokens: Vec<NewToken>,
    /// A file with more `[[auth.tokens]]`, such as a mounted secret. Default empty: none.
    pub tokens_file: PathBuf,
    /// Wrong tokens that may come from one address within a minute; more are answered with 429. Default 30.
    pub failures_per_minute: u32,
    /// Requests a second of each token; more are answered with 429. Default 0: any number.
    pub requests_per_s: u32,
}

/// `[metrics]`: who may read the metrics.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// `GET /metrics` asks for no token. Default false: one with the scope `operate`, where tokens are asked for.
    pub open: bool,
}

/// What may stand in the file of tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TokensFile {
    auth: Listed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Listed {
    tokens: Vec<NewToken>,
}

impl AuthConfig {
    /// Tokens that the settings may hold.
    pub const MAX_TOKENS: usize = 10_000;
    /// Most wrong tokens a minute anybody may allow.
    pub const MAX_FAILURES: u32 = 100_000;
    /// Most requests a second that can be counted.
    pub const MAX_REQUESTS: u32 = 1_000_000;
}

impl TokensFile {
    pub(super) fn into_tokens(self) -> Vec<NewToken> {
        self.auth.tokens
    }
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            required: false,
            tokens: Vec::new(),
            tokens_file: PathBuf::new(),
            failures_per_minute: 30,
            requests_per_s: 0,
        }
    }
}

impl Validate for AuthConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("failures_per_minute", self.failures_per_minute, 1..=Self::MAX_FAILURES)?;
        within("requests_per_s", self.requests_per_s, 0..=Self::MAX_REQUESTS)?;
        check_tokens(&self.tokens).map_err(|problem| Invalid::new("tokens", problem))
    }
}

impl Validate for TokensFile {
    fn validate(&self) -> Result<(), Invalid> {
        check_tokens(&self.auth.tokens).map_err(|problem| Invalid::new("auth.tokens", problem))
    }
}

/// Whether tokens can be told apart and used.
pub(super) fn check_tokens(tokens: &[NewToken]) -> Result<(), String> {
    if tokens.len() > AuthConfig::MAX_TOKENS {
        return Err(format!("must be {} at most", AuthConfig::MAX_TOKENS));
    }
    for (at, token) in tokens.iter().enumerate() {
        if let Err(invalid) = token.check() {
            let problem = invalid.errors.first().map(|error| format!("{}: {}", error.pointer, error.detail));
            return Err(format!("cannot be used: {}, of {}", problem.unwrap_or_default(), token.name));
        }
        if tokens[..at].iter().any(|other| other.name == token.name || other.sha256 == token.sha256) {
            return Err(format!(
                "must differ in names and in sha256: there is another one like {}",
                token.name
            ));
        }
    }
    Ok(())
}
