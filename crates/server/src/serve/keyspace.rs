use waggle_task_queue::migrate::{self, KeyspaceState};

use super::{ServeError, Store};

/// Makes sure that the data can be worked on: its version is ours, and Redis does not throw tasks away.
///
/// # Errors
/// [`ServeError::Keyspace`]; [`ServeError::Redis`] for an unsafe eviction policy.
pub(super) async fn check(store: &Store) -> Result<(), ServeError> {
    if let Err(missing) = store.redis().check().await
        && missing.code == "unsafe_eviction_policy"
    {
        return Err(unusable(missing.detail));
    }
    match migrate::status(store.redis()).await.map_err(|error| unusable(error.to_string()))? {
        KeyspaceState::Current => Ok(()),
        KeyspaceState::Empty => {
            migrate::begin(store.redis()).await.map_err(|error| unusable(error.to_string()))
        }
        other => Err(ServeError::Keyspace(other)),
    }
}

pub(super) fn unusable(problem: String) -> ServeError {
    ServeError::Redis { setting: "`redis.url`", problem }
}
