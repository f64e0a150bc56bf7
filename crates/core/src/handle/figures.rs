use redis::Value;

use super::version::{field, text};
use crate::Error;

/// What Redis says of itself, all primaries of a cluster together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Version of the first one.
    pub version: String,
    /// Bytes of memory in use, in all.
    pub used_memory: u64,
    /// Bytes of memory they may use, in all; 0 where one of them may use as much as there is.
    pub maxmemory: u64,
    /// The largest share of its memory that one of them uses: a full one refuses tasks, however much room others have.
    /// None where none of them has a bound.
    pub memory_share: Option<f64>,
    /// Memory that the operating system has given for each byte in use, of the worst one.
    pub fragmentation: f64,
    /// Connections, in all.
    pub clients: u64,
    /// Commands a second, in all.
    pub commands_per_s: f64,
    /// Whether each can write to its disk, as far as it is told to.
    pub persistence_ok: bool,
    /// Times a write waited for the disk since the start, in all.
    pub delayed_fsyncs: u64,
}

/// The command whose replies [`Figures::of`] reads.
pub(super) fn info() -> redis::Cmd {
    let mut info = redis::cmd("INFO");
    info.arg("server").arg("memory").arg("persistence").arg("clients").arg("stats");
    info
}

impl Figures {
    pub(super) fn of(replies: Vec<Value>) -> Result<Self, Error> {
        let mut all = Self { persistence_ok: true, ..Self::default() };
        let mut bounded = true;
        for reply in replies {
            let info = text(reply)?;
            all.add(&info);
            bounded &= number(&info, "maxmemory") > 0;
        }
        if !bounded {
            all.maxmemory = 0;
        }
        Ok(all)
    }

    fn add(&mut self, info: &str) {
        if self.version.is_empty() {
            field(info, "redis_version").unwrap_or_default().clone_into(&mut self.version);
        }
        let (used, max) = (number(info, "used_memory"), number(info, "maxmemory"));
        self.used_memory += used;
        self.maxmemory += max;
        self.memory_share = larger(self.memory_share, share(used, max));
        self.fragmentation = self.fragmentation.max(decimal(info, "mem_fragmentation_ratio"));
        self.clients += number(info, "connected_clients");
        self.commands_per_s += decimal(info, "instantaneous_ops_per_sec");
        self.delayed_fsyncs += number(info, "aof_delayed_fsync");
        let statuses = ["aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status"];
        self.persistence_ok &=
            statuses.iter().all(|name| field(info, name).is_none_or(|status| status == "ok"));
    }
}

/// 0 where the line is missing: a managed service may leave it out.
fn number(info: &str, name: &str) -> u64 {
    field(info, name).and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// None of nothing.
#[expect(clippy::cast_precision_loss, reason = "bytes of memory stay below 2^53")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn larger(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::max)
}

fn decimal(info: &str, name: &str) -> f64 {
    field(info, name).and_then(|value| value.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    #[test]
    fn primaries_are_added_up_and_one_without_a_bound_has_all_without_one() {
        let one =
            "redis_version:7.0.15\r\nused_memory:10\r\nmaxmemory:100\r\nmem_fragmentation_ratio:1.5\r\n";
        let two = "redis_version:7.0.15\r\nused_memory:20\r\nmaxmemory:50\r\naof_last_write_status:err\r\n";
        let both = Figures::of(vec![reply(one), reply(two)]).unwrap();
        assert_eq!((both.used_memory, both.maxmemory, both.persistence_ok), (30, 150, false));
        assert!((both.fragmentation - 1.5).abs() < f64::EPSILON);
        assert_eq!(both.memory_share, Some(0.4), "the fuller one's");
        let unbounded = Figures::of(vec![reply(one), reply("maxmemory:0\r\n")]).unwrap();
        assert_eq!((unbounded.maxmemory, unbounded.persistence_ok), (0, true));
        assert_eq!(unbounded.memory_share, Some(0.1), "one that has a bound may be full");
    }
}
