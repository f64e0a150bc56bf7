//! The swarm's shared state: keys, their values, and the conditions on which they change.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{AgentName, Invalid, Json, Stamp, TaskId, invalid::Check};
use crate::limits::{
    COUNT_MAX, PAGE_DEFAULT, PAGE_MAX, STATE_KEY_BYTES, STATE_VALUE_BYTES, TOKEN_BYTES, TTL_MS_MAX,
    TTL_MS_MIN,
};

/// The name of a value in a swarm's state: UTF-8, 1 to 512 bytes, no control characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 512)]
pub struct StateKey(Arc<str>);

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key has 1 to {STATE_KEY_BYTES} bytes of UTF-8 without control characters")]
pub struct NotAKey;

impl StateKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether keys may begin so; an empty prefix is that of all keys.
    pub fn may_begin_with(prefix: &str) -> bool {
        prefix.len() <= STATE_KEY_BYTES && !prefix.chars().any(char::is_control)
    }
}

impl FromStr for StateKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        if text.is_empty() || !Self::may_begin_with(text) { Err(NotAKey) } else { Ok(Self(text.into())) }
    }
}

impl fmt::Display for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for StateKey {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A key and its value.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StateEntry {
    /// The key.
    pub key: StateKey,
    /// Its value: any JSON.
    pub value: Json,
    /// The version of its last change: of two changes in a swarm the later one has the higher version.
    pub version: u64,
    /// When it was changed last.
    pub updated_at: Stamp,
    /// Who made the last change: the agent of the lease that it named, else of the token, else the token's name; null where
    /// there was neither.
    pub updated_by: Option<AgentName>,
    /// When it is deleted by itself; left out where it stays.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<Stamp>,
}

/// Sets a key.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutState {
    /// The value: any JSON of at most 1 MiB.
    pub value: Json,
    /// Milliseconds until the key is deleted by itself, 1,000 to 366 days; it stays when null.
    #[serde(default)]
    pub ttl_ms: Option<u64>,
}

impl PutState {
    /// Whether it can be accepted.
    ///
    /// # Errors
    /// [`Invalid`], with pointers into the body.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check.that(self.value.as_bytes().len() <= STATE_VALUE_BYTES, "/value", || {
            format!("at most {STATE_VALUE_BYTES} bytes")
        });
        check.that(self.ttl_ms.is_none_or(|ms| (TTL_MS_MIN..=TTL_MS_MAX).contains(&ms)), "/ttl_ms", || {
            format!("{TTL_MS_MIN} to {TTL_MS_MAX}")
        });
        check.done()
    }
}

/// Adds to a number.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Increment {
    /// What is added, 1 when it is not named; at most 2^53 - 1 either way, fractions too.
    pub by: f64,
}

impl Default for Increment {
    fn default() -> Self {
        Self { by: 1.0 }
    }
}

impl Increment {
    /// Whether it can be accepted.
    ///
    /// # Errors
    /// [`Invalid`], with a pointer into the body.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        #[expect(
            clippy::cast_precision_loss,
            reason = "the limit is the last number before precision is lost"
        )]
        let most = COUNT_MAX as f64;
        check.that(self.by.abs() <= most, "/by", || format!("-{COUNT_MAX} to {COUNT_MAX}"));
        check.done()
    }
}

/// Versions of a key, as `If-Match` and `If-None-Match` name them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Versions {
    /// Nothing is asked for.
    #[default]
    Unnamed,
    /// `*`: whichever the key has, as long as there is one.
    Any,
    /// One of these. None of them where what was named can be no version of any key.
    Of(Vec<u64>),
}

impl Versions {
    /// Whether `version` is named; a key that does not exist has none.
    pub fn name(&self, version: Option<u64>) -> bool {
        match self {
            Self::Unnamed => false,
            Self::Any => version.is_some(),
            Self::Of(versions) => version.is_some_and(|version| versions.contains(&version)),
        }
    }

    /// As the functions want them: nothing, `*` or `,7,9,`.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Unnamed => String::new(),
            Self::Any => "*".to_owned(),
            Self::Of(versions) => {
                versions.iter().fold(",".to_owned(), |text, version| format!("{text}{version},"))
            }
        }
    }
}

/// The lease under which a change is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriterLease {
    task: TaskId,
    token: String,
}

impl WriterLease {
    /// A task and the token of its lease, 1 to 64 visible characters; absent where that cannot be a token.
    pub fn new(task: TaskId, token: &str) -> Option<Self> {
        let visible =
            (1..=TOKEN_BYTES).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
        visible.then(|| Self { task, token: token.to_owned() })
    }

    /// The task.
    pub const fn task(&self) -> TaskId {
        self.task
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

/// On which conditions a key is changed.
#[derive(Debug, Clone, Default)]
pub struct StateGuard {
    /// The key has to have one of these versions, if any are named.
    pub if_match: Versions,
    /// The key must have none of these versions, if any are named.
    pub if_none_match: Versions,
    /// The lease that has to be held, if one is named; its agent is the writer.
    pub lease: Option<WriterLease>,
}

impl StateGuard {
    /// Whether a key of this version, or one that does not exist, may be changed as far as versions go.
    pub(crate) fn admits(&self, version: Option<u64>) -> bool {
        (self.if_match == Versions::Unnamed || self.if_match.name(version))
            && !self.if_none_match.name(version)
    }
}

/// Which keys are listed or watched.
#[derive(Debug, Clone, Default)]
pub struct StateQuery {
    /// What the keys begin with.
    pub prefix: String,
    /// Lists what has changed after this version, deletions too, in the order of the changes; everything in the order
    /// of the keys when absent.
    pub since_version: Option<u64>,
    /// Items a page, 1 to 500; 50 when none is named.
    pub limit: Option<usize>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl StateQuery {
    /// Whether it can be accepted; the items of a page.
    ///
    /// # Errors
    /// [`Invalid`], with the names of parameters.
    pub fn check(&self) -> Result<usize, Invalid> {
        let limit = self.limit.unwrap_or(PAGE_DEFAULT);
        let mut check = Check::default();
        check.that((1..=PAGE_MAX).contains(&limit), "/limit", || format!("1 to {PAGE_MAX}"));
        check.that(StateKey::may_begin_with(&self.prefix), "/prefix", || {
            format!("at most {STATE_KEY_BYTES} bytes without control characters")
        });
        check.done().map(|()| limit)
    }
}

/// A key as a list shows it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum StateItem {
    /// A key that exists.
    Entry(StateEntry),
    /// A key that has been deleted; only where `since_version` is named.
    Deleted(DeletedState),
}

/// A key that has been deleted.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeletedState {
    /// The key.
    pub key: StateKey,
    /// Always true.
    pub deleted: bool,
    /// The version of its deletion.
    pub version: u64,
}

/// One page of a swarm's state.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StatePage {
    /// The keys.
    pub items: Vec<StateItem>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
    /// The version up to which the answer has seen all changes: `since_version` of the next watch.
    pub version: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_any_text_of_512_bytes_without_control_characters() {
        for good in ["a", "plan/a b", "ä/日本", "}:x{", "*", ".", &"x".repeat(512)] {
            assert_eq!(good.parse::<StateKey>().unwrap().as_str(), good);
        }
        for bad in ["", "a\nb", "a\0", "\u{7f}", "\u{85}", "a\tb", &"x".repeat(513), &"ä".repeat(257)] {
            assert!(bad.parse::<StateKey>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn versions_name_what_they_say_and_never_a_key_that_does_not_exist() {
        let some = Versions::Of(vec![7, 9]);
        assert!(some.name(Some(7)) && some.name(Some(9)) && !some.name(Some(8)) && !some.name(None));
        assert!(Versions::Any.name(Some(1)) && !Versions::Any.name(None) && !Versions::Unnamed.name(Some(1)));
        assert_eq!(some.to_text(), ",7,9,");
        assert_eq!(Versions::Of(Vec::new()).to_text(), ",");
        assert_eq!((Versions::Any.to_text(), Versions::Unnamed.to_text()), ("*".to_owned(), String::new()));
    }

    #[test]
    fn a_token_is_visible_text_of_64_bytes() {
        let id = TaskId::new();
        assert!(WriterLease::new(id, "1-abc").is_some());
        for bad in ["", "a b", "a\n", "ä", &"x".repeat(65)] {
            assert!(WriterLease::new(id, bad).is_none(), "{bad:?}");
        }
    }
}
