use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::version::{field, text};
use super::{Backend, access};
use crate::Error;

/// Readiness is asked for by probes, load balancers and people at once; Redis
/// is asked this often at most.
const REMEMBERED: Duration = Duration::from_secs(1);
/// A script or function keeps Redis from answering.
const BUSY: &str = "backend_busy";
/// Longest a check takes; a probe gives up about then.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why the service cannot do its work now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct NotReady {
    /// `backend_unavailable`, `backend_access_denied`, `backend_busy`, `functions_missing`,
    /// `unsafe_eviction_policy` or `persistence_failing`.
    pub code: &'static str,
    /// What was found, for an operator.
    pub detail: String,
}

/// The last check and when it was made.
#[derive(Default)]
pub(super) struct Readiness {
    last: Mutex<Option<(Instant, Result<(), NotReady>)>>,
}

impl Readiness {
    /// Checks, or repeats what the check of the last second found.
    pub(super) async fn check(&self, backend: &Backend) -> Result<(), NotReady> {
        let mut last = self.last.lock().await;
        if let Some((at, result)) = &*last
            && at.elapsed() < REMEMBERED
        {
            return result.clone();
        }
        let looked =
            timeout(PATIENCE, look(backend)).await.map(|found| found.map_err(|error| said(backend, error)));
        let result = looked.unwrap_or_else(|_| {
            Err(NotReady { code: "backend_unavailable", detail: "Redis did not answer in time".to_owned() })
        });
        *last = Some((Instant::now(), result.clone()));
        result
    }
}

async fn look(backend: &Backend) -> Result<(), NotReady> {
    let mut info = redis::cmd("INFO");
    // The policy is here as well as in CONFIG GET, which managed services and
    // access lists often forbid.
    info.arg("memory").arg("persistence");
    for reply in backend.on_every_primary(&info).await.map_err(|error| unavailable(&error))? {
        let info = text(reply).map_err(|error| unavailable(&error))?;
        loading(&info)?;
        eviction(&info)?;
        persistence(&info)?;
    }
    backend.ensure_functions_present().await.map_err(|error| match error {
        Error::Access { .. } | Error::Busy { .. } => unavailable(&error),
        _ => NotReady {
            code: "functions_missing",
            detail: format!("the function library is missing and cannot be loaded: {error}"),
        },
    })?;
    access::check(backend).await.map_err(|error| unavailable(&error))
}

/// A Redis that loads its data answers questions about itself, and nothing else.
fn loading(info: &str) -> Result<(), NotReady> {
    match field(info, "loading") {
        Some("1") => {
            Err(NotReady { code: "backend_unavailable", detail: "Redis is loading its data".to_owned() })
        }
        _ => Ok(()),
    }
}

fn eviction(info: &str) -> Result<(), NotReady> {
    match field(info, "maxmemory_policy") {
        Some("noeviction") | None => Ok(()),
        Some(policy) => Err(NotReady {
            code: "unsafe_eviction_policy",
            detail: format!("maxmemory-policy is {policy}: Redis may delete tasks; set it to noeviction"),
        }),
    }
}

fn persistence(info: &str) -> Result<(), NotReady> {
    let failing = ["aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status"];
    match failing.into_iter().find(|name| field(info, name).is_some_and(|status| status != "ok")) {
        None => Ok(()),
        Some(name) => Err(NotReady {
            code: "persistence_failing",
            detail: format!("{name} is not ok: Redis cannot write to its disk"),
        }),
    }
}

fn said(backend: &Backend, found: NotReady) -> NotReady {
    match found.code {
        BUSY => NotReady { detail: backend.busy_with().unwrap_or(found.detail), ..found },
        _ => found,
    }
}

fn unavailable(error: &Error) -> NotReady {
    let code = match error {
        Error::Busy { .. } => BUSY,
        Error::Access { .. } => "backend_access_denied",
        _ => "backend_unavailable",
    };
    NotReady { code, detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_policy_that_deletes_is_unsafe() {
        assert!(eviction("maxmemory_policy:noeviction\r\n").is_ok());
        for policy in ["allkeys-lru", "volatile-ttl", "allkeys-random"] {
            let found = eviction(&format!("maxmemory_policy:{policy}\r\n")).unwrap_err();
            assert_eq!(found.code, "unsafe_eviction_policy");
            assert!(found.detail.contains(policy));
        }
    }

    #[test]
    fn a_redis_that_loads_its_data_is_not_there_yet() {
        assert!(loading("loading:0\r\nasync_loading:1\r\n").is_ok());
        assert_eq!(loading("loading:1\r\n").unwrap_err().code, "backend_unavailable");
    }

    #[test]
    fn a_failed_write_of_either_kind_is_persistence_failing() {
        assert!(persistence("rdb_last_bgsave_status:ok\r\naof_last_write_status:ok\r\n").is_ok());
        for line in ["aof_last_write_status:err", "rdb_last_bgsave_status:err"] {
            assert_eq!(persistence(line).unwrap_err().code, "persistence_failing");
        }
    }
}
