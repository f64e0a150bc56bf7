//! What operators are told: the report, the history, alerts, and what is judged from them.

pub mod alert;
pub mod fleet;
pub mod gauges;
pub mod history;
pub mod judge;
mod monitor;
mod node;
pub mod report;
mod update;
mod updates;
pub mod validate;
pub mod webhook;

pub use monitor::{Monitor, Refresher, Sight, now};
pub use node::Node;
pub use update::Update;
pub use updates::{Heard, LISTENERS, Listener, Updates};
