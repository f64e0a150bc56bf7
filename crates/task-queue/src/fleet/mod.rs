//! What servers on the same Redis tell each other and keep for themselves.

mod list;
mod nodes;
mod publish;
mod read;

pub use list::FleetList;
pub use read::FleetEntry;
