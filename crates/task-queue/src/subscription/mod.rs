//! Operations on subscriptions: one file, one operation, one function.

mod delete;
mod put;
