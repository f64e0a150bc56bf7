//! When a look is due, and what follows from what it finds.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::healer::{Healer, Seen};

/// Between two looks, of which each is an `INFO`.
pub(super) const LOOK: Duration = Duration::from_secs(2);
/// Between two looks where somebody waits for what they find.
const SOON: Duration = Duration::from_millis(200);
/// Of one look, also at a disk that does not answer.
const LOOK_DEADLINE: Duration = Duration::from_secs(5);
/// For writing everything anew before a stop.
const STOP_DEADLINE: Duration = Duration::from_secs(20);

impl Healer {
    /// Resolves once Redis has lost a sync, and has everything on the disk again by another way: what it needs then is a
    /// restart.
    pub(in crate::server) async fn sync_lost(&mut self) {
        loop {
            sleep(if self.is_waiting() { SOON } else { LOOK }).await;
            // An error is a Redis, or a disk, that does not answer now.
            if matches!(timeout(LOOK_DEADLINE, self.look()).await, Ok(Ok(Seen::Restart))) {
                return;
            }
        }
    }

    /// Has everything written anew, where that is needed, before Redis is told to end.
    pub(in crate::server) async fn before_stop(&mut self) {
        self.next_try = Instant::now();
        if !timeout(STOP_DEADLINE, self.is_whole_at_last()).await.unwrap_or(false) {
            tracing::error!(
                "the private Redis stops although its disk failed and its file could not be written anew: what was \
                 acknowledged last may be missing, and it may call the file damaged; keep a copy of the data directory"
            );
        }
    }

    async fn is_whole_at_last(&mut self) -> bool {
        loop {
            match self.look().await {
                Ok(Seen::Whole | Seen::Restart) => return true,
                Ok(Seen::Trouble) => return false,
                Err(_) if self.is_whole() => return true,
                Ok(Seen::Pending) | Err(_) => sleep(SOON).await,
            }
        }
    }
}
