//! What operators are woken for: eight rules, the state each alert is in, and the book that holds them.

mod alerts;
mod book;
mod finding;
mod lost;
mod name;
mod readings;
mod rules;
mod standing;
mod tell;

pub use alerts::Alerts;
pub use book::{AlertBook, HISTORY};
pub use finding::Finding;
pub use name::AlertName;
pub use readings::{
    ErrorReading, LatencyReading, MemoryReading, PersistenceReading, PoolReading, QueueReading, Readings,
};
