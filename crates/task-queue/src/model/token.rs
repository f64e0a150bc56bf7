//! Tokens: what their owner may do. Of the secret itself nothing but its SHA-256 is known here.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{AgentName, Invalid, Stamp, SwarmName, TokenName, invalid::Check};
use crate::limits::TOKEN_SWARMS;

/// A kind of calls that a token may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Submitting tasks, cancelling and retrying them, answering what they ask.
    Submit,
    /// Claiming tasks, and all that their holder calls.
    Work,
    /// Messages, inboxes and subscriptions.
    Message,
    /// The shared state.
    State,
    /// Reports, queues, schedules, pausing, draining, assigning, events, exports.
    Operate,
    /// Making and deleting swarms, restoring them, tokens.
    Admin,
}

/// Some scopes: on the wire an array of their names.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Scopes(u8);

/// The SHA-256 of a token: on the wire 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

/// Why a text is no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 in 64 hexadecimal digits")]
pub struct NotADigest;

/// A token to be, as the configuration and `POST /v1/tokens` have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is called.
    pub name: TokenName,
    /// SHA-256 of the token, 64 hexadecimal digits: whoever makes a token keeps it, and tells nobody but its owner.
    #[schema(value_type = String, pattern = "^[0-9A-Fa-f]{64}$")]
    pub sha256: TokenDigest,
    /// What its owner may do, at least one.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    pub scopes: Scopes,
    /// Swarms it is bound to, at most 64; empty: all of them.
    #[serde(default)]
    #[schema(max_items = 64)]
    pub swarms: Vec<SwarmName>,
    /// The agent that it acts as; none: any.
    #[serde(default)]
    pub agent: Option<AgentName>,
    /// When it ends; never where it is left out.
    #[serde(default)]
    pub expires_at: Option<Stamp>,
}

/// A token that Redis keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// What it was made of.
    pub token: NewToken,
    /// When it was made.
    pub created_at: Stamp,
}

impl NewToken {
    /// Whether it can be accepted.
    ///
    /// # Errors
    /// [`Invalid`], with pointers into the body.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check.that(!self.scopes.is_empty(), "/scopes", || "at least one".to_owned());
        check.that(self.swarms.len() <= TOKEN_SWARMS, "/swarms", || format!("at most {TOKEN_SWARMS}"));
        check.done()
    }
}

impl Scope {
    /// All there are.
    pub const ALL: [Self; 6] =
        [Self::Submit, Self::Work, Self::Message, Self::State, Self::Operate, Self::Admin];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Work => "work",
            Self::Message => "message",
            Self::State => "state",
            Self::Operate => "operate",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        known.ok_or_else(|| format!("one of {}", Scopes::ALL))
    }
}

impl Scopes {
    /// All scopes.
    pub const ALL: Self = Self::of(&Scope::ALL);

    /// These scopes.
    pub const fn of(scopes: &[Scope]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < scopes.len() {
            bits |= 1 << scopes[at] as u8;
            at += 1;
        }
        Self(bits)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this one is among them.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// Whether any of these is among them.
    pub const fn has_any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }
}

impl From<Scope> for Scopes {
    fn from(scope: Scope) -> Self {
        Self::of(&[scope])
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::default(), |all, scope| Self(all.0 | Self::of(&[scope]).0))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.iter().map(Scope::as_str).collect();
        f.write_str(&words.join(", "))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Ok(Vec::<Scope>::deserialize(input)?.into_iter().collect())
    }
}

impl FromStr for TokenDigest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotADigest);
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| NotADigest)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TokenDigest {
    /// Not what it is: it belongs into no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(..)")
    }
}

impl Serialize for TokenDigest {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TokenDigest {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_a_set_of_words() {
        let scopes: Scopes = serde_json::from_str(r#"["work","submit","work"]"#).unwrap();
        assert!(scopes.has(Scope::Submit) && scopes.has(Scope::Work) && !scopes.has(Scope::Admin));
        assert_eq!(serde_json::to_string(&scopes).unwrap(), r#"["submit","work"]"#);
        assert!(serde_json::from_str::<Scopes>(r#"["everything"]"#).is_err());
        assert_eq!(Scopes::ALL.iter().count(), Scope::ALL.len());
    }

    #[test]
    fn a_digest_is_read_in_either_case_and_never_shown_by_accident() {
        let text = "0123456789abcdef".repeat(4);
        let digest: TokenDigest = text.to_uppercase().parse().unwrap();
        assert_eq!(digest.to_string(), text);
        assert_eq!(format!("{digest:?}"), "TokenDigest(..)");
        for bad in ["", "0", &text[1..], &text.replace('0', "g"), &text.replace("01", "ä")] {
            assert_eq!(bad.parse::<TokenDigest>(), Err(NotADigest), "{bad}");
        }
    }
}
