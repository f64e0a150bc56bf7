//! `waggle transaction`: all of it or nothing, from a shell.

mod apply;

pub use apply::TransactionArgs;
