//! Operations on a swarm's shared state.

mod cursor;
mod delete;
mod entry;
mod get;
mod increment;
mod list;
mod merge_patch;
mod patch;
mod patch_turns;
mod put;
mod refusal;
mod watch;

pub(crate) use entry::{entry_of, frame_of, read_entry};
pub use increment::Incremented;
pub(crate) use patch_turns::PatchTurns;
