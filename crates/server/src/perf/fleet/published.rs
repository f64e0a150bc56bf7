use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use waggle_core::perf::{Count, LONGEST_SECONDS, Series, Slot, Tally};

use crate::perf::report::PoolFigures;

/// What a server tells the others at each refresh: what it did since the one before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Published {
    /// What it recorded.
    pub slot: Slot,
    /// In which time.
    pub span: Duration,
    /// Its pool now.
    pub pool: PoolFigures,
}

/// The same as it is written. What another version of the service wrote and this one does not know is passed over.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Written {
    span_ms: u64,
    series: BTreeMap<String, Vec<(u32, u32)>>,
    counts: BTreeMap<String, u64>,
    /// Count, failed, microseconds.
    operations: BTreeMap<Arc<str>, (u64, u64, u64)>,
    errors: BTreeMap<Arc<str>, u64>,
    pool: PoolFigures,
}

/// Slots that are kept of each server: those of the longest window, and one that it began with.
pub fn slots_kept(refresh: Duration) -> u64 {
    slots_of(Duration::from_secs(LONGEST_SECONDS), refresh)
}

/// Slots that a window needs.
pub(super) fn slots_of(window: Duration, refresh: Duration) -> u64 {
    u64::try_from(window.as_millis().div_ceil(refresh.as_millis().max(1))).unwrap_or(u64::MAX) + 1
}

impl Published {
    /// As it is kept in Redis.
    pub fn encode(&self) -> Vec<u8> {
        let Slot { series, counts, operations, errors } = &self.slot;
        let triple = |tally: &Tally| (tally.count, tally.failed, tally.micros);
        let written = Written {
            span_ms: u64::try_from(self.span.as_millis()).unwrap_or(u64::MAX),
            series: series
                .iter()
                .map(|(series, values)| (series.name().to_owned(), values.clone()))
                .collect(),
            counts: counts.iter().map(|(count, value)| (count.name().to_owned(), *value)).collect(),
            operations: operations.iter().map(|(name, tally)| (Arc::clone(name), triple(tally))).collect(),
            errors: errors.clone(),
            pool: self.pool.clone(),
        };
        // Names and numbers are always JSON.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// Reads it; nothing where it cannot be read.
    pub fn decode(text: &[u8]) -> Option<Self> {
        let Written { span_ms, series, counts, operations, errors, pool } =
            serde_json::from_slice(text).ok()?;
        let series = series.into_iter().filter_map(|(name, values)| Some((Series::named(&name)?, values)));
        let counts = counts.into_iter().filter_map(|(name, value)| Some((Count::named(&name)?, value)));
        let tally = |(count, failed, micros)| Tally { count, failed, micros };
        let operations = operations.into_iter().map(|(name, triple)| (name, tally(triple)));
        let slot = Slot {
            series: series.collect(),
            counts: counts.collect(),
            operations: operations.collect(),
            errors,
        };
        Some(Self { slot, span: Duration::from_millis(span_ms), pool })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published() -> Published {
        let tally = Tally { count: 3, failed: 1, micros: 900 };
        let slot = Slot {
            series: [(Series::Submit, vec![(10, 2), (4_000, 1)])].into(),
            counts: [(Count::Compressed, 7)].into(),
            operations: [("POST /v1/x".into(), tally)].into(),
            errors: [("lease_lost".into(), 4)].into(),
        };
        Published {
            slot,
            span: Duration::from_secs(5),
            pool: PoolFigures { max: 20, ..PoolFigures::default() },
        }
    }

    #[test]
    fn what_is_published_is_read_back_as_it_was() {
        assert_eq!(Published::decode(&published().encode()), Some(published()));
    }

    #[test]
    fn what_another_version_wrote_is_passed_over() {
        let text = br#"{"series":{"submit":[[1,1]],"telepathy":[[1,1]]},"counts":{"auras":3},"new":{"a":1}}"#;
        let read = Published::decode(text).unwrap();
        assert_eq!(read.slot.series.len(), 1);
        assert!(read.slot.counts.is_empty());
        assert_eq!(Published::decode(b"{"), None);
    }
}
