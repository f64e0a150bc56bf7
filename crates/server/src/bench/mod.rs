//! `waggle bench`: what an operation costs, measured on a real service with its private Redis.
//!
//! Figures on a shared machine are either CPU time an operation, which stays steady where throughput does
//! not, or ratios of two systems measured in turn within one run. The command starts everything it measures,
//! puts load on it from its own process, whose CPU counts for nobody, and prints a table.
//!
//! Every figure carries the target it has to meet; a missed target is a line in the table, not a failure of
//! the command. Its exit status is 1 only where something broke: an unexpected answer, a lost task, a deadline.

mod args;
mod comparison;
mod figures;
mod load;
mod report;
mod run;
mod suite;
mod system;

pub(crate) use args::BenchArgs;
