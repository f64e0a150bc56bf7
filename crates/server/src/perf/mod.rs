//! What operators are told: the report, the history, alerts, and what is judged from them.

pub mod history;
pub mod judge;
mod node;
pub mod report;
pub mod validate;

pub use node::Node;
