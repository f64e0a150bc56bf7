//! What a busy Redis runs, as `FUNCTION STATS` tells it.

use std::collections::HashMap;
use std::time::Duration;

use redis::{Value, from_redis_value};

use crate::Library;

/// Characters of somebody else's name that are shown.
const SHOWN: usize = 64;

/// What runs, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Running {
    Function {
        name: String,
        took: Duration,
    },
    /// Of a script Redis tells nothing.
    Script {
        took: Duration,
    },
}

impl Running {
    /// Nothing where nothing runs.
    pub(super) fn read(reply: Value) -> Option<Self> {
        let stats: HashMap<String, Value> = from_redis_value(reply).ok()?;
        let running = stats.get("running_script")?.clone();
        let mut running: HashMap<String, Value> = from_redis_value(running).ok()?;
        let name = from_redis_value(running.remove("name")?).ok()?;
        let ms: u64 = from_redis_value(running.remove("duration_ms")?).ok()?;
        Some(Self::Function { name, took: Duration::from_millis(ms) })
    }

    pub(super) const fn took(&self) -> Duration {
        match self {
            Self::Function { took, .. } | Self::Script { took } => *took,
        }
    }

    /// Whether it is a function of this library: Redis has each name once.
    pub(super) fn is_of(&self, library: &Library) -> bool {
        matches!(self, Self::Function { name, .. } if library.registers(name))
    }

    /// The command that ends it, unless it has written.
    pub(super) const fn ended_by(&self) -> &'static str {
        match self {
            Self::Function { .. } => "FUNCTION",
            Self::Script { .. } => "SCRIPT",
        }
    }

    pub(super) fn sentence(&self) -> String {
        let seconds = self.took().as_secs_f64();
        match self {
            Self::Function { name, .. } => {
                let name: String = name.chars().take(SHOWN).collect();
                format!(
                    "Redis has been running the function {name} for {seconds:.1} s and answers nobody else"
                )
            }
            Self::Script { .. } => {
                format!("Redis has been running a script for {seconds:.1} s or more and answers nobody else")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use redis::parse_redis_value;

    use super::*;

    #[test]
    fn what_runs_is_read_and_told() {
        let reply =
            b"*4\r\n$14\r\nrunning_script\r\n*6\r\n$4\r\nname\r\n$7\r\nspin_v1\r\n$7\r\ncommand\r\n*0\r\n\
            $11\r\nduration_ms\r\n:5200\r\n$7\r\nengines\r\n*0\r\n";
        let running = Running::read(parse_redis_value(reply).unwrap()).unwrap();
        assert_eq!(running.took(), Duration::from_millis(5_200));
        assert!(running.sentence().contains("spin_v1 for 5.2 s"), "{}", running.sentence());
        let library = |source| Library::join("test", 1, &[("a.lua", source)]);
        assert!(running.is_of(&library("register('spin', spin, {})")));
        assert!(!running.is_of(&library("redis.call('spin')")));
        let idle = b"*4\r\n$14\r\nrunning_script\r\n$-1\r\n$7\r\nengines\r\n*0\r\n";
        assert_eq!(Running::read(parse_redis_value(idle).unwrap()), None);
    }
}
