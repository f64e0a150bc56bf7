//! Several servers on one Redis: what each tells the others, and what they have done together.

mod collect;
mod published;

pub use collect::{Collected, collect, own};
pub use published::{Published, slots_kept};
