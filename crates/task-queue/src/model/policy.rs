//! How a task is treated where several ways are possible.

use serde::{Deserialize, Serialize};

/// What becomes of a task when one that it depends on fails or is cancelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DependencyPolicy {
    /// It fails, with an error of kind `dependency_failed`.
    #[default]
    Fail,
    /// It is cancelled.
    Cancel,
    /// It runs all the same.
    Run,
}

/// How an agent is chosen among those that are live, able and have room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The one with the smallest part of its capacity in use.
    LeastLoaded,
    /// One after the other, in the order of their names.
    RoundRobin,
    /// The one with the fewest capabilities beyond those required, and among equals the least loaded.
    BestMatch,
}

impl Strategy {
    /// The word on the wire and in Redis.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LeastLoaded => "least_loaded",
            Self::RoundRobin => "round_robin",
            Self::BestMatch => "best_match",
        }
    }
}
