//! What a report makes of its figures: whether they are good enough, where they are going, and what to do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waggle_task_queue::model::Stamp;

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does, on the worse end of its interval.
    Pass,
    /// It does not.
    Fail,
    /// Nothing was measured that would tell.
    Insufficient,
}

/// What is good enough, and what there is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What is good enough.
    pub target: f64,
    /// What was observed.
    pub observed: Option<f64>,
    /// Lower end of the 95 % confidence interval.
    pub low: Option<f64>,
    /// Upper end of it.
    pub high: Option<f64>,
    /// Observations.
    pub n: u64,
    /// Whether it holds.
    pub verdict: Verdict,
}

/// How sure one may be that the targets hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Confidence {
    /// 0 to 100.
    pub score: f64,
    /// What is good enough.
    pub target: f64,
    /// `insufficient` as long as a target is.
    pub verdict: Verdict,
    /// 0 to 100 each.
    pub parts: ConfidenceParts,
}

/// What a confidence is made of, 0 to 100 each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConfidenceParts {
    /// Weighs 0.35.
    pub latency: f64,
    /// Weighs 0.25.
    pub reliability: f64,
    /// Weighs 0.25.
    pub throughput: f64,
    /// Weighs 0.15.
    pub efficiency: f64,
}

/// Where something is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// No significant change.
    Stable,
    /// For the better.
    Improving,
    /// For the worse.
    Degrading,
}

/// What has been changing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trend {
    /// The figure, as a path into a report.
    pub metric: String,
    /// Where it is going.
    pub direction: Direction,
    /// Change over the whole time, as a share of its median; null where that is 0.
    pub change: Option<f64>,
    /// The probability of such a slope by chance alone.
    pub p_value: f64,
    /// Samples it was taken from.
    pub samples: u64,
    /// The time they span.
    pub over_ms: u64,
}

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Look at it soon.
    Warning,
    /// Look at it now.
    Critical,
}

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Its threshold held at the last refresh, for the first time.
    Pending,
    /// Its threshold has held for two refreshes, and it has not been resolved.
    Firing,
    /// Its threshold has not held for two refreshes.
    Resolved,
}

/// Something an operator should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub state: AlertState,
    /// Since when it has stood there.
    #[schema(value_type = String)]
    pub since: Stamp,
    /// What was observed.
    pub value: f64,
    /// What it may not pass.
    pub threshold: f64,
    /// What that means.
    pub message: String,
}

/// How urgent a recommendation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Work suffers.
    High,
    /// It soon may.
    Medium,
    /// It would be better.
    Low,
}

/// What to change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Recommendation {
    /// What it concerns: `pool`, `latency`, `redis`, …
    pub category: String,
    /// How urgent it is.
    pub priority: Priority,
    /// What to change and why, with the name of the setting.
    pub message: String,
    /// What was observed.
    pub current: f64,
    /// What it should be.
    pub target: f64,
}
