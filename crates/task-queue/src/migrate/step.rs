//! One step of a migration.

use futures_util::future::BoxFuture;
use waggle_core::{Error, Redis};

/// What a step is doing.
pub type StepFuture<'a> = BoxFuture<'a, Result<Progress, Error>>;

/// Brings the keys from version `number - 1` to version `number`, in bounded runs.
///
/// A run may happen twice from the same cursor: after an interruption, and when two processes migrate at once. So it
/// must find what it has done before and leave it alone.
pub trait Step: Send + Sync {
    /// The version the keys have when the step is done. Steps are numbered from 1 without a gap.
    fn number(&self) -> u32;

    /// What it does, in a few words: shown to the operator and kept in the ledger.
    fn name(&self) -> &'static str;

    /// Does a bounded part of the work, from `cursor` on, which is empty at first.
    fn run_once<'a>(&'a self, redis: &'a Redis, cursor: &'a str) -> StepFuture<'a>;
}

/// How far one run has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// There is more to do from this cursor on; it differs from the one before.
    Next(String),
    /// The step is done.
    Done,
}
