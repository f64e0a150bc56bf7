use std::path::PathBuf;

use serde::Deserialize;

/// What the service may lose of what it acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum Durability {
    /// `appendfsync everysec`: power loss may cost about the last second; a killed process costs nothing.
    #[default]
    EverySecond,
    /// `appendfsync always`: on the disk before it is acknowledged, at about a third of the throughput.
    Strict,
}

impl TryFrom<String> for Durability {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        match word.as_str() {
            "everysec" => Ok(Self::EverySecond),
            "strict" => Ok(Self::Strict),
            _ => Err("expected `everysec` or `strict`"),
        }
    }
}

/// What the private Redis needs to know; a part of [`RedisConfig`](super::RedisConfig).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateConfig {
    /// The program to run; `None`: one bundled beside this binary, else one on the path.
    pub server_path: Option<PathBuf>,
    /// When the append-only file is synced.
    pub durability: Durability,
    /// A user besides the default one: its name and its rules. `None`: the service is the default user.
    pub user: Option<String>,
}
