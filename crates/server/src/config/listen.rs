use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::Deserialize;

/// Where the service listens: an address and a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Listen(SocketAddr);

impl Listen {
    /// The address and port; port 0 takes any that is free.
    pub const fn address(self) -> SocketAddr {
        self.0
    }

    /// Whether nobody but this machine can reach it.
    pub const fn is_loopback(self) -> bool {
        self.0.ip().is_loopback()
    }
}

impl Default for Listen {
    fn default() -> Self {
        Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8_700))
    }
}

impl TryFrom<String> for Listen {
    type Error = &'static str;

    /// Names are not looked up, but for `localhost`: which of its addresses were meant?
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.strip_prefix("localhost:").map_or(text.clone(), |port| format!("127.0.0.1:{port}"));
        text.parse()
            .map(Self)
            .map_err(|_| "expected an address and a port, such as 127.0.0.1:8700 or [::1]:8700")
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
