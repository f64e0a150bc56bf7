use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use redis::{Cmd, Value, from_redis_value};
use tokio::sync::Mutex;

use super::{Library, Needs};
use crate::Error;
use crate::error::reply;
use crate::lane::hot::Hot;
use crate::metrics;

/// Keeps one library present on every primary.
///
/// In a cluster `FUNCTION LOAD` on one primary reaches only its replicas, and a
/// fresh primary knows no functions at all.
pub(crate) struct Loader {
    library: Library,
    loading: Mutex<()>,
    loads: AtomicU64,
}

/// A moment in the history of loads: see [`Loader::reload`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loaded(u64);

impl Loader {
    pub(crate) fn new(library: Library) -> Self {
        Self { library, loading: Mutex::new(()), loads: AtomicU64::new(0) }
    }

    pub(crate) fn now(&self) -> Loaded {
        Loaded(self.loads.load(Ordering::Acquire))
    }

    pub(crate) const fn needs(&self) -> Option<&Needs> {
        self.library.needs.as_ref()
    }

    /// Loads the library where it is missing or has another source.
    pub(crate) async fn ensure(&self, hot: &Hot) -> Result<(), Error> {
        let _one_at_a_time = self.loading.lock().await;
        if self.present(hot, true).await? {
            return Ok(());
        }
        self.load(hot).await
    }

    /// Loads the library where it is missing, whatever its source is.
    pub(crate) async fn ensure_present(&self, hot: &Hot) -> Result<(), Error> {
        let seen = self.now();
        if self.present(hot, false).await? {
            return Ok(());
        }
        self.reload(hot, seen).await
    }

    /// Loads the library, unless somebody did since `seen`: of all calls that
    /// found it gone at once, one loads it and the others wait.
    pub(crate) async fn reload(&self, hot: &Hot, seen: Loaded) -> Result<(), Error> {
        let _one_at_a_time = self.loading.lock().await;
        if self.now().0 != seen.0 {
            return Ok(());
        }
        tracing::warn!(library.name = %self.library.name, "the function library is missing; loading it");
        self.load(hot).await
    }

    async fn load(&self, hot: &Hot) -> Result<(), Error> {
        let mut load = redis::cmd("FUNCTION");
        load.arg("LOAD").arg("REPLACE").arg(&self.library.source);
        on_every_primary(hot, &load).await?;
        self.loads.fetch_add(1, Ordering::AcqRel);
        metrics::library_loaded();
        Ok(())
    }

    async fn present(&self, hot: &Hot, compare_source: bool) -> Result<bool, Error> {
        let mut list = redis::cmd("FUNCTION");
        list.arg("LIST").arg("LIBRARYNAME").arg(&self.library.name);
        if compare_source {
            list.arg("WITHCODE");
        }
        let listings = on_every_primary(hot, &list).await?;
        Ok(listings.into_iter().all(|listing| self.is_in(listing, compare_source)))
    }

    fn is_in(&self, listing: Value, compare_source: bool) -> bool {
        let libraries: Vec<HashMap<String, Value>> = from_redis_value(listing).unwrap_or_default();
        libraries.first().is_some_and(|library| {
            !compare_source
                || matches!(library.get("library_code"),
                    Some(Value::BulkString(code)) if *code == *self.library.source.as_bytes())
        })
    }
}

/// One command on every primary; an error reply of any of them fails it.
pub(crate) async fn on_every_primary(hot: &Hot, cmd: &Cmd) -> Result<Vec<Value>, Error> {
    hot.send_everywhere(cmd).await?.into_iter().map(reply).collect()
}
