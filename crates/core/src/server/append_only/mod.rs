//! Looks after the append-only file of a Redis whose disk fails, and works again.
//!
//! Where a sync in the background fails, Redis refuses all writes, and syncs again only after the next write: it would
//! refuse them for ever. What was written before may be on the disk or not, and it alone still has it all. So it is told
//! to write everything anew, which succeeds when the disk works again.
//!
//! Where a write does not fit, Redis cuts its beginning off the file and tries again when there is room. Once Redis 7.0.15
//! has rewritten the file it goes on behind what it has cut off: there is a hole then, and whoever starts it again is told
//! that the file is damaged. So it is told to write everything anew then, too, and goes on. That takes room: on a disk
//! that has too little, it would fill what there is, and each time keep Redis from writing.

mod healer;
mod info;
mod room;
#[cfg(test)]
mod tests;
mod trouble;
mod watch;

pub(super) use healer::Healer;
