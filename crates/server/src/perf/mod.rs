//! What operators are told: the report, the history, alerts, and what is judged from them.

pub mod fleet;
pub mod history;
pub mod judge;
mod monitor;
mod node;
pub mod report;
pub mod validate;

pub use monitor::{Monitor, Refresher, Sight, now};
pub use node::Node;
