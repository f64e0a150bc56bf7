//! How long a task waits before it is tried again.

use serde::{Deserialize, Serialize};

use super::invalid::Check;
use crate::limits::{BACKOFF_BASE_MS_DEFAULT, BACKOFF_LIST, BACKOFF_MAX_MS_DEFAULT, BACKOFF_MS_MAX};

/// How the waits grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackoffKind {
    /// `base_ms`, then doubled each time.
    #[default]
    Exponential,
    /// `n × base_ms` before the n-th retry.
    Linear,
    /// `base_ms` every time.
    Fixed,
    /// `delays_ms` one after the other, the last one repeated.
    List,
}

/// The wait before a retry. Default: exponential from 1 s to 60 s with jitter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Backoff {
    /// How the waits grow.
    pub kind: BackoffKind,
    /// First wait in milliseconds.
    pub base_ms: u64,
    /// Longest wait in milliseconds.
    pub max_ms: u64,
    /// Whether up to half of each wait is taken away at random, so that tasks that failed together do not return together.
    pub jitter: bool,
    /// The waits of kind `list`, in milliseconds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delays_ms: Vec<u64>,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            kind: BackoffKind::Exponential,
            base_ms: BACKOFF_BASE_MS_DEFAULT,
            max_ms: BACKOFF_MAX_MS_DEFAULT,
            jitter: true,
            delays_ms: Vec::new(),
        }
    }
}

impl Backoff {
    pub(crate) fn check(&self, check: &mut Check) {
        let longest = || format!("at most {BACKOFF_MS_MAX}");
        check.that(self.base_ms <= BACKOFF_MS_MAX, "/backoff/base_ms", longest);
        check.that(self.max_ms <= BACKOFF_MS_MAX, "/backoff/max_ms", longest);
        check.that(self.delays_ms.iter().all(|ms| *ms <= BACKOFF_MS_MAX), "/backoff/delays_ms", longest);
        check.that(self.delays_ms.len() <= BACKOFF_LIST, "/backoff/delays_ms", || {
            format!("at most {BACKOFF_LIST} delays")
        });
        let listed = self.kind == BackoffKind::List;
        check.that(listed != self.delays_ms.is_empty(), "/backoff/delays_ms", || {
            "kind list needs delays_ms, and no other kind takes it".to_owned()
        });
    }
}
