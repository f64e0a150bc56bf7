//! Bodies as the routes read them, without a service around them: what tests and fuzzing give bytes to.

use axum::body::Bytes;
use waggle_task_queue::limits::{BATCH_TASKS, JSON_DEPTH};
use waggle_task_queue::model::{Invalid, NewTask, Transaction};

use crate::extract::RawJson;
use crate::problem::Problem;
use crate::routes::{tasks, transactions};

/// The task of a submit.
///
/// # Errors
/// What a submit of these bytes is answered with.
pub fn task(bytes: &[u8]) -> Result<NewTask, Problem> {
    tasks::submit::read(json(bytes)?.text()?)
}

/// The tasks of a batch, or what is wrong with each that is not one.
///
/// # Errors
/// What a batch of these bytes is answered with as a whole.
pub fn batch(bytes: &[u8]) -> Result<Vec<Result<NewTask, Invalid>>, Problem> {
    tasks::submit_batch::tasks(json(bytes)?.text()?, None, BATCH_TASKS)
}

/// The transaction of these bytes.
///
/// # Errors
/// What a transaction of these bytes is answered with.
pub fn transaction(bytes: &[u8]) -> Result<Transaction, Problem> {
    transactions::read::read(json(bytes)?.text()?, None)
}

fn json(bytes: &[u8]) -> Result<RawJson, Problem> {
    RawJson::scanned(Bytes::copy_from_slice(bytes), JSON_DEPTH)
}
