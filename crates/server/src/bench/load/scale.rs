use std::time::Duration;

use crate::bench::args::BenchArgs;

/// Connections that put load on single operations and settlements.
pub(crate) const CONNECTIONS: usize = 64;
/// Tasks a request in the batch figures.
pub(crate) const BATCH: usize = 100;
/// Connections that send batches: enough that the service is never idle between two.
pub(crate) const BATCH_CONNECTIONS: usize = 8;
/// Tasks a second that are given to waiting agents.
pub(crate) const ASSIGNMENT_RATE: u32 = 500;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// Turns of every figure that takes turns; its value is their median.
    pub(crate) rounds: usize,
    /// Operations of a kind in a turn.
    pub(crate) operations: u64,
    /// Batches in a turn.
    pub(crate) batches: u64,
    /// Agents that wait for assignments.
    pub(crate) waiting: &'static [usize],
    /// For how long tasks are given to waiting agents.
    pub(crate) assignment: Duration,
    /// Agents that wait in vain.
    pub(crate) idle: &'static [usize],
    /// For how long idleness is measured: a minute holds one renewal of every long poll.
    pub(crate) idleness: Duration,
    /// Tasks queued when growth is measured, ascending.
    pub(crate) queued: &'static [u64],
    /// Tasks of which a snapshot is made.
    pub(crate) exported: u64,
    /// Times that a report or the metrics are asked for.
    pub(crate) answers: u64,
    /// Submits and claims a level in a turn.
    pub(crate) growth_operations: u64,
}

impl Scale {
    pub(crate) fn new(args: &BenchArgs) -> Scale {
        let scale = if args.quick { Scale::quick() } else { Scale::full() };
        Scale {
            rounds: args.rounds.map_or(scale.rounds, usize::from),
            operations: args.operations.unwrap_or(scale.operations),
            batches: args.operations.map_or(scale.batches, |operations| operations.div_ceil(BATCH as u64)),
            ..scale
        }
    }

    /// As much as is measured before it is the other program's turn.
    pub(crate) fn turn(self) -> Scale {
        Scale { rounds: 1, ..self }
    }

    fn full() -> Scale {
        Scale {
            rounds: 7,
            operations: 12_800,
            batches: 256,
            waiting: &[10, 100, 1_000, 10_000],
            assignment: Duration::from_secs(20),
            idle: &[1_000, 10_000],
            idleness: Duration::from_secs(60),
            queued: &[1_000, 100_000, 1_000_000],
            exported: 100_000,
            answers: 500,
            growth_operations: 4_000,
        }
    }

    fn quick() -> Scale {
        Scale {
            rounds: 3,
            operations: 3_200,
            batches: 64,
            waiting: &[10, 1_000],
            assignment: Duration::from_secs(5),
            idle: &[1_000],
            idleness: Duration::from_secs(10),
            queued: &[1_000, 100_000],
            exported: 20_000,
            answers: 100,
            growth_operations: 1_000,
        }
    }
}
