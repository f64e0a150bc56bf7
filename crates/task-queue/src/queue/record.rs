//! Reads queues out of replies: `lua/parts/queue_record.lua`.

use waggle_core::Error;

use super::rules::Rules;
use crate::{
    model::{Queue, QueueName, QueueSettings, Usage},
    store::Reader,
    swarm::counts,
};

/// What is said of a queue in so many words: settings, whether it is paused, whether it drains.
pub(crate) struct Said {
    pub(crate) name: QueueName,
    /// Absent where nothing is said.
    pub(crate) rules: Option<(QueueSettings, bool, bool)>,
}

impl Said {
    /// Reads it out of a queue's record.
    pub(crate) fn read(mut record: Reader) -> Result<Self, Error> {
        let name = record.text()?.parse().map_err(|_| record.broken("a queue without a proper name"))?;
        let mut rules: Option<Rules> = None;
        counts(&mut record.array()?, |field, text| {
            if field == "rules" {
                rules = serde_json::from_slice(text).ok();
            }
        })?;
        let split = |rules: Rules| {
            let (paused, draining) = (rules.paused.is_some(), rules.draining.is_some());
            (QueueSettings::from(rules), paused, draining)
        };
        Ok(Self { name, rules: rules.map(split) })
    }
}

/// The queue of a reply; `now` is the time of the reply, in milliseconds.
pub(super) fn queue_of_record(mut record: Reader, now: i64) -> Result<Queue, Error> {
    let name = record.text()?.parse().map_err(|_| record.broken("a queue without a proper name"))?;
    let mut said = record.array()?;
    let (mut rules, mut usage) = (Rules::default(), Usage::default());
    let tasks = counts(&mut said, |field, text| match field {
        "rules" => rules = serde_json::from_slice(text).unwrap_or_default(),
        "use.t" => usage.tokens = number(text),
        "use.u" => usage.usd_micros = number(text),
        "use.w" => usage.wall_ms = number(text),
        _ => {}
    })?;
    let since = record.optional_integer()?;
    Ok(Queue {
        name,
        paused: rules.paused.is_some(),
        draining: rules.draining.is_some(),
        settings: QueueSettings::from(rules).with_defaults(),
        tasks,
        usage: (usage != Usage::default()).then_some(usage),
        oldest_ready_ms: since.map(|since| u64::try_from(now - since).unwrap_or(0)),
    })
}

fn number(text: &[u8]) -> u64 {
    str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}
