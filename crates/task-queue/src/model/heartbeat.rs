//! A lease is kept alive by its token.

use serde::{Deserialize, Serialize};

use super::{Invalid, Json, Lease, Usage, invalid::Check};
use crate::limits::{LEASE_MS_MAX, LEASE_MS_MIN, TOKEN_BYTES};

/// Keeps a lease alive.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The lease token.
    pub lease: String,
    /// Milliseconds from now that the lease shall last; the task's own lease when null.
    #[serde(default)]
    pub extend_ms: Option<u64>,
    /// What to show of the work so far; the last one when null.
    #[serde(default)]
    pub progress: Option<Json>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

/// The answer to a heartbeat.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Heartbeaten {
    /// The lease, extended.
    pub lease: Lease,
    /// Whether the holder is asked to stop.
    pub cancel_requested: bool,
    /// Present and true when a budget is used up: the task was taken from its holder, as the budget says.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub budget_exceeded: bool,
}

impl Heartbeat {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check_token(&mut check, &self.lease);
        let extend = self.extend_ms.unwrap_or(LEASE_MS_MIN);
        check.that((LEASE_MS_MIN..=LEASE_MS_MAX).contains(&extend), "/extend_ms", || {
            format!("{LEASE_MS_MIN} to {LEASE_MS_MAX}")
        });
        if let Some(usage) = &self.usage {
            usage.check(&mut check, "");
        }
        check.done()
    }
}

pub(super) fn check_token(check: &mut Check, token: &str) {
    check.that((1..=TOKEN_BYTES).contains(&token.len()), "/lease", || "a lease token of a claim".to_owned());
}
