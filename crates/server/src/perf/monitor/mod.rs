//! What a server knows of itself and of what it serves.

mod handle;
mod readings;
mod recent;
mod refresher;
mod sight;

pub use handle::{Monitor, now};
pub use refresher::Refresher;
pub use sight::Sight;
