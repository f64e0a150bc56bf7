//! Bodies of transactions.

use serde_json::Value;
use waggle_server::bodies;
use waggle_task_queue::limits::{TRANSACTION_CONDITIONS, TRANSACTION_OPS};
use waggle_task_queue::model::Transaction;

use super::problems;

/// Reads the bytes as a transaction. Whether it is taken.
pub(crate) fn check(data: &[u8]) -> bool {
    let transaction = match bodies::transaction(data) {
        Ok(transaction) => transaction,
        Err(problem) => {
            problems::check(&problem, data);
            return false;
        }
    };
    assert!(transaction.conditions.len() <= TRANSACTION_CONDITIONS);
    assert!(transaction.ops.len() <= TRANSACTION_OPS);
    again(&transaction, data);
    true
}

/// A transaction that was taken is taken as any other program would write it, with its operations in their order.
fn again(transaction: &Transaction, data: &[u8]) {
    let written = serde_json::from_slice::<Value>(data).expect("what was taken is JSON").to_string();
    let read = bodies::transaction(written.as_bytes());
    let read = read.unwrap_or_else(|problem| panic!("{problem:?} of what was taken: {written}"));
    assert_eq!(kinds(&read), kinds(transaction));
}

fn kinds(transaction: &Transaction) -> (usize, Vec<String>) {
    let kind = |op| format!("{op:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
    (transaction.conditions.len(), transaction.ops.iter().map(kind).collect())
}
