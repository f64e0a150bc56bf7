//! Transactions: operations on tasks, messages and state that are applied together or not at all.

mod apply;
mod encode;
mod refusal;
mod result;

pub use apply::TransactionApplied;
