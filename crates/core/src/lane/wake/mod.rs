//! Wake-ups: one subscriber on sharded channels that subscribes again by itself.

mod event;
mod listener;
mod subscriber;
mod wakeups;

pub use event::Wake;
pub use wakeups::Wakeups;
