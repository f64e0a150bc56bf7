use std::net::IpAddr;

use ipnet::IpNet;

use super::address::{is_in, is_public};

/// Where a webhook may lead: to the public internet, and into the networks that the operator names. Whoever can set an
/// address, or answer for its name, shall not reach what is behind the firewall with it.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allow: Vec<IpNet>,
}

impl Guard {
    /// A guard that lets into `allow` as well.
    pub const fn new(allow: Vec<IpNet>) -> Self {
        Self { allow }
    }

    /// Whether `address` may be connected to. Without TLS only into networks that are named: what is sent may be read on
    /// the way, and no one but the operator can tell whether that matters.
    pub fn permits(&self, address: IpAddr, tls: bool) -> bool {
        is_in(&self.allow, address) || (tls && is_public(address))
    }

    /// Whether no network is named.
    pub(super) const fn is_public_only(&self) -> bool {
        self.allow.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fault: webhook-into-the-private
    #[test]
    fn without_tls_only_networks_that_are_named_may_be_reached() {
        let guard = Guard::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let permits = |address: &str| [true, false].map(|tls| guard.permits(address.parse().unwrap(), tls));
        assert_eq!(permits("10.1.1.1"), [true, true]);
        assert_eq!(permits("8.8.8.8"), [true, false]);
        assert_eq!(permits("127.0.0.1"), [false, false]);
    }
}
