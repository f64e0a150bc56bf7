//! The service that all tests of a binary share.

use std::sync::{Arc, LazyLock};

use crate::{Cluster, Service, Setup};

/// Started by the first test that needs it; ends with the process.
static SHARED: LazyLock<Arc<Service>> = LazyLock::new(|| Service::start(fresh_setup()));

/// The service of this binary: on a private Redis, or on a cluster with `WAGGLE_TEST_REDIS=cluster`.
pub fn shared() -> Arc<Service> {
    Arc::clone(&SHARED)
}

/// Whether `WAGGLE_TEST_REDIS=cluster` asks for a cluster.
pub fn uses_cluster() -> bool {
    std::env::var("WAGGLE_TEST_REDIS").is_ok_and(|word| word == "cluster")
}

/// A new setup of the kind the environment asks for.
fn fresh_setup() -> Setup {
    if uses_cluster() { Setup::cluster(&Arc::new(Cluster::start())) } else { Setup::private() }
}

/// A new setup that keeps what it has answered, whatever is killed: with `everysec` Redis answers before it writes
/// while a sync is under way, and a kill at that moment costs what was answered meanwhile.
pub(crate) fn strict_setup() -> Setup {
    let setup = fresh_setup();
    if setup.cluster.is_some() { setup } else { setup.flag("--durability").flag("strict") }
}
