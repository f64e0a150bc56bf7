use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::perf::judge::Part;

/// A test of the validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// From the send of a submit to the receipt by an agent that waits.
    TaskAssignmentLatency,
    /// Connections to Redis for one user at a time.
    ConnectionPool,
    /// A hundred tasks a request.
    BatchOperations,
    /// What agents leave behind, stored and read back.
    Compression,
    /// Whole lifecycles of 20 clients.
    ConcurrentLoad,
    /// What must be refused, and what must survive.
    ErrorsAndRecovery,
    /// 1,000 waiting agents.
    Stress,
}

impl Test {
    /// All tests, in the order in which they are made: the roughest come last.
    pub const ALL: [Self; 7] = [
        Self::TaskAssignmentLatency,
        Self::ConnectionPool,
        Self::BatchOperations,
        Self::Compression,
        Self::ConcurrentLoad,
        Self::ErrorsAndRecovery,
        Self::Stress,
    ];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TaskAssignmentLatency => "task_assignment_latency",
            Self::ConnectionPool => "connection_pool",
            Self::BatchOperations => "batch_operations",
            Self::Compression => "compression",
            Self::ConcurrentLoad => "concurrent_load",
            Self::ErrorsAndRecovery => "errors_and_recovery",
            Self::Stress => "stress",
        }
    }

    /// The part of the confidence that suffers where it breaks off.
    pub(super) const fn part(self) -> Part {
        match self {
            Self::TaskAssignmentLatency | Self::ConnectionPool | Self::Stress => Part::Latency,
            Self::BatchOperations | Self::ConcurrentLoad => Part::Throughput,
            Self::Compression => Part::Efficiency,
            Self::ErrorsAndRecovery => Part::Reliability,
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Test {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|test| test.as_str() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|test| test.as_str()).collect();
            format!("no such test: there are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_has_one_name_on_the_wire_and_on_the_command_line() {
        for test in Test::ALL {
            assert_eq!(serde_json::to_value(test).unwrap(), test.as_str());
            assert_eq!(test.as_str().parse(), Ok(test));
        }
        assert!("latency".parse::<Test>().unwrap_err().contains("task_assignment_latency, connection_pool"));
    }
}
