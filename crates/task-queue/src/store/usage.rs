//! Usage as the functions take it and tell of it.

use serde::{Deserialize, Serialize};

use crate::{
    limits::COUNT_MAX,
    model::{Usage, object},
};

/// `<tokens>,<usd_micros>,<wall_ms>`; nothing where nothing was used.
pub(crate) fn usage_text(usage: Option<Usage>) -> String {
    usage.filter(|usage| !usage.is_zero()).map_or_else(String::new, |usage| {
        let Usage { tokens, usd_micros, wall_ms } = usage;
        format!("{tokens},{usd_micros},{wall_ms}")
    })
}

/// What is known of what a task used up.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sums {
    #[serde(deserialize_with = "object")]
    pub(crate) own: Usage,
    /// Of the tasks that belong to it.
    #[serde(deserialize_with = "object")]
    pub(crate) below: Usage,
    /// All of it, when its budget was granted last.
    #[serde(deserialize_with = "object")]
    pub(crate) granted: Usage,
}

impl Sums {
    /// Reads what `used.told` of the library says; absent where it is something else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let numbers: Vec<u64> = text.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [t, u, w, bt, bu, bw, gt, gu, gw] = numbers.try_into().ok()?;
        let usage = |tokens, usd_micros, wall_ms| Usage { tokens, usd_micros, wall_ms };
        Some(Self { own: usage(t, u, w), below: usage(bt, bu, bw), granted: usage(gt, gu, gw) })
    }

    /// Of the task and all that belong to it.
    pub(crate) fn tree(&self) -> Usage {
        self.own.plus(self.below)
    }

    /// Whether all of them are numbers that can be added to.
    pub(crate) fn are_countable(&self) -> bool {
        self.fields().iter().all(|(_, amount)| amount.parse().is_ok_and(|amount: u64| amount <= COUNT_MAX))
    }

    /// The fields of the hash, those that are 0 left out.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let of = |usage: Usage, [t, u, w]: [&'static str; 3]| {
            [(t, usage.tokens), (u, usage.usd_micros), (w, usage.wall_ms)]
        };
        let all = [
            of(self.own, ["t", "u", "w"]),
            of(self.below, ["T", "U", "W"]),
            of(self.granted, ["bt", "bu", "bw"]),
        ];
        let used = all.into_iter().flatten().filter(|(_, amount)| *amount > 0);
        used.map(|(field, amount)| (field, amount.to_string())).collect()
    }
}
