//! The ledger: `lua/keyspace_begin.lua`, `lua/keyspace_ledger.lua`, `lua/keyspace_advance.lua`.

use waggle_core::{Call, Error, Redis, Value};

use super::{KeyspaceState, Progress, Step, walk_all};
use crate::{keys::DIRECTORY_ROOT, library::function, store::Reader};

const BEGIN: &str = function!("keyspace_begin");
const READ: &str = function!("keyspace_ledger");
const ADVANCE: &str = function!("keyspace_advance");

/// Who writes into the ledger.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What the ledger says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ledger {
    /// 0 where there is no ledger.
    pub(super) version: u32,
    /// A step in progress, and where it goes on.
    pub(super) step: Option<(u32, String)>,
}

impl Ledger {
    pub(super) async fn read(redis: &Redis) -> Result<Self, Error> {
        let mut reply = Reader::new(READ, redis.call(Call::read_only(READ, DIRECTORY_ROOT)).await?)?;
        let version = number(&mut reply)?.unwrap_or(0);
        let step = number(&mut reply)?;
        let cursor = reply.bytes()?.unwrap_or_default();
        let cursor = String::from_utf8_lossy(&cursor).into_owned();
        Ok(Self { version, step: step.map(|number| (number, cursor)) })
    }

    /// Compares with the newest version a program knows; `None` where there is nothing to compare yet.
    pub(super) fn state(&self, known: u32) -> Option<KeyspaceState> {
        let found = self.step.as_ref().map_or(self.version, |(number, _)| self.version.max(*number));
        if found > known {
            return Some(KeyspaceState::Newer { found, known });
        }
        match self.version {
            version if version == known => Some(KeyspaceState::Current),
            0 if self.step.is_none() => None,
            found => Some(KeyspaceState::Older { found, needed: known }),
        }
    }
}

/// Whether there is any key of this service. Walks until it meets one.
pub(super) async fn has_keys(redis: &Redis) -> Result<bool, Error> {
    for mut walk in walk_all(redis).await? {
        while let Some(names) = walk.names(redis).await? {
            if !names.is_empty() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Writes the version of a key space that has none; the version that stands.
pub(super) async fn begin(redis: &Redis, version: u32) -> Result<u32, Error> {
    let mut call = Call::new(BEGIN, DIRECTORY_ROOT);
    call.arg(version).arg(PROGRAM);
    let reply = redis.call(call).await?;
    Ok(number(&mut Reader::new(BEGIN, Value::Array(vec![reply]))?)?.unwrap_or(0))
}

/// Notes how far a step has come from `cursor`; false when somebody else has moved it meanwhile.
pub(super) async fn advance(
    redis: &Redis,
    step: &dyn Step,
    cursor: &str,
    progress: &Progress,
) -> Result<bool, Error> {
    let (reached, done) = match progress {
        Progress::Next(reached) => (reached.as_str(), 0),
        Progress::Done => ("", 1),
    };
    let mut call = Call::new(ADVANCE, DIRECTORY_ROOT);
    call.arg(step.number()).arg(step.name()).arg(cursor).arg(reached).arg(done).arg(PROGRAM);
    let reply = redis.call(call).await?;
    Ok(Reader::new(ADVANCE, Value::Array(vec![reply]))?.integer()? == 1)
}

fn number(reply: &mut Reader) -> Result<Option<u32>, Error> {
    let Some(text) = reply.bytes()? else { return Ok(None) };
    let number = str::from_utf8(&text).ok().and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| reply.broken("the ledger holds something that is no version"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(version: u32, step: Option<u32>) -> Ledger {
        Ledger { version, step: step.map(|number| (number, "7".to_owned())) }
    }

    #[test]
    fn a_step_in_progress_counts_as_its_version_for_programs_that_do_not_know_it() {
        assert_eq!(ledger(0, None).state(2), None);
        assert_eq!(ledger(2, None).state(2), Some(KeyspaceState::Current));
        assert_eq!(ledger(1, None).state(2), Some(KeyspaceState::Older { found: 1, needed: 2 }));
        assert_eq!(ledger(1, Some(2)).state(2), Some(KeyspaceState::Older { found: 1, needed: 2 }));
        assert_eq!(ledger(0, Some(1)).state(2), Some(KeyspaceState::Older { found: 0, needed: 2 }));
        assert_eq!(ledger(2, Some(3)).state(2), Some(KeyspaceState::Newer { found: 3, known: 2 }));
        assert_eq!(ledger(3, None).state(2), Some(KeyspaceState::Newer { found: 3, known: 2 }));
    }
}
