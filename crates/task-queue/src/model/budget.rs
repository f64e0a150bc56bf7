//! What a task may use up, and what it has used.

use serde::{Deserialize, Serialize};

use super::invalid::Check;
use crate::limits::{COUNT_MAX, USAGE_MAX};

/// What a task and all tasks that belong to it may use up; what is null has no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// Tokens of language models.
    pub tokens: Option<u64>,
    /// Money, in millionths of a US dollar.
    pub usd_micros: Option<u64>,
    /// Time, in milliseconds, as its holders report it.
    pub wall_ms: Option<u64>,
    /// What becomes of a task whose holder has used it up.
    pub on_exceeded: OnExceeded,
}

/// What becomes of a task when a budget is used up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnExceeded {
    /// It fails for good, with an error of kind `budget_exceeded`.
    #[default]
    Fail,
    /// It asks a person; whoever answers gives it as much once more.
    InputRequired,
}

/// What was used up since the last report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Usage {
    /// Tokens of language models.
    pub tokens: u64,
    /// Money, in millionths of a US dollar.
    pub usd_micros: u64,
    /// Time, in milliseconds.
    pub wall_ms: u64,
}

impl Budget {
    pub(super) fn check(&self, check: &mut Check) {
        for (limit, pointer) in [
            (self.tokens, "/budget/tokens"),
            (self.usd_micros, "/budget/usd_micros"),
            (self.wall_ms, "/budget/wall_ms"),
        ] {
            check.that(limit.is_none_or(|limit| (1..=COUNT_MAX).contains(&limit)), pointer, || {
                format!("1 to {COUNT_MAX}")
            });
        }
        let limited = self.tokens.is_some() || self.usd_micros.is_some() || self.wall_ms.is_some();
        check.that(limited, "/budget", || "tokens, usd_micros or wall_ms".to_owned());
    }
}

impl Usage {
    /// Nothing at all.
    pub const fn is_zero(&self) -> bool {
        self.tokens == 0 && self.usd_micros == 0 && self.wall_ms == 0
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            usd_micros: self.usd_micros.saturating_add(other.usd_micros),
            wall_ms: self.wall_ms.saturating_add(other.wall_ms),
        }
    }

    /// This, unless it is nothing.
    pub(crate) fn unless_zero(self) -> Option<Self> {
        (!self.is_zero()).then_some(self)
    }

    pub(super) fn check(&self, check: &mut Check, above: &str) {
        for (amount, name) in
            [(self.tokens, "tokens"), (self.usd_micros, "usd_micros"), (self.wall_ms, "wall_ms")]
        {
            check.that(amount <= USAGE_MAX, &format!("{above}/usage/{name}"), || {
                format!("at most {USAGE_MAX}")
            });
        }
    }
}
