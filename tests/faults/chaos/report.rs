//! What a run came to.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::fault::Fault;
use super::memory::Memory;

/// Fewer say little: 200 in ten minutes.
const FAULTS_A_MINUTE: usize = 20;
/// 100,000 in ten minutes.
const OPERATIONS_A_MINUTE: usize = 10_000;

pub(super) struct Report {
    start: Instant,
    /// How soon after the end of a fault both servers have to do all their work again.
    bound: Duration,
    seed: u64,
    operations: usize,
    /// How often each fault came, and the longest time until all was well again.
    faults: BTreeMap<Fault, (usize, Duration)>,
    memory: Vec<Memory>,
}

impl Report {
    pub(super) fn new(bound: Duration) -> Self {
        let (faults, memory) = (BTreeMap::new(), Vec::new());
        Self { start: Instant::now(), bound, seed: 0, operations: 0, faults, memory }
    }

    pub(super) fn bound(&self) -> Duration {
        self.bound
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    pub(super) fn begin(&mut self, seed: u64) {
        self.seed = seed;
    }

    pub(super) fn suffered(&mut self, fault: Fault, recovery: Duration) {
        let (times, longest) = self.faults.entry(fault).or_default();
        *times += 1;
        *longest = recovery.max(*longest);
        eprintln!("{:6.1?} seed {}: {fault:?}, well after {recovery:.0?}", self.start.elapsed(), self.seed);
    }

    /// The history of a round was judged.
    pub(super) fn held(&mut self, operations: usize, memory: Memory) {
        self.operations += operations;
        let faults: usize = self.faults.values().map(|(times, _)| times).sum();
        eprintln!(
            "{:6.1?} seed {} held: {} operations, {faults} faults so far; {memory}",
            self.start.elapsed(),
            self.seed,
            self.operations,
        );
        self.memory.push(memory);
    }

    /// # Panics
    /// When less was tried than so many minutes have room for.
    pub(super) fn assert_enough(&self, minutes: u64) {
        let faults: usize = self.faults.values().map(|(times, _)| times).sum();
        let minutes = usize::try_from(minutes).unwrap();
        assert!(faults >= FAULTS_A_MINUTE * minutes, "{faults} faults in {minutes} minutes");
        let operations = self.operations;
        assert!(operations >= OPERATIONS_A_MINUTE * minutes, "{operations} operations in {minutes} minutes");
    }

    /// # Panics
    /// When memory grew from round to round.
    pub(super) fn assert_memory_is_flat(&self) {
        Memory::assert_flat(&self.memory);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: usize = self.faults.values().map(|(times, _)| times).sum();
        writeln!(
            f,
            "all histories hold: {} operations, {all} faults, {} swarms in {:.0?}",
            self.operations,
            self.memory.len(),
            self.start.elapsed()
        )?;
        for (fault, (times, longest)) in &self.faults {
            writeln!(
                f,
                "{:>18} {times:4} times, well again after {longest:.0?} at most",
                format!("{fault:?}")
            )?;
        }
        Ok(())
    }
}
