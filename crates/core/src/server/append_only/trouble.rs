//! Why a file cannot be written anew, as the log says it.

use std::path::Path;

use redis::RedisError;

use super::room::Room;

#[derive(Debug)]
pub(super) enum Trouble {
    /// The disk would be full before it is done, and Redis refuse all writes meanwhile.
    NoRoom(Room),
    /// Redis does not begin.
    Refused(RedisError),
    /// Redis began, and gave up.
    Failed,
}

impl Trouble {
    pub(super) fn log(&self, directory: &Path) {
        let directory = directory.display();
        match self {
            Self::NoRoom(Room { needed, free }) => tracing::error!(
                needed_bytes = needed, free_bytes = free, %directory,
                "the disk of the private Redis was full, and its file has to be written anew: make room for it, and do not \
                 kill it before that is done"
            ),
            Self::Refused(error) => tracing::error!(
                %error, %directory,
                "the private Redis does not write its file anew, and is told again: look at the disk"
            ),
            Self::Failed => tracing::error!(
                %directory,
                "the private Redis failed to write its file anew, and is told again: look at the disk"
            ),
        }
    }
}
