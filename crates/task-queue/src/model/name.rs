//! Names: what a swarm, a queue, an agent, a tag or a capability may be called.
//!
//! One alphabet for all of them, checked by the only constructor, so that no
//! name can ever reach into another one's key.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::limits::NAME_BYTES;

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has 1 to {NAME_BYTES} characters, letters, digits and . _ : - only, and begins with a letter or digit"
)]
pub struct NotAName;

fn check(text: &str) -> Result<(), NotAName> {
    let bytes = text.as_bytes();
    let first = bytes.first().ok_or(NotAName)?;
    let inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
    if bytes.len() > NAME_BYTES || !first.is_ascii_alphanumeric() || !bytes.iter().all(inside) {
        return Err(NotAName);
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
        #[schema(value_type = String, pattern = "^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<Self, NotAName> {
                check(text)?;
                Ok(Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

name!(
    /// The unit of consistency and of scale; its name is the hash tag of its keys.
    SwarmName
);
name!(
    /// Where tasks wait.
    QueueName
);
name!(
    /// Who works.
    AgentName
);
name!(
    /// What an agent is able to do and a task may require.
    Capability
);
name!(
    /// A label of a task.
    Tag
);
name!(
    /// What messages are about that several agents want to get.
    TopicName
);

name!(
    /// What submits a task again and again.
    ScheduleName
);
name!(
    /// What a token is called; no secret.
    TokenName
);

impl SwarmName {
    /// The swarm that always exists.
    pub const DEFAULT: &'static str = "default";
}

impl Default for SwarmName {
    fn default() -> Self {
        Self(Self::DEFAULT.into())
    }
}

impl TokenName {
    /// The same name where that of an agent stands.
    pub fn as_agent(&self) -> AgentName {
        AgentName(Arc::clone(&self.0))
    }
}

impl QueueName {
    /// The queue of a task or a claim that names none.
    pub const DEFAULT: &'static str = "default";
}

impl Default for QueueName {
    fn default() -> Self {
        Self(Self::DEFAULT.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_alphabet_of_names_passes() {
        for good in ["a", "0", "a.b_c:d-e", &"x".repeat(128)] {
            assert!(good.parse::<QueueName>().is_ok(), "{good}");
        }
        for bad in
            ["", "-a", ".a", "a b", "a}:b", "../x", "*", "a\r\n", "{x}", "ä", "a/b", "a@b", &"x".repeat(129)]
        {
            assert!(bad.parse::<QueueName>().is_err(), "{bad}");
        }
    }
}
