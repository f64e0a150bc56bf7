//! Takes turns: patches of one key that meet in one server do not get into each other's way.

use std::hash::{BuildHasher, RandomState};

use tokio::sync::{Mutex, MutexGuard};

use crate::model::{StateKey, SwarmName};

/// Keys that are patched at once without waiting for each other, but for chance.
const TURNS: usize = 256;

/// Who patches a key waits here for those who came before: a patch reads, merges and writes, and of two that did so at
/// once one would have to begin again.
pub(crate) struct PatchTurns {
    turns: Vec<Mutex<()>>,
    hash: RandomState,
}

impl Default for PatchTurns {
    fn default() -> Self {
        Self { turns: (0..TURNS).map(|_| Mutex::new(())).collect(), hash: RandomState::new() }
    }
}

impl PatchTurns {
    /// Waits until it is this key's turn; in the order of asking.
    pub(super) async fn take(&self, swarm: &SwarmName, key: &StateKey) -> MutexGuard<'_, ()> {
        let hash = self.hash.hash_one((swarm, key));
        let place = usize::try_from(hash % TURNS as u64).unwrap_or(0);
        self.turns[place].lock().await
    }
}
